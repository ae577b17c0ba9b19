"""Customers' templates: which one counts, what is in it."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, opened
from expertpool.files.registry import FileSubject
from expertpool.papers.enums import TemplateState
from expertpool.papers.models import PaperTemplate


def all_templates() -> QuerySet[PaperTemplate]:
    """Return all templates with who uploaded them."""
    return PaperTemplate.objects.select_related("uploaded_by")


def template_for(paper: str, project_kind: str) -> PaperTemplate | None:
    """Return the active template of ``paper`` for this kind of project, or else for all kinds.

    None: the built-in form.
    """
    active = PaperTemplate.objects.filter(
        paper=paper, state=TemplateState.ACTIVE, project_kind__in=["", project_kind]
    )
    return active.order_by("-project_kind").first()  # the empty kind comes last


def file_of(template: PaperTemplate) -> Attachment:
    return attachments_of(template).get()


def content_of(template: PaperTemplate) -> bytes:
    with opened(file_of(template)) as file:
        content: bytes = file.read()
    return content


def may_view_file(user: User, template_id: str) -> bool:
    """Tell whether ``user`` may download the file of a template."""
    return user.has_permission("papers.templates")


TEMPLATE_FILES = FileSubject(
    "papers.papertemplate",
    may_view=may_view_file,
    may_edit=lambda user, template_id: False,  # another template takes its place
    may_wait=False,
)
