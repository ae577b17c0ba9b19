"""Recordings of the screen that a browser has begun to send and not saved to the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import codes_for_draw


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
    found = []
    for path in _folder().glob(f"{draw.pk}-{user.pk}-*.part"):
        # After the numbers of draw and user; it has hyphens of its own.
        recording = UUID(path.stem.split("-", 2)[2])
        kept = path.stat()
        at = datetime.fromtimestamp(kept.st_mtime, tz=timezone.get_current_timezone())
        found.append(Unfinished(recording, kept.st_size, at))
    return sorted(found, key=lambda item: item.at)


def part_path(draw: Draw, recording: UUID, user: User) -> Path:
    """Where the parts of one recording lie; nobody else can add to it."""
    return _folder() / f"{draw.pk}-{user.pk}-{recording}.part"


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT, "attachments", "parts")
