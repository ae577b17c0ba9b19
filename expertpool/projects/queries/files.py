"""Files that projects have as values of custom fields."""

from __future__ import annotations

from typing import Any

from expertpool.customforms.registry import FileHolder
from expertpool.projects.models import Project
from expertpool.projects.queries.criteria import SUBJECT
from expertpool.projects.queries.projects import projects_visible_to


def may_view_project_file(user: Any, subject: str, code: str, pk: int) -> bool:
    """Tell whether a project that ``user`` may see has the file as its field ``code``."""
    if subject != SUBJECT or not user.has_permission("projects.view"):
        return False
    held = Project.objects.filter(extra__contains={code: {"id": pk}}).order_by()
    return projects_visible_to(user).filter(pk__in=held.values("pk")).exists()


FIELD_FILES = FileHolder("projects", may_view_project_file)
