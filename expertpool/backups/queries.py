"""Reads of what was backed up."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import chain_head
from expertpool.backups.enums import BackupKind, BackupState
from expertpool.backups.models import Backup
from expertpool.backups.settings import LATE_AFTER
from expertpool.core.configuration import value_of

BACKUP = re.compile(r"(\d{8}-\d{6})-(full|incr)")
MANIFEST = "manifest.json"
MOMENT = "%Y%m%d-%H%M%S"  # of the name: when it was begun, in the time of the site


def backups_visible_to(user: User) -> QuerySet[Backup]:
    """Return all tries, for who may see them."""
    return Backup.objects.all() if user.has_permission("backups.view") else Backup.objects.none()


def backups_in(directory: Path) -> Iterator[Path]:
    """Yield the folders of whole backups, oldest first."""
    found = directory.iterdir() if directory.is_dir() else ()
    yield from sorted(path for path in found if BACKUP.fullmatch(path.name) and path.is_dir())


def last_done(*, now: datetime) -> Backup | None:
    """Return the backup that would be restored now. It is there because it lies there: a row says how it
    went, and whoever writes one makes no backup (docs/decisions/0177); of one that was found bad, and of
    what builds on it, the one before counts (docs/decisions/0651)."""
    return _last(now, found_bad(settings.BACKUP_DIR))


def last_made(*, now: datetime) -> Backup | None:
    """Return the newest backup that lies there, whatever was found when it was tried."""
    return _last(now, frozenset())


def found_bad(directory: Path) -> frozenset[str]:
    """Return the names of the backups that did not hold when they were tried."""
    rows = Backup.objects.filter(directory=str(directory)).exclude(check_fault="")
    return frozenset(rows.values_list("name", flat=True))


def last_tried(*, now: datetime) -> Backup | None:
    """Return the newest backup that was tried and is not removed."""
    rows = Backup.objects.filter(directory=str(settings.BACKUP_DIR), removed_at__isnull=True)
    return rows.filter(checked_at__lte=now).first()


def chains_in(directory: Path) -> list[list[Path]]:
    """Return the folders of whole backups, oldest first: each full one with what builds on it."""
    chains: list[list[Path]] = []
    for folder in backups_in(directory):
        if folder.name.endswith(BackupKind.FULL) or not chains:
            chains.append([])
        chains[-1].append(folder)
    return chains


def _last(now: datetime, bad: Collection[str]) -> Backup | None:
    def stands(folder: Path) -> bool:
        at = _begun(folder)
        return at is not None and at <= now and folder.name not in bad and _is_whole(folder, now)

    for chain in reversed(chains_in(settings.BACKUP_DIR)):
        standing = list(takewhile(stands, chain))
        if standing and chain[0].name.endswith(BackupKind.FULL):
            return _backup(standing[-1])
    return None


def _backup(folder: Path) -> Backup:
    named = {"name": folder.name, "directory": str(folder.parent)}
    backup = Backup.objects.filter(**named).first() or Backup(**named)
    if at := _begun(folder):
        backup.started_at = at
    return backup


def _is_whole(folder: Path, now: datetime) -> bool:
    """Tell whether what makes it a backup lies there: somebody may have emptied the folder."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return False
    return _has_parts(folder, changed, now.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=256)
def _has_parts(folder: Path, _changed: int, _hour: datetime) -> bool:
    """By their sizes, once an hour and whenever the folder has changed: a manifest names every stored file."""
    try:
        parts = json.loads((folder / MANIFEST).read_bytes())["parts"]
        return all((folder / name).stat().st_size == part["size"] for name, part in parts.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _begun(folder: Path) -> datetime | None:
    named = BACKUP.fullmatch(folder.name)
    try:
        # No zone in the name: it is that of the site.
        at = datetime.strptime(named[1], MOMENT) if named else None  # noqa: DTZ007
    except ValueError:
        return None
    return timezone.make_aware(at) if at else None


def last_failed(*, now: datetime) -> Backup | None:
    return Backup.objects.filter(state=BackupState.FAILED, started_at__lte=now).first()


def unprotected_since(last: Backup | None, *, now: datetime) -> datetime | None:
    """Return since when everything that was written would be lost, where ``last`` (`last_done`) is what
    would be restored; None where there is nothing."""
    if last:
        return last.started_at
    first = Entry.objects.filter(at__lte=now).order_by("pk").first()
    return first.at if first else None


@dataclass(frozen=True)
class LastBackups:
    """How safe everything is now."""

    is_elsewhere: bool  # the database, which is backed up by whoever runs it
    last: Backup | None
    age: timedelta | None  # of the last backup
    lost: timedelta | None  # of work, would a restore begin now
    kept_until: datetime | None  # with the journal
    entries_lost: int  # of the log
    place: str
    is_encrypted: bool
    on_same_disk: bool
    free: int  # bytes

    @property
    def is_late(self) -> bool:
        """Whether it is told that no backup has succeeded for long."""
        return self.age is not None and self.age >= value_of(LATE_AFTER)


def standing(*, now: datetime, kept_until: datetime | None = None) -> LastBackups:
    """Return how it stands; until ``kept_until`` the journal goes on from the last backup."""
    last = last_done(now=now)
    since = unprotected_since(last, now=now)
    entries = chain_head().number - ((last.chain or 0) if last else 0)
    if kept_until:
        entries = Entry.objects.filter(at__gt=kept_until).count()
    place: Path = settings.BACKUP_DIR
    there = _existing(place)
    return LastBackups(
        is_elsewhere=settings.DATABASE_SERVER is None,
        last=last,
        age=now - since if since else None,
        lost=now - (kept_until or since) if since else None,
        kept_until=kept_until,
        entries_lost=max(entries, 0),
        place=f"{place}，另存到 {settings.BACKUP_S3}" if settings.BACKUP_S3 else str(place),
        is_encrypted=bool(settings.BACKUP_RECIPIENTS),
        on_same_disk=lies_beside_the_data(),
        free=shutil.disk_usage(there).free,
    )


def lies_beside_the_data() -> bool:
    """Tell whether one disk that fails takes data and backups."""
    server = settings.DATABASE_SERVER
    if server is None or settings.BACKUP_S3:
        return False
    ours: int = server.home.stat().st_dev
    return _existing(settings.BACKUP_DIR).stat().st_dev == ours


def is_meant_elsewhere() -> bool:
    """Tell whether the office has named a place for backups that is not below that of the data."""
    server = settings.DATABASE_SERVER
    return server is not None and not settings.BACKUP_DIR.is_relative_to(server.home)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())
