"""Since when nothing was done for draws: the service was off, its worker stood still, or no page was answered."""

from __future__ import annotations

from datetime import datetime

from expertpool.audit.services import confirmed_at
from expertpool.core import answering
from expertpool.core.answering import ANSWERED
from expertpool.core.duties import LATE_AFTER
from expertpool.core.fields import is_vouched
from expertpool.core.models import DutyRun
from expertpool.core.prepared import Prepared

SWEEP = "draws.sweep"  # the task whose runs count


def off_since(now: datetime) -> datetime | None:
    """Return when the sweep ran last, or pages were answered last, if either is too long before
    ``now``, the earlier of both; None: draws are looked after, and can be answered. Until that time was given
    back nobody loses a seat, and no names open, by a time that has passed (docs/decisions/0154, 0530).

    Where somebody else has written when that was, nothing ends before the next run, and the log says since
    when: an entry alone does not, since pages write some while the worker is off.
    """
    return min(filter(None, (_late_since(run, now) for run in _runs.all())), default=None)


_runs = Prepared(lambda: DutyRun.objects.filter(name__in=(SWEEP, ANSWERED)))


def _late_since(run: DutyRun, now: datetime) -> datetime | None:
    late = answering.LATE_AFTER if run.name == ANSWERED else LATE_AFTER
    if is_vouched(run):
        return run.at if now - run.at >= late else None
    return min(confirmed_at() or run.at, now - LATE_AFTER)
