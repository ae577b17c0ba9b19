"""The way of mail out of the house: by which settings it goes, and how long a changed one waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from expertpool.notifications.settings import (
    HOST,
    MOST_ROUTE_WAIT,
    PORT,
    ROUTE_WAIT,
    SECURITY,
    USER,
)
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counted
from expertpool.siteconfig.queries.stored import vouched_changes_since

# By which whoever changes them reads what is sent. Of the others the mailbox stays who it is.
ROUTE = (HOST, PORT, SECURITY, USER)


def changes_of_route(ids: Iterable[int]) -> list[SettingChange]:
    """Return those of the changes ``ids`` that lead mail another way, oldest first."""
    codes = [setting.code for setting in ROUTE]
    changes = SettingChange.objects.filter(pk__in=ids, code__in=codes)
    return list(changes.select_related("actor").order_by("pk"))


def route_wait(now: datetime) -> timedelta:
    """Return how long mail that only its recipient may read waits after a change of its way."""
    return timedelta(minutes=counted(ROUTE_WAIT, now))


def route_held_until(now: datetime) -> datetime | None:
    """Return until when such mail waits now; None where nothing was changed lately."""
    lately = vouched_changes_since(now - timedelta(minutes=MOST_ROUTE_WAIT), *ROUTE)
    last = max((change.at for change in lately), default=None)
    # Asked by every home page and letter: how long is asked only where something waits at all.
    until = last + route_wait(now) if last else None
    return until if until and until > now else None
