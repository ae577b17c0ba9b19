"""The first days of an installation, in which nobody's account can be as old as that of a second person has to be
(docs/decisions/0363, 0796)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from expertpool.accounts.models import User
from expertpool.audit.queries import log_begins

# Whoever comes later has somebody beside him who was there before, however many days the office demands.
OPENING = timedelta(days=7)


def opening_ends(*, days: int, now: datetime) -> datetime | None:
    """Return when the first days of this installation end or ended: as many (``days``) as the account of a second
    person has to be old, and never more than `OPENING`; None where every account of them is old enough by now.

    They begin with its first account or the first entry of its log, whichever is older: of an office that has one
    who could be asked they are long over."""
    needed, began = timedelta(days=days), log_begins() or now
    first = min(needed, OPENING)
    if now >= began + first + needed:  # of nearly all installations: no look at all accounts
        return None
    account = User.objects.aggregate(first=Min("created_at"))["first"]
    ends = min(filter(None, (account, began))) + first
    return ends if now < ends + needed else None
