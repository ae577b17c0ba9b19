"""Since when nothing was done for draws: the service was off, or its worker stood still."""

from __future__ import annotations

from datetime import datetime

from expertpool.audit.services import confirmed_at
from expertpool.core.duties import LATE_AFTER, last_run
from expertpool.core.fields import is_vouched

SWEEP = "draws.sweep"  # the task whose runs count


def off_since(now: datetime) -> datetime | None:
    """Return when the sweep ran last, if that is more than some minutes before ``now``; None: draws are
    looked after. Until its next run nobody loses a seat, and no names open, by a time that has passed
    (docs/decisions/0154).

    Where somebody else has written when that was, nothing ends before the next run, and the log says since
    when: an entry alone does not, since pages write some while the worker is off.
    """
    run = last_run(SWEEP)
    if run is None:
        return None
    if is_vouched(run):
        return run.at if now - run.at >= LATE_AFTER else None
    return min(confirmed_at() or run.at, now - LATE_AFTER)
