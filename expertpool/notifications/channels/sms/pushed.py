"""What every push of a provider is made of."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from expertpool.core.bounds import MOMENTS
from expertpool.core.validators import only_writable
from expertpool.notifications.channels.base import ReportUnreadable, Told

logger = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")
# Of one push: the vendors send a hundred at most, and each holds a web process for some milliseconds.
MOST = 200

Row = dict[str, Any]


def rows_of(body: bytes | str) -> list[Row]:
    """Return the objects of a JSON list, or the one object; raises ReportUnreadable where there is none."""
    try:
        return objects(json.loads(body))
    except (ValueError, RecursionError):
        raise ReportUnreadable from None


def objects(content: Any) -> list[Row]:
    """Return the objects of a list, or the one object; raises ReportUnreadable where there is none, or too many."""
    every = content if isinstance(content, list) else [content]
    rows = [row for row in every if isinstance(row, dict)]
    if not rows or len(every) > MOST:
        raise ReportUnreadable
    return rows


def told_by(rows: Sequence[Row], read: Callable[[Row], Told | None]) -> list[Told]:
    """Return what ``read`` finds in each of ``rows``. What is no report among others is left out: pushed again as
    often as the provider likes, it would never be one, and hold up the others. Raises ReportUnreadable
    where none is."""
    found: list[Told | None] = []
    for row in rows:
        try:
            found.append(read(row))
        except ReportUnreadable:
            logger.warning("a row of a push cannot be read")
    if not found:
        raise ReportUnreadable
    return [one for one in found if one is not None]


def words(row: Row, *names: str, most: int = 100) -> str:
    """Return the first text or number of ``row`` under one of ``names``, without what the database cannot keep
    (half a character, where an operator cut a text in two); empty where there is none."""
    found = (row.get(name) for name in names)
    texts = (only_writable(str(it)).strip() for it in found if isinstance(it, str | int))
    return next((text[:most] for text in texts if text), "")


def moment(text: str) -> datetime | None:
    """Return the moment that ``text`` names, a time of China or a Unix time; None where it is none of these years."""
    try:
        if text.isdecimal():
            at = datetime.fromtimestamp(int(text), UTC)
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=CHINA)
        MOMENTS(at)
    except (ValueError, OverflowError, OSError, ValidationError):
        return None
    return at
