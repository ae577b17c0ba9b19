"""What other apps announce and projects have to follow."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from expertpool.directory.events import UnitsToMerge
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.status import is_approved
from expertpool.projects.services.state import prove_approval


def units_to_merge(event: UnitsToMerge) -> None:
    """An approval that stands names the other unit from now on: the office says that both are one."""
    named = Q(purchaser=event.unit_id) | Q(avoidances__unit=event.unit_id)
    found = Project.objects.filter(
        named, status=ProjectStatus.APPROVED, opening_at__gt=timezone.now()
    )
    rows = Project.objects.filter(pk__in=found.order_by().values("pk")).order_by("pk")
    for project in rows.select_for_update().prefetch_related("avoidances"):
        if is_approved(project):
            prove_approval(project, instead={event.unit_id: event.into_id})
