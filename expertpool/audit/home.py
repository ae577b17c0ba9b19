"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from expertpool.audit.queries import entries_visible_to
from expertpool.core.home import Number, Source
from expertpool.core.lookups import within_days
from expertpool.core.registry import MenuItem


def entries_of_today(user: Any, now: datetime) -> Iterator[Number]:
    today = timezone.localdate(now)
    entries = entries_visible_to(user).filter(within_days("at", (today, today)))
    url = f"{reverse('audit:entry_list')}?days={today}"
    yield Number("今日操作", entries, url, "history")


NUMBERS = (Source("log_entries", "audit.view", 70, entries_of_today),)
SHORTCUTS = (
    MenuItem("audit.entries", "操作日志", "history", "audit:entry_list", ("audit.view",), 80),
)
