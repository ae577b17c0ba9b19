"""Backups that nobody has to think of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.audit.services import record
from expertpool.backups.enums import BackupKind, BackupState
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.queries import found_bad, last_made
from expertpool.backups.services import elsewhere, journal
from expertpool.backups.services import manifest as manifests
from expertpool.backups.services.keeping import remove_older
from expertpool.backups.services.making import Wish, make_backup
from expertpool.backups.services.restoring import Source
from expertpool.backups.services.server import server
from expertpool.backups.services.telling import (
    tell_bad,
    tell_made,
    tell_not_copied,
    tell_not_tried,
)
from expertpool.backups.services.trying import try_backup
from expertpool.backups.settings import EACH_DAY, FULL_EVERY, HOUR, JOURNAL, KEPT, TRIED
from expertpool.core.asking import ask
from expertpool.core.configuration import Setting, value_of
from expertpool.core.jobs import defer
from expertpool.siteconfig.queries.counting import counted

AGAIN_AFTER = timedelta(hours=1)

logger = logging.getLogger(__name__)


def look(*, now: datetime) -> bool:
    """Queue the day's backup if it is due; tell whether it is."""
    if settings.DATABASE_SERVER is None:
        return False
    if not (value_of(EACH_DAY) and is_due(now=now)):
        return False
    defer("backups.make", lock="backups.make", asked_id=None)
    return True


def is_due(*, now: datetime) -> bool:
    """Tell whether the day's backup is to be made: its hour has come (here, or while the machine was
    off), none was made since, and none was tried within the last hour. What rows say of hours to come has
    not happened."""
    local = timezone.localtime(now)
    due = local.replace(hour=value_of(HOUR), minute=0, second=0, microsecond=0)
    if due > local:
        due -= timedelta(days=1)
    last = last_made(now=now)
    if last is not None and last.started_at >= due:
        return False
    return not _tried(now).filter(started_at__gte=due).exists()


def _tried(now: datetime) -> QuerySet[Backup]:
    """The tries of the last hour."""
    return Backup.objects.filter(started_at__gt=now - AGAIN_AFTER, started_at__lte=now)


@transaction.atomic
def request_backup(*, actor: AbstractBaseUser, now: datetime) -> None:
    """Queue a backup that somebody asks for, and log it. BackupRefused while one is being made."""
    server()
    if _tried(now).filter(state=BackupState.RUNNING).exists():
        raise BackupRefused("正在备份，请等它完成。")
    record("backup.ask", actor=actor, now=now)
    ask("backups.make", actor=actor, now=now, lock="backups.make")


def make(*, actor: AbstractBaseUser | None, clock: Callable[[], datetime]) -> Backup:
    """Make a backup as the settings say, try a full one, delete what is not kept any more, and tell."""
    directory, recipients = settings.BACKUP_DIR, tuple(settings.BACKUP_RECIPIENTS)
    wish = Wish(directory, _may_build_on(directory, recipients, now=clock()), recipients)
    try:
        made = make_backup(wish, actor=actor, clock=clock)
    except Exception:
        if not wish.incremental:
            raise
        logger.exception("no incremental backup could be made: a full one is")
        made = make_backup(Wish(directory, recipients=recipients), actor=actor, clock=clock)
    is_sound = _is_sound(made, clock)
    # After it was tried: until then the one before may be all there is.
    gone = remove_older(directory, kept=wanted(KEPT, now=clock()), now=clock())
    gone += journal.remove_older(directory, before=clock() - _journal_days(clock()))
    if settings.BACKUP_S3:
        _copy(directory, gone, now=clock())
    if is_sound:
        tell_made(made, now=clock())
    else:
        made.refresh_from_db()
        tell_bad(made, now=clock())
    return made


def _is_sound(made: Backup, clock: Callable[[], datetime]) -> bool:
    """Try a full one where it opens and the office wants it; tell whether nothing is known to be wrong with it."""
    if made.kind != BackupKind.FULL or made.is_encrypted or not value_of(TRIED):
        return True
    try:
        return try_backup(Source(Path(made.directory, made.name)), now=clock(), tell=logger.info)
    except BackupRefused as error:
        logger.exception("the backup was not tried")
        tell_not_tried(made, str(error), now=clock())
        return True


def _copy(directory: Path, gone: list[str], *, now: datetime) -> None:
    """Copy what is there to the second place; tell where that fails: it is sent with the next one."""
    try:
        elsewhere.send(directory)
        elsewhere.forget(gone)
    except BackupRefused as error:
        logger.exception("the backup was not copied to the second place")
        tell_not_copied(str(error), now=now)


def keep_journal(*, now: datetime) -> None:
    """Take over what the database has handed out of its journal since."""
    if settings.DATABASE_SERVER is None:
        return
    if not _journal_days(now):
        journal.let_go()
        return
    try:
        kept = journal.keep()
        if kept and settings.BACKUP_S3:
            elsewhere.send(settings.BACKUP_DIR, kept)
    except BackupRefused as error:  # a backup is being made, or the next one sends it
        logger.info("the journal waits: %s", error)


def _journal_days(now: datetime) -> timedelta:
    return timedelta(days=wanted(JOURNAL, now=now))


def _may_build_on(directory: Path, recipients: tuple[str, ...], *, now: datetime) -> bool:
    """Tell whether there is a chain of backups, young enough, for the same recipients, of which nothing bad is known."""
    try:
        _, last = manifests.chosen_backup(directory)
        chain = manifests.chain_of(directory, last)
    except BackupRefused:
        return False
    if found_bad(directory) & {one.name for one in chain}:
        return False
    full = chain[0]
    # Some hours less: the day's backup does not begin at the same second each day.
    age = now - full.at + timedelta(hours=6)
    return age < timedelta(days=wanted(FULL_EVERY, now=now)) and full.recipients == list(recipients)


def wanted(setting: Setting[int], *, now: datetime) -> int:
    """Return how far back somebody is to be able to go. Lowered, it counts a day later: old backups are what is left when somebody has spoilt the data."""
    return counted(setting, now)
