"""Recordings of the screen that a browser has begun to send and not saved to the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from expertpool.accounts.models import User
from expertpool.core.crypto import binding
from expertpool.core.storing import Kept, store
from expertpool.core.waiting import FileGone, WaitingFile
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import codes_for_draw
from expertpool.files.models import FOLDER

PARTS = f"{FOLDER}/parts"
_SEALED = ".sealed"
_PART = re.compile(
    rf"-(?P<recording>[0-9a-f-]{{36}})(?:\.(?P<offset>\d{{12}}))?(?:\{_SEALED})?\.part$"
)


@dataclass(frozen=True)
class Unfinished:
    """What has come of a recording; ``at`` is when the latest of it came."""

    recording: UUID
    size: int
    at: datetime


@dataclass(frozen=True)
class Part:
    """What has come of a recording from ``offset`` on."""

    recording: UUID
    offset: int
    kept: Kept

    def read(self) -> bytes:
        """Return it; raises FileGone where it was altered or taken away."""
        if _SEALED in self.kept.name:
            return _file(self.kept.name).read()
        with store.open(self.kept.name) as file:
            content: bytes = file.read()
        return content


def may_record_screen(user: User, draw: Draw) -> bool:
    """Tell whether ``user`` may record the screen during ``draw``: who runs it, until the archive."""
    return not draw.project.is_archived and bool(codes_for_draw(user, draw, ["draws.run"]))


def unfinished_recordings(draw: Draw, user: User) -> list[Unfinished]:
    """Return what ``user`` recorded of ``draw`` and did not save, the oldest first."""
    found: dict[UUID, list[Part]] = {}
    for part in _parts(_begin(draw, user)):
        found.setdefault(part.recording, []).append(part)
    rows = [
        Unfinished(recording, size_of(parts), max(part.kept.at for part in parts))
        for recording, parts in found.items()
    ]
    return sorted(rows, key=lambda item: item.at)


def parts_of(draw: Draw, recording: UUID, user: User) -> list[Part]:
    """Return what has come of one recording, from its beginning on; nobody else can add to it."""
    return list(_parts(f"{_begin(draw, user)}{recording}"))


def size_of(parts: Sequence[Part]) -> int:
    """Return how many bytes of one recording there are; of a last part that was altered none."""
    if not parts:
        return 0
    last = parts[-1]
    try:
        return last.offset + len(last.read())
    except FileGone:
        return last.offset


def part_file(draw: Draw, recording: UUID, user: User, offset: int) -> WaitingFile:
    """Return where the part from ``offset`` on is kept: no store can add to a file."""
    return _file(f"{_begin(draw, user)}{recording}.{offset:012}{_SEALED}.part")


def parts_waiting() -> Iterator[WaitingFile]:
    """Yield all parts, of whomever, that are encrypted."""
    return (_file(kept.name) for kept in store.below(f"{PARTS}/") if _SEALED in kept.name)


def _begin(draw: Draw, user: User) -> str:
    return f"{PARTS}/{draw.pk}-{user.pk}-"


def _parts(begin: str) -> Iterator[Part]:
    """Yield the parts whose names begin so, those of one recording in their order. What an earlier version kept is in
    clear, and as one file has no number: it is the beginning."""
    named = ((_PART.search(kept.name), kept) for kept in store.below(begin))
    found = [
        Part(UUID(name["recording"]), int(name["offset"] or 0), kept)
        for name, kept in named
        if name
    ]
    yield from sorted(found, key=lambda part: (part.recording, part.offset))


def _file(name: str) -> WaitingFile:
    return WaitingFile(name, binding(PARTS, name))
