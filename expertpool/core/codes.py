"""Codes that somebody is sent and gives back: made, tried and used up (`core.models.codes`)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from expertpool.core.models.codes import MOST_TRIES

DIGITS = 6


def new_code() -> str:
    """Return a fresh code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def open_codes(now: datetime, *, tried: bool = False) -> Q:
    """Codes that count at ``now``; ``tried``: by whoever has claimed the last try."""
    most = Q(tries__lte=MOST_TRIES) if tried else Q(tries__lt=MOST_TRIES)
    return most & Q(used_at__isnull=True, expires_at__gt=now)


def claim_try(rows: QuerySet[Any], now: datetime) -> bool:
    """Count a try of the one code in ``rows`` before it is looked at; of any number at one moment only
    so many get through. False: there is no try left, or the code counts no more."""
    return bool(rows.filter(open_codes(now)).update(tries=F("tries") + 1))


def use_up(rows: QuerySet[Any], now: datetime) -> bool:
    """Use the code up, by whoever has claimed a try; False for who comes second."""
    return bool(rows.filter(open_codes(now, tried=True)).update(used_at=now))
