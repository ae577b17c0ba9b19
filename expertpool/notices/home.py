"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Source, Todo
from expertpool.core.registry import MenuItem
from expertpool.notices.queries.notices import waiting_notices


def to_read(user: User, now: datetime) -> Iterator[Todo]:
    url = f"{reverse('notices:own')}?tab=waiting"
    rows = waiting_notices(user)
    yield Todo("阅读通知", "则通知待阅读或确认", url, "speakerphone", "blue", "查看", rows)


TODOS = (Source("notices", "experts.self", 90, to_read),)
SHORTCUTS = (
    MenuItem("notices.own", "我的通知", "speakerphone", "notices:own", ("experts.self",), 102),
)
