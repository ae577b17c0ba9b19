"""What every push of a provider is made of."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from expertpool.notifications.channels.base import ReportUnreadable

CHINA = ZoneInfo("Asia/Shanghai")
MOST = 1000  # reports in one push: the vendors send a hundred at most


def rows_of(body: bytes) -> list[dict[str, Any]]:
    """Return the objects of a JSON list, or the one object; raises ReportUnreadable for anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise ReportUnreadable from None
    rows = content if isinstance(content, list) else [content]
    if not rows or len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
        raise ReportUnreadable
    return rows


def words(row: dict[str, Any], *names: str, most: int = 100) -> str:
    """Return the first text or number of ``row`` under one of ``names``; empty where there is none."""
    found = (row.get(name) for name in names)
    return next(
        (str(it).strip()[:most] for it in found if isinstance(it, str | int) and str(it).strip()),
        "",
    )


def moment(text: str) -> datetime | None:
    """Return the moment that ``text`` names, a time of China or a Unix time; None where it is none."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)
