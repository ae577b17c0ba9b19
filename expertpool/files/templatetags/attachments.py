"""``{% load attachments %}{% attachments subject=project %}``: the files of anything."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context

from expertpool.files.queries import attachment_list

register = template.Library()


@register.inclusion_tag("files/_attachments.html", takes_context=True)
def attachments(
    context: Context, *, subject: Model, kind: str | None = None, fixed: bool = False
) -> dict[str, Any]:
    """List the files of ``subject`` (of one ``kind``), with upload and removal for who may. ``fixed`` ones have neither:
    it would be refused."""
    return attachment_list(context["request"].user, subject, kind=kind, fixed=bool(fixed))
