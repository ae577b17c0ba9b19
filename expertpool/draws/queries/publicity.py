"""From when there is a record of a draw to be had, and from when anybody may have the whole of it: whoever knows the pool
reads in groups and units who sits, and the release of names tells them inside only (docs/decisions/0065, 0181, 0578, 0591)."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

import vdraw
from expertpool.core.text import moment_text
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import until_when
from expertpool.draws.queries.readiness import is_to_be_public
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.registry import AT_WORK

DIGEST = "名单摘要"  # what the log says of a published list


def may_have_record(draw: Draw) -> bool:
    """Tell whether anybody may have anything of the record of ``draw``: it ended, and names are released."""
    ended = draw.is_random and draw.ordered_at is not None and draw.ended_at is not None
    return ended and is_released(draw)


def public_from(draw: Draw, *, now: datetime) -> datetime | None:
    """Return from when the record of ``draw`` is public: since its result is, and where none will be, the day after the
    last of its projects is over; a void one not before those that stand in its place. None: it waits for a result."""
    if draw.published_at is not None:
        return draw.published_at
    if _waits_for_result(draw, now=now):
        return None
    times = [_day_after(draw), *(public_from(one, now=now) for one in _in_its_place(draw))]
    return None if None in times else max(filter(None, times))


def is_public(draw: Draw, *, now: datetime) -> bool:
    """Tell whether anybody may have the whole record of ``draw``, without who declined."""
    if not is_released(draw):
        return False
    if draw.published_at is not None:
        return now >= draw.published_at
    since = public_from(draw, now=now)
    if since is None or now < since or at_work_until(draw):
        return False
    return all(is_public(one, now=now) for one in _in_its_place(draw))


def public_words(draw: Draw, *, now: datetime) -> str:
    """Until when there is the short record only, before 之前 and 之后."""
    since = public_from(draw, now=now)
    if since is None:
        return "结果公布" if draw.is_valid else "本项目有效抽取的结果公布"
    until = at_work_until(draw)
    if until and now >= since:
        return until
    return f"{moment_text(since)}（评审结束次日{f'，且{until}' if until else ''}）"


def _day_after(draw: Draw) -> datetime:
    closing = timezone.localtime(last_closing(draw.covered))
    return timezone.make_aware(datetime.combine(closing.date() + timedelta(days=1), time.min))


def _waits_for_result(draw: Draw, *, now: datetime) -> bool:
    """Tell whether the record of ``draw`` waits until its result is published. Not where it was public before
    the office asked for that: nobody can take it back."""
    if not (draw.is_valid and is_to_be_public(draw.project, now=now)):
        return False
    done = (one.done_at(project) for project in draw.covered for one in AT_WORK)
    since = max(filter(None, [_day_after(draw), draw.released_at, *done]))
    if now < since or at_work_until(draw):
        return True
    return is_to_be_public(draw.project, now=since)


def _in_its_place(draw: Draw) -> list[Draw]:
    """The draws that find the panels of the projects of ``draw``, which is void: it tells their conditions."""
    if draw.is_valid:
        return []
    found = {one.pk: one for project in draw.covered for one in valid_draws(project)}
    return list(found.values())


def at_work_until(draw: Draw) -> str:
    """Say until what a panel of the projects of ``draw`` has still to do, whatever end was planned; empty: it has not.
    A void draw tells the conditions of the one after it, so it is not asked whose panel that is."""
    return next(filter(None, map(until_when, draw.covered)), "")


def digest_of_list(publication: list[dict[str, Any]]) -> str:
    """Return SHA-256 of a published list as canonical JSON, in hex: it stands in the log, too."""
    return hashlib.sha256(vdraw.canonical_json(publication)).hexdigest()
