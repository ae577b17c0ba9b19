from __future__ import annotations

from django.db.models import QuerySet

from expertpool.draws.models import Draw, Rescheduling


def reschedulings_of(draw: Draw) -> QuerySet[Rescheduling]:
    """Return each change of time or place of ``draw`` with who made and who confirmed it, the first one first."""
    return Rescheduling.objects.filter(draw=draw).select_related("moved_by", "confirmed_by")
