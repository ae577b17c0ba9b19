"""The address of his calendar ends with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser
from expertpool.selfservice.models import CalendarFeed
from expertpool.selfservice.services.feed import close_feed


def _count(expert: Expert) -> int:
    return CalendarFeed.objects.filter(expert=expert, ended_at__isnull=True).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    close_feed(expert=expert, actor=actor, now=now)


ERASERS = (
    Eraser("selfservice", "日历订阅地址", 28, ("selfservice.CalendarFeed",), _count, _erase),
)
