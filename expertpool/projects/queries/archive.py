"""Archived projects, and what upper apps say against archiving one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import projects_visible_to


@dataclass(frozen=True)
class Obstacle:
    """What keeps a project from being archived: ``reasons`` says, with the project locked, what of
    it is still open in an upper app, as phrases without a full stop."""

    code: str
    reasons: Callable[[Project], list[str]]


OBSTACLES: Catalogue[Obstacle] = Catalogue("obstacle")


def obstacles(project: Project) -> list[str]:
    """Return what is still open in the upper apps."""
    return [reason for obstacle in OBSTACLES for reason in obstacle.reasons(project)]


def archived_visible_to(user: User) -> QuerySet[Project]:
    """Return the archived projects that ``user`` may see."""
    archived = projects_visible_to(user).filter(status=ProjectStatus.ARCHIVED)
    return archived.select_related(
        "department", "purchaser", "created_by", "decided_by", "archived_by"
    )
