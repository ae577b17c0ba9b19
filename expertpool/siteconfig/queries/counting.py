"""What counts of settings: whoever lowers a demand of the office lowers it for a day later."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from django.utils import timezone

from expertpool.core.configuration import SITE_SETTINGS, Reader, Setting, in_force
from expertpool.core.configuration.reading import Stored, current, loaded
from expertpool.core.text import next_minute
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.stored import vouched_changes_since

T = TypeVar("T")

# So much later: who lowers it may be who is held to it.
LOWERED_AFTER = timedelta(days=1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)  # before anything was set


class Reading(NamedTuple):
    """What reads settings as they stood before ``change``; None: as they stand now."""

    read: Reader
    change: SettingChange | None = None


def counted(setting: Setting[T], at: datetime) -> T:
    """Return the strictest value that ``setting`` had at any moment from a day before ``at`` until now:
    whoever lowers a demand of the office lowers it for later only (docs/decisions/0187)."""
    return counting(at, setting)(setting)


def counting(at: datetime, *settings: Setting[Any]) -> Reader:
    """Return what reads each of ``settings`` so, with one query; of one for a single case it gives what
    holds for it."""
    return counting_each([at], *settings)[at]


def counting_each(moments: Iterable[datetime], *settings: Setting[Any]) -> dict[datetime, Reader]:
    """Return `counting` at each of ``moments``, with one query for all of them."""
    moments = set(moments)
    if not moments:
        return {}
    readings = readings_since(min(moments) - LOWERED_AFTER, settings)
    return {at: partial(_counted, _since(readings, at - LOWERED_AFTER)) for at in moments}


def _since(readings: Sequence[Reading], since: datetime) -> list[Reading]:
    return [one for one in readings if one.change is None or one.change.at > since]


def counting_in_words(now: datetime) -> Callable[[Setting[Any]], str]:
    """Return what says of any setting what counts now, and what from when: "34 分钟，11-29 18:04 起 10 分钟"."""
    waiting = [setting for setting in SITE_SETTINGS if setting.strictest]
    return partial(_counted_in_words, readings_since(now - LOWERED_AFTER, waiting))


def _counted(readings: Sequence[Reading], setting: Setting[T], /) -> T:
    values = [in_force(setting, reading.read) for reading in readings]
    return setting.strictest(values) if setting.strictest else values[0]  # type: ignore[no-any-return]


def _counted_in_words(readings: Sequence[Reading], setting: Setting[Any], /) -> str:
    stands = setting.kind.words(readings[0].read(setting))
    if not any(one.change and one.change.code == setting.code for one in readings):
        return stands  # where what is set for all waits, it says so itself
    # What counts until the second, the third ... of these is a day old.
    counts = range(1, len(readings) + 1)
    words = [setting.kind.words(_counted(readings[:count], setting)) for count in counts]
    words = [stands if one == words[0] else one for one in words]
    later = [
        f"{_counts_from(ended)} 起 {words[at]}"
        for at, ended in enumerate(readings[1:])
        if words[at] != words[at + 1]
    ]
    return "，".join([words[-1], *reversed(later)])


def _counts_from(reading: Reading) -> str:
    """Say from when ``reading`` counts no more, and what replaced it does."""
    ended = reading.change.at if reading.change else EVER
    return f"{timezone.localtime(next_minute(ended + LOWERED_AFTER)):%m-%d %H:%M}"


def counted_from(setting: Setting[Any]) -> dict[int, str]:
    """Return by its id from when each change of ``setting`` counts, of those that lowered it."""
    found = {}
    readings = readings_since(EVER, [setting]) if setting.strictest else []
    for after, before in pairwise(readings):
        both = (setting.kind.words(_counted(ones, setting)) for ones in ([after, before], [after]))
        if before.change and before.change.code == setting.code and len({*both}) > 1:
            found[before.change.pk] = _counts_from(before)
    return found


def readings_since(since: datetime, settings: Iterable[Setting[Any]]) -> list[Reading]:
    """Return what reads ``settings``, and those for all beside them, as they stood at each moment from
    ``since`` until now, the latest first: each until its ``change``."""
    # What a change replaced was in force until then; what it brought, the next replaced, or is now.
    stored: Stored = current()
    readings = [Reading(partial(_read_in, stored))]
    read = [one for setting in settings for one in (setting, setting.general) if one]
    for change in vouched_changes_since(since, *read):
        stored = ChainMap({change.code: change.before}, stored)  # type: ignore[arg-type]
        readings.append(Reading(partial(_read_in, stored), change))
    return readings


def read_before(change: SettingChange) -> Reader:
    """Return what reads settings as they would stand without ``change``, the last one."""
    return partial(_read_in, ChainMap({change.code: change.before}, current()))  # type: ignore[arg-type]


def _read_in(stored: Stored, setting: Setting[T], /) -> T:
    return loaded(setting, stored)
