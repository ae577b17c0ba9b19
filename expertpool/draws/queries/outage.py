"""Since when nothing was done for draws: the service was off, or its worker stood still."""

from __future__ import annotations

from datetime import datetime

from expertpool.audit.models import Entry
from expertpool.audit.services import proven
from expertpool.core.duties import LATE_AFTER, last_run
from expertpool.core.fields import is_vouched

SWEEP = "draws.sweep"  # the task whose runs count


def off_since(now: datetime) -> datetime | None:
    """Return when the sweep ran last, if that is more than some minutes before ``now``; None: draws are
    looked after. Until its next run nobody loses a seat, and no names open, by a time that has passed
    (docs/decisions/0154).

    Where somebody else has written when that was, by the newest entry of the log.
    """
    run = last_run(SWEEP)
    if run is None:
        return None
    if is_vouched(run):
        at = run.at
    else:
        entry = next(proven(Entry.objects.order_by("-pk").iterator(20)), None)
        at = entry.at if entry else run.at
    return at if now - at >= LATE_AFTER else None
