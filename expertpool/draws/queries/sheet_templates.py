"""Customers' templates of sheets: which one is used, what is in it."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.draws.enums import SheetKind, TemplateState
from expertpool.draws.models import Draw, SheetTemplate
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of


def sheet_templates() -> QuerySet[SheetTemplate]:
    """Return all templates with who uploaded them, those in use first."""
    return SheetTemplate.objects.select_related("uploaded_by")


def template_for(draw: Draw, sheet: SheetKind) -> SheetTemplate | None:
    """Return the active template for the kind of the draw's project, or else for all kinds.

    None: the built-in form. So always for the sheet of a list that persons chose: a form made for
    draws would pass it off as one.
    """
    if sheet == SheetKind.DRAW and not draw.is_random:
        return None
    active = SheetTemplate.objects.filter(
        sheet=sheet, state=TemplateState.ACTIVE, project_kind__in=["", draw.project.kind]
    )
    return active.order_by("-project_kind").first()  # the empty kind comes last


def file_of(template: SheetTemplate) -> Attachment:
    return attachments_of(template).get()


def content_of(template: SheetTemplate) -> bytes:
    with file_of(template).file.open("rb") as file:
        content: bytes = file.read()
    return content


def may_view_templates(user: User, template_id: str) -> bool:
    """Tell whether ``user`` may download the files of templates."""
    return user.has_permission("draws.templates")
