"""Reads of what was backed up."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import chain_head
from expertpool.backups.enums import BackupState
from expertpool.backups.models import Backup
from expertpool.backups.settings import LATE_AFTER
from expertpool.core.configuration import value_of


def backups_visible_to(user: User) -> QuerySet[Backup]:
    """Return all tries, for who may see them."""
    return Backup.objects.all() if user.has_permission("backups.view") else Backup.objects.none()


def last_done() -> Backup | None:
    """Return the backup that would be restored now."""
    return Backup.objects.filter(state=BackupState.DONE, removed_at=None).first()


def last_failed() -> Backup | None:
    return Backup.objects.filter(state=BackupState.FAILED).first()


def unprotected_since() -> datetime | None:
    """Return since when everything that was written would be lost; None where there is nothing."""
    if done := last_done():
        return done.started_at
    first = Entry.objects.order_by("pk").first()
    return first.at if first else None


@dataclass(frozen=True)
class LastBackups:
    """How safe everything is now."""

    is_elsewhere: bool  # the database, which is backed up by whoever runs it
    last: Backup | None
    lost: timedelta | None  # of work, would a restore begin now
    entries_lost: int  # of the log
    place: str
    is_encrypted: bool
    on_same_disk: bool
    free: int  # bytes

    @property
    def is_late(self) -> bool:
        """Whether it is told that no backup has succeeded for long."""
        return self.lost is not None and self.lost >= value_of(LATE_AFTER)


def standing(*, now: datetime) -> LastBackups:
    last, since = last_done(), unprotected_since()
    place: Path = settings.BACKUP_DIR
    there = next(path for path in (place, *place.parents) if path.is_dir())
    return LastBackups(
        is_elsewhere=settings.DATABASE_SERVER is None,
        last=last,
        lost=now - since if since else None,
        entries_lost=max(chain_head().number - ((last.chain or 0) if last else 0), 0),
        place=str(place),
        is_encrypted=bool(settings.BACKUP_RECIPIENTS),
        on_same_disk=settings.DATABASE_SERVER is not None
        and there.stat().st_dev == settings.DATABASE_SERVER.home.stat().st_dev,
        free=shutil.disk_usage(there).free,
    )
