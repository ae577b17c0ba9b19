"""By which channels experts are told, and in which order they are invited over several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from expertpool.core.configuration import value_of
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.settings import WAITS
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import (
    ChannelState,
    calling,
    channel_state,
    channel_states,
)
from expertpool.notifications.queries.reach import is_configured
from expertpool.telephone.queries import NOBODY_CALLS, nobody_calls


def channels_of(draw: Draw) -> list[str]:
    """Return the channels by which those are told who sit in ``draw``, by the plan of its project."""
    return list(_channels.first(project=draw.project_id) or ())


_channels = Prepared(
    lambda: DrawPlan.objects.filter(project=Given("project")).values_list("channels", flat=True)
)


def with_calls(draw: Draw, channels: Iterable[str]) -> list[str]:
    """Return ``channels``, by which people are asked, and the telephone, where ``draw`` is an emergency and the system can
    call: a person is shown whom to call only after that (docs/decisions/0624)."""
    chosen = list(channels)
    # In this order: of most draws nothing is asked.
    new = [one for one in calling() if one not in chosen]
    is_added = bool(new) and can_call() and emergency_of(draw) is not None
    return [*chosen, *(one for one in new if _works(one))] if is_added else chosen


def states_of_ways(now: datetime) -> dict[ChannelCode, ChannelState]:
    """Return how each channel works ``now``. The telephone does not where no program calls, of which no attempt tells."""
    states = channel_states()
    if nobody_calls(now):
        for code in calling():
            states[code] = replace(states[code], is_unattended=True, detail=NOBODY_CALLS)
    return states


def dead_line_at(now: datetime) -> ChannelState | None:
    """Return how the telephone is that cannot call ``now``; None where it can."""
    states = states_of_ways(now)
    return next((states[code] for code in calling() if states[code].is_down), None)


def can_call() -> bool:
    """Tell whether this system calls people: a line is set, and it works."""
    return any(map(_works, calling()))


def _works(channel: ChannelCode) -> bool:
    return is_configured(channel) and not channel_state(channel).is_down


def waits_of(draw: Draw, channels: Iterable[str]) -> dict[str, timedelta]:
    """Return how long each of ``channels`` waits for an answer to the first invitation of ``draw``: in an emergency
    none does."""
    waits = usual_waits(channels)
    return {} if waits and emergency_of(draw) else waits


def usual_waits(channels: Iterable[str]) -> dict[str, timedelta]:
    """Return the same where nothing has been sealed yet."""
    known = _waits()
    return {one: known[one] for one in channels if one in known}


def _waits() -> dict[str, timedelta]:
    return {code: wait for code, setting in WAITS.items() if (wait := value_of(setting))}


def ways_in_words(channels: Iterable[str]) -> str:
    """Return in which order ``channels`` are used: 短信、站内信 → 3 分钟 → 邮件."""
    chosen, waits = [ChannelCode(one) for one in channels], _waits()
    rings = [one for one in chosen if one in WAITS]
    none = timedelta()
    first = min((waits.get(one, none) for one in rings), default=none)
    steps: dict[timedelta, list[str]] = {}
    for one in chosen:
        after = waits.get(one, none) - first if one in rings else none
        steps.setdefault(after, []).append(str(one.label))
    words, before = [], none
    for after in sorted(steps):
        words += [f"{(after - before) // timedelta(minutes=1)} 分钟"] if after else []
        words.append("、".join(steps[after]))
        before = after
    return " → ".join(words)


def too_late(channels: Iterable[str], minutes: int) -> list[ChannelCode]:
    """Return those of ``channels`` that wait until the ``minutes`` to answer are over, and so are never used."""
    chosen, waits = list(channels), _waits()
    none = timedelta()
    first = min((waits.get(one, none) for one in chosen if one in WAITS), default=none)
    length = timedelta(minutes=minutes)
    return [ChannelCode(one) for one in chosen if one in waits and waits[one] - first >= length]
