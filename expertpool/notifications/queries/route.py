"""The ways out of the house: by which settings messages go, and how long a changed one waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.settings import MOST_ROUTE_WAIT, ROUTE_WAIT
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counted
from expertpool.siteconfig.queries.stored import vouched_changes_since


def changes_of_route(ids: Iterable[int]) -> list[SettingChange]:
    """Return those of the changes ``ids`` that lead messages another way, oldest first."""
    codes = list(_channel_by_setting())
    changes = SettingChange.objects.filter(pk__in=ids, code__in=codes)
    return list(changes.select_related("actor").order_by("pk"))


def route_wait(now: datetime) -> timedelta:
    """Return how long messages that only their recipient may read wait after a change of their way."""
    return timedelta(minutes=counted(ROUTE_WAIT, now))


def held_routes(now: datetime) -> dict[ChannelCode, datetime]:
    """Return the channels whose messages wait now since their way was changed, each with until when."""
    channels = _channel_by_setting()
    settings = [setting for channel in CHANNELS for setting in channel.route]
    lately = vouched_changes_since(now - timedelta(minutes=MOST_ROUTE_WAIT), *settings)
    if not lately:  # asked by every home page and letter
        return {}
    wait = route_wait(now)
    last: dict[ChannelCode, datetime] = {}
    for change in lately:
        code = channels[change.code]
        last[code] = max(change.at, last.get(code, change.at))
    return {code: at + wait for code, at in last.items() if at + wait > now}


def put_off_until(
    channel: str, held: datetime | None, *, wait: timedelta, now: datetime
) -> datetime | None:
    """Return until when a message over ``channel`` is put off that its subject holds back until ``held``, for a changed
    way, too: what such letters say is for their recipient, not for whoever has just set the way they go. What follows
    others goes a ``wait`` after that, as ever. None where nothing holds it back."""
    ends = (held, held_routes(now).get(ChannelCode(channel)))
    until = max(filter(None, ends), default=now)
    return until + wait if until > now else None


def route_name(channel: ChannelCode) -> str:
    """Return what was changed where the way of ``channel`` was, in words."""
    return CHANNELS[channel].route_name


def labels_of(changes: Iterable[SettingChange]) -> list[str]:
    """Return which channels ``changes`` lead another way, in words."""
    channels = _channel_by_setting()
    return list(dict.fromkeys(str(channels[change.code].label) for change in changes))


def _channel_by_setting() -> dict[str, ChannelCode]:
    return {
        setting.code: ChannelCode(channel.code) for channel in CHANNELS for setting in channel.route
    }
