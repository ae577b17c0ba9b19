"""Trying a backup: it is restored into a place of its own, as whoever needs it would, and removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from expertpool.audit.services import record
from expertpool.backups.exceptions import HINDERED, BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.services.manifest import chosen_backup
from expertpool.backups.services.restoring import Source, Tell
from expertpool.backups.services.server import server
from expertpool.core.lockfiles import open_lock

PLACE = "restore-check"
ENDED = 128  # and the number of the signal that ended a command in order
SECRETS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")


def try_backup(source: Source, *, now: datetime, tell: Tell) -> bool:
    """Restore a backup beside the running system, compare and remove it; tell whether all held.

    Noted in its row, if there is one, and logged. BackupRefused, with nothing noted, for what cannot be tried: no
    fault of the backup's.
    """
    home = server().home / PLACE
    directory, chosen = chosen_backup(source.directory)
    with open_lock(server().home / f"{PLACE}.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused("正在试恢复另一份备份，请等它完成。") from None
        shutil.rmtree(home, ignore_errors=True)
        try:
            fault = _restore(directory / chosen.name, source.identity, home, tell)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    _note(directory, chosen.name, fault, now)
    return not fault


def _restore(backup: Path, identity: Path | None, home: Path, tell: Tell) -> str:
    """Restore it by the command; return what it complained of, empty for nothing. BackupRefused where the command
    was kept from it, or ended by somebody."""
    command = [*settings.PROGRAM, "restore", str(backup), "--discard"]
    command += ["--identity", str(identity)] if identity else []
    given = {name: getattr(settings, name) for name in SECRETS}
    old = {f"{name}_OLD": ",".join(getattr(settings, f"{name}_OLD", ())) for name in SECRETS}
    environment = os.environ | given | old | {"EXPERTPOOL_HOME": str(home)}
    with subprocess.Popen(
        command,
        env=environment | {"EXPERTPOOL_SUPERVISED": "1"},
        # When we go, however that is, this end closes: the command stops its database and leaves. Killed with us it
        # would leave that running.
        stdin=subprocess.PIPE,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None  # noqa: S101 (for the type checker)
        assert child.stderr is not None  # noqa: S101
        for line in child.stdout:
            tell(line.rstrip("\n"))
        said = child.stderr.read().strip()
    if not child.returncode:
        return ""
    if child.returncode < 0 or child.returncode > ENDED:
        raise BackupRefused("试恢复的进程被结束（例如内存不够），没有试完：请再试一次。")
    if child.returncode == HINDERED:
        raise BackupRefused(f"没有试恢复这份备份：{said.removeprefix('没有恢复：')}")
    tell(said)
    return said or "没有完成。"


@transaction.atomic
def _note(directory: Path, name: str, fault: str, now: datetime) -> None:
    row = Backup.objects.filter(directory=str(directory), name=name).last()
    if row is not None:
        row.checked_at, row.check_fault = now, fault[:1000]
        row.save(update_fields=["checked_at", "check_fault"])
    after = {"备份": name, "结果": "不一致" if fault else "一致"}
    record("backup.checked", actor=None, subject=row, now=now, after=after, note=fault)
