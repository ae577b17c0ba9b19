"""Who let experts be counted for a project, how often, and what he asked last: for supervisors."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.draws.models import CountTally
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import members_of

MOST = 50  # hours that are shown


def tallies_of(project: Project) -> QuerySet[CountTally]:
    """Return the last MOST tallies of ``project`` and its batch, the latest first."""
    rows = CountTally.objects.filter(project__in=members_of(project))
    return rows.select_related("user").order_by("-last_at")[:MOST]
