"""What follows from what lower apps announce."""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.bundles.services.making import ask_for_bundle
from expertpool.projects.events import ProjectIsArchived
from expertpool.projects.models import Project


def project_archived(event: ProjectIsArchived) -> None:
    """A project was archived: all that proves it is kept in one file."""
    ask_for_bundle(
        project=Project.objects.get(pk=event.project_id),
        actor=User.objects.get(pk=event.by_id),
        now=event.at,
        is_archive=True,
    )
