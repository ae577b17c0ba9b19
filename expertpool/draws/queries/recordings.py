"""Recordings of the screen that a browser has begun to send and not saved to the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from expertpool.accounts.models import User
from expertpool.core.storing import Kept, store
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import codes_for_draw
from expertpool.files.models import FOLDER

_UUID = 36  # characters


@dataclass(frozen=True)
class Unfinished:
    """What has come of a recording; ``at`` is when the latest of it came."""

    recording: UUID
    size: int
    at: datetime


def may_record_screen(user: User, draw: Draw) -> bool:
    """Tell whether ``user`` may record the screen during ``draw``: who runs it, until the archive."""
    return not draw.project.is_archived and bool(codes_for_draw(user, draw, ["draws.run"]))


def unfinished_recordings(draw: Draw, user: User) -> list[Unfinished]:
    """Return what ``user`` recorded of ``draw`` and did not save, the oldest first."""
    found: dict[UUID, Unfinished] = {}
    begin = _begin(draw, user)
    for one in store.below(begin):
        recording = UUID(one.name.removeprefix(begin)[:_UUID])
        before = found.get(recording) or Unfinished(recording, 0, one.at)
        found[recording] = Unfinished(recording, before.size + one.size, max(before.at, one.at))
    return sorted(found.values(), key=lambda item: item.at)


def parts_of(draw: Draw, recording: UUID, user: User) -> list[Kept]:
    """Return what has come of one recording, from its beginning on; nobody else can add to it."""
    return sorted(
        store.below(f"{_begin(draw, user)}{recording}"), key=lambda part: _offset(part.name)
    )


def part_name(draw: Draw, recording: UUID, user: User, offset: int) -> str:
    """Return where the part from ``offset`` on lies: no store can add to a file."""
    return f"{_begin(draw, user)}{recording}.{offset:012}.part"


def _begin(draw: Draw, user: User) -> str:
    return f"{FOLDER}/parts/{draw.pk}-{user.pk}-"


def _offset(name: str) -> int:
    """What an earlier version kept as one file has no number: it is the beginning."""
    number = name.split(".")[-2]
    return int(number) if number.isdigit() else 0
