"""The first days of an installation, in which nobody's account can be as old as that of a second person has to be
(docs/decisions/0363)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from expertpool.accounts.models import User
from expertpool.audit.queries import log_begins


def first_days_end(*, days: int, now: datetime) -> datetime | None:
    """Return when the first days of this installation end: as many (``days``) as the account of a second person has to
    be old; None where they are over, or none are demanded.

    They begin with its first account or the first entry of its log, whichever is older: of an office that has one
    who could be asked they are long over."""
    began = log_begins() or now
    if now >= began + timedelta(days=days):  # of nearly all installations: no look at all accounts
        return None
    account = User.objects.aggregate(first=Min("created_at"))["first"]
    ends = min(filter(None, (account, began))) + timedelta(days=days)
    return ends if now < ends else None
