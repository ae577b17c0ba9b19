"""Archived projects, and what upper apps say against archiving one."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import projects_visible_to

# What of the project is still open in the upper app, as phrases without a full stop.
Obstacle = Callable[[Project], list[str]]

_obstacles: list[Obstacle] = []


def register_obstacle(obstacle: Obstacle) -> None:
    """Let an upper app keep a project from being archived; it is asked with the project locked."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def obstacles(project: Project) -> list[str]:
    """Return what is still open in the upper apps."""
    return [reason for obstacle in _obstacles for reason in obstacle(project)]


def archived_visible_to(user: User) -> QuerySet[Project]:
    """Return the archived projects that ``user`` may see."""
    archived = projects_visible_to(user).filter(status=ProjectStatus.ARCHIVED)
    return archived.select_related(
        "department", "purchaser", "created_by", "decided_by", "archived_by"
    )
