"""Two records become one: the inspections and renewals of the closed one go on with the one that stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from expertpool.audit.services import record
from expertpool.experts.models import Expert
from expertpool.inspections.enums import RenewalState
from expertpool.inspections.models import Inspection, Renewal


def _give(rows: QuerySet[Any], kept: Expert) -> int:
    """Give ``kept`` the ``rows``, with a proof for those that had one; return how many."""
    found = list(rows)
    for row in found:
        # Asked before the change: afterwards every proof is wrong.
        is_altered, row.expert = row.is_altered, kept
        row.save(update_fields=["expert", *([] if is_altered else ["proof"])])
    return len(found)


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
        # Two that wait for one expert would both be decided: the constraint allows one.
        asked = asked.exclude(state=RenewalState.WAITING)
    counts = {"年检": _give(rows, kept), "续聘申请": _give(asked, kept)}
    if any(counts.values()):
        after = {"从": closed.number, **counts}
        record("inspection.carry_over", actor=None, now=now, subject=kept, after=after)
    return sum(counts.values())
