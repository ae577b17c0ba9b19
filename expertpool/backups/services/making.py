"""Making a backup while everything runs."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from expertpool.audit.queries import chain_head
from expertpool.audit.services import record
from expertpool.backups.enums import BackupKind, BackupState
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.queries import MOMENT, backups_in
from expertpool.backups.services import manifest as manifests
from expertpool.backups.services.counting import applied_migrations, count_rows, noted_keys
from expertpool.backups.services.manifest import Manifest, Part
from expertpool.backups.services.sealing import SUFFIX, check_recipients, digest_of, put
from expertpool.backups.services.server import (
    FIRST_THAT_VERIFIES_TAR,
    FIRST_WITH_INCREMENTS,
    Server,
    server,
)
from expertpool.backups.services.stored_files import store_files
from expertpool.core.disks import mend_of, refused_as
from expertpool.core.lockfiles import open_lock

STATE = "backup_manifest"  # of pg_basebackup
COPY = (
    "--format=tar",
    "--compress=client-gzip:1",
    "--wal-method=stream",
    "--checkpoint=fast",
    "--manifest-checksums=SHA256",
)

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Wish:
    """Where to, on what it builds (None: on nothing), for whom."""

    directory: Path
    incremental: bool = False
    recipients: tuple[str, ...] = ()


def make_backup(wish: Wish, *, actor: AbstractBaseUser | None, clock: Clock) -> Backup:
    """Make a backup, verify it, and log it; the row that is returned stands there from the start.

    BackupRefused where it cannot be made; what else goes wrong is raised as it is. Either is noted
    in the row, and nothing is left that looks like a backup.
    """
    source = server()
    check_recipients(wish.recipients)
    with alone(wish.directory):
        parent = _parent(source, wish) if wish.incremental else None
        row = _begin(wish, actor=actor, now=clock())
        try:
            with refused_as(BackupRefused):
                if parent:
                    manifests.check_parts(wish.directory, parent)
                made = _make(source, wish, row, parent, clock)
        except BaseException as error:
            _fail(row, str(error) or type(error).__name__, now=clock())
            raise
    return _finish(row, made, now=clock())


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Let nobody else write a backup there; whatever was left half done is deleted."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open_lock(directory / ".lock")
    except OSError as error:
        raise BackupRefused(f"不能写备份目录 {directory}：{mend_of(error)}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{directory} 里正在做另一份备份，请等它完成。"
            raise BackupRefused(message) from None
        for path in directory.glob(".*.part"):
            shutil.rmtree(path, ignore_errors=True)  # its pg_basebackup may still be dying
        yield


def _parent(source: Server, wish: Wish) -> Manifest:
    if source.version() < FIRST_WITH_INCREMENTS:
        message = f"增量备份需要 PostgreSQL {FIRST_WITH_INCREMENTS} 以上，请做完整备份。"
        raise BackupRefused(message)
    _, parent = manifests.chosen_backup(wish.directory)
    manifests.chain_of(wish.directory, parent)  # that it is whole
    return parent


@transaction.atomic
def _begin(wish: Wish, *, actor: AbstractBaseUser | None, now: datetime) -> Backup:
    Backup.objects.filter(state=BackupState.RUNNING, directory=str(wish.directory)).update(
        state=BackupState.FAILED, finished_at=now, fault="中途中断。"
    )
    kind = BackupKind.INCREMENTAL if wish.incremental else BackupKind.FULL
    return Backup.objects.create(
        name=f"{timezone.localtime(now).strftime(MOMENT)}-{kind}",
        directory=str(wish.directory),
        kind=kind,
        is_encrypted=bool(wish.recipients),
        asked_by_id=actor.pk if actor else None,
        started_at=now,
    )


def _make(
    source: Server, wish: Wish, row: Backup, parent: Manifest | None, clock: Clock
) -> Manifest:
    folder = wish.directory / row.name
    if folder.exists():
        raise BackupRefused(f"{folder} 已经存在，请过一秒再试。")
    part = wish.directory / f".{row.name}.part"
    # In clear only where the data are anyway, if it is to be encrypted.
    stage = source.home / "backup.part" if wish.recipients else part
    for path in {part, stage}:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
    try:
        known = known_files(wish.directory, wish.recipients, read=parent is None)
        files = store_files(wish.directory, known, wish.recipients, stage)
        rows, head = count_rows(), chain_head()
        _copy(source, stage / "copy", wish.directory / parent.name if parent else None)
        later, last = count_rows(), chain_head()
        # Once more: what a row names that is in the copy was there before or after it.
        files |= store_files(wish.directory, known | files, wish.recipients, stage)
        parts = _parts(stage / "copy", part, wish.recipients)
        (stage / "stored").unlink(missing_ok=True)
        made = Manifest(
            name=row.name,
            kind=row.kind,
            parent=parent.name if parent else "",
            started_at=row.started_at.isoformat(),
            finished_at=clock().isoformat(),
            version=version("expertpool"),
            postgres=source.version(),
            recipients=list(wish.recipients),
            migrations=applied_migrations(),
            keys=noted_keys(),
            rows={table: (rows.get(table, 0), later[table]) for table in later},
            heads=[(head.number, head.hash), (last.number, last.hash)],
            parts=parts,
            files=files,
        )
        manifests.write_manifest(part, made)
        _keep(part, folder)
        return made
    finally:
        for path in {part, stage}:
            shutil.rmtree(path, ignore_errors=True)


def _copy(source: Server, into: Path, parent: Path | None) -> None:
    """Copy the database, and verify what was written."""
    since = (f"--incremental={parent / STATE}",) if parent else ()
    source.copy_to(into, *COPY, *since)
    if source.version() >= FIRST_THAT_VERIFIES_TAR:
        source.run_tool("pg_verifybackup", "--no-parse-wal", "--quiet", str(into))


def _parts(copy: Path, part: Path, recipients: Sequence[str]) -> dict[str, Part]:
    """Move the copy into the backup, encrypted for ``recipients``; return what it consists of."""
    parts = {}
    for path in sorted(copy.iterdir()):
        to = () if path.name == STATE else recipients
        target = part / (path.name + (SUFFIX if to else ""))
        if to:
            digest = put(path, target, to)
            path.unlink()
        else:
            shutil.move(path, target)
            digest = digest_of(target)
        parts[target.name] = Part(target.stat().st_size, digest)
    copy.rmdir()
    return parts


def known_files(
    directory: Path, recipients: Sequence[str], *, read: bool = False
) -> dict[str, manifests.StoredFile]:
    """Return what lies there already, and opens by the same keys. With ``read`` all of it is read: what was spoilt since
    would be part of every backup to come, and is stored anew."""
    for folder in reversed(list(backups_in(directory))):
        try:
            last = manifests.read_manifest(folder)
        except BackupRefused:  # another one may be whole
            continue
        if last.recipients == list(recipients):
            known = {
                name: file
                for name, file in last.files.items()
                if _lies_there(manifests.pool_file(directory, file.stored), file, read=read)
            }
            if lost := len(last.files) - len(known):
                logger.error("%s stored files of the backups in %s are spoilt", lost, directory)
            return known
    return {}


def _lies_there(path: Path, file: manifests.StoredFile, *, read: bool) -> bool:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return False
    if (size <= file.size) if path.suffix == SUFFIX else (size != file.size):
        return False
    return not read or digest_of(path) == path.stem


def _keep(part: Path, folder: Path) -> None:
    """Give the finished backup its name, once all of it is on the disk."""
    for path in part.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    part.rename(folder)
    number = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@transaction.atomic
def _finish(row: Backup, made: Manifest, *, now: datetime) -> Backup:
    row.state, row.finished_at = BackupState.DONE, now
    row.size, row.chain = made.size, made.heads[-1][0]
    row.save(update_fields=["state", "finished_at", "size", "chain"])
    record("backup.made", actor=row.asked_by, subject=row, now=now, after=_told(row))
    return row


def _told(row: Backup) -> dict[str, object]:
    return {"位置": row.directory, "方式": row.get_kind_display(), "字节": row.size}


def _fail(row: Backup, why: str, *, now: datetime) -> None:
    logger.error("backup %s failed: %s", row.name, why)
    with transaction.atomic():
        row.state, row.finished_at, row.fault = BackupState.FAILED, now, why[:1000]
        row.save(update_fields=["state", "finished_at", "fault"])
        record("backup.failed", actor=row.asked_by, subject=row, now=now, note=why)


def unsealed(recipients: Sequence[str]) -> str:
    """Say in whose hands the copy opens."""
    return (
        "" if recipients else "没有加密：拿到它的人能读到未加密的内容，请放在只有管理员能到的地方。"
    )
