from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects

from expertpool.draws.models import Draw, Rescheduling


def reschedulings_of(draw: Draw) -> list[Rescheduling]:
    """Return each change of time or place of ``draw`` with who made and who confirmed it, the first one first;
    ``draw`` keeps them, since each of its lines asks when that was last."""
    rows = Rescheduling.objects.select_related("moved_by", "confirmed_by")
    prefetch_related_objects([draw], Prefetch("reschedulings", rows))
    return list(draw.reschedulings.all())
