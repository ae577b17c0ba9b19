"""Two records become one: the inspections and renewals of the closed one go on with the one that stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.audit.services import record
from expertpool.experts.models import Expert
from expertpool.inspections.enums import RenewalState
from expertpool.inspections.models import Inspection, Renewal


@transaction.atomic
def carry_over(*, closed_id: int, kept_id: int, now: datetime) -> int:
    """Give the record that stays the inspections of the one that was merged into it, with their files, but for the
    rounds in which it stands itself, and its renewals, but for a second one that waits; return how many. What
    suspends by a row that stays behind goes on suspending (`queries.suspension`). Logged."""
    closed, kept = (Expert.objects.get(pk=pk) for pk in (closed_id, kept_id))
    held = Inspection.objects.filter(expert=kept).values("round")
    rows = Inspection.objects.filter(expert=closed).exclude(round__in=held)
    asked = Renewal.objects.filter(expert=closed)
    if Renewal.objects.filter(expert=kept, state=RenewalState.WAITING).exists():
        asked = asked.exclude(state=RenewalState.WAITING)
    counts = {"年检": rows.update(expert=kept), "续聘申请": asked.update(expert=kept)}
    if any(counts.values()):
        after = {"从": closed.number, **counts}
        record("inspection.carry_over", actor=None, now=now, subject=kept, after=after)
    return sum(counts.values())
