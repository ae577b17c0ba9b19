"""How long personal data are kept, by the periods of the office: who shortens one shortens it a day later
(docs/decisions/0454)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from expertpool.privacy.settings import KEEP_DELETED, KEEP_YEARS
from expertpool.siteconfig.queries.counting import counted


def years_until_erased(now: datetime) -> int:
    """Return how many years after an expert left the pool he is erased at night; 0 for never."""
    return counted(KEEP_DELETED, now)


def name_kept_until(last: datetime) -> date:
    """Return until when a name is kept of which something needed it at ``last``: the end of that year, so that the day
    of somebody's last review is not told to who may see no draws."""
    now = timezone.now()
    return date(timezone.localdate(last).year + counted(KEEP_YEARS, now), 12, 31)
