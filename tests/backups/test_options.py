"""What is given to the commands counts, and a backup that does not hold is said to be none."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone
from pyrage.x25519 import Identity

from config.postgres import EmbeddedServer
from expertpool.audit.models import Entry
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.management.commands import restore as restoring
from expertpool.backups.models import Backup
from expertpool.backups.services import elsewhere, making
from expertpool.backups.services.making import Wish, make_backup
from expertpool.backups.services.manifest import chosen_backup
from expertpool.backups.services.restoring import Source, restore
from expertpool.core.health import CHECKS, Health
from tests.backups.conftest import AT, Made, spoil
from tests.backups.test_restoring import numbers

pytestmark = pytest.mark.django_db


def test_a_backup_that_does_not_hold_ends_the_command_and_is_noted(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, capsys: Any
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "to"
    row = make_backup(Wish(settings.BACKUP_DIR), actor=None, clock=lambda: AT)
    spoil(settings.BACKUP_DIR / row.name / "base.tar.gz")
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", "--check")
    said = capsys.readouterr()
    assert "这份备份不能用：见上面的说明" in said.err
    assert "base.tar.gz 缺失，或内容与备份时不同" in said.out
    assert "试恢复成功" not in said.out
    row.refresh_from_db()
    assert row.checked_at
    assert "base.tar.gz 缺失，或内容与备份时不同" in row.check_fault
    entry = Entry.objects.get(action="backup.checked")
    assert entry.after == {"备份": row.name, "结果": "不一致"}
    assert not (source.home / "restore-check").exists()
    assert CHECKS["backup"].find(timezone.now()).state is Health.FAILED


@pytest.mark.shows("OPS-01")
@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "没有试恢复这份备份：这份备份是加密的：请用 --identity 给出私钥文件"),
        (str(Identity.generate()), "没有试恢复这份备份：私钥不对"),
        ("# empty", "里没有私钥：应有一行 AGE-SECRET-KEY-1…"),
    ],
    ids=["none", "another", "empty"],
)
def test_a_wrong_key_says_nothing_of_the_backup(
    key: str, why: str, made: Made, source: EmbeddedServer, settings: LazySettings, tmp_path: Path,
    capsys: Any,
) -> None:  # fmt: skip
    """It was never opened: it stays what it was, no alarm is raised, and the next one may build on it."""
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR = made.directory
    row = Backup.objects.create(directory=made.directory, name=made.incremental, started_at=AT)
    file = tmp_path / "key.txt"
    file.write_text(key)
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", "--check", *(["--identity", str(file)] if key else []))
    said = capsys.readouterr()
    assert why in said.err
    assert "不能用" not in said.err.replace("不是能用", "")
    row.refresh_from_db()
    assert (row.checked_at, row.check_fault) == (None, "")
    assert not Entry.objects.filter(action="backup.checked").exists()


@pytest.mark.shows("OPS-01")
@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "磁盘已满，请先清理"), (errno.EACCES, "没有权限")]
)
def test_what_a_disk_refuses_is_said_in_words(
    number: int,
    words: str,
    source: EmbeddedServer,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """To whoever stands before the machine, and on the page: no traceback."""

    def refused(*_args: object, **_options: object) -> None:
        raise OSError(number, "in English", "/mnt/a")

    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "to"
    monkeypatch.setattr(making, "store_files", refused)
    with pytest.raises(SystemExit, match="1"):
        call_command("backup")
    assert f"没有完成：不能读写 /mnt/a：{words}" in capsys.readouterr().err
    assert Backup.objects.get().fault.startswith(f"不能读写 /mnt/a：{words}")
    monkeypatch.setattr(restoring, "restore", refused)
    with pytest.raises(SystemExit, match="1"):
        call_command("restore", str(tmp_path))
    assert f"没有恢复：不能读写 /mnt/a：{words}" in capsys.readouterr().err


def test_it_is_written_where_and_for_whom_was_said(
    source: EmbeddedServer, empty: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    mine, another = Identity.generate(), Identity.generate()
    for name, identity in (("mine", mine), ("another", another)):
        (tmp_path / name).write_text(f"{identity}\n")
    to = tmp_path / "to"
    given = {"BACKUP_DIR": tmp_path / "usual", "BACKUP_RECIPIENTS": [str(another.to_public())]}
    with override_settings(DATABASE_SERVER=source, MEDIA_ROOT=tmp_path / "media", **given):
        call_command("backup", str(to), "--recipient", str(mine.to_public()))
    assert not (tmp_path / "usual").exists()
    assert chosen_backup(to)[1].recipients == [str(mine.to_public())]
    with pytest.raises(BackupRefused, match="私钥不对"):
        restore(Source(to, identity=tmp_path / "another"), tell=lambda _: None)
    restore(Source(to, identity=tmp_path / "mine"), tell=lambda _: None)
    assert set(range(1, 11)) <= set(numbers(empty))


def test_a_time_is_that_of_the_office(
    made: Made, empty: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AT is ten o'clock there, when the full one was begun."""
    monkeypatch.setattr(restoring.Command, "_compare", lambda *_: True)
    usual = ("restore", str(made.directory), "--identity", str(made.identity))
    for text in ("2026-13-01", "gestern", "10:00"):
        with pytest.raises(CommandError, match="时间写作 2026-12-01T08:30"):
            call_command(*usual, "--to", text)
    call_command(*usual, "--to", "2026-12-01T10:00")
    assert numbers(empty) == list(range(1, 11))


def test_what_lies_in_the_second_place_is_restored_by_its_address(
    made: Made, empty: EmbeddedServer, settings: LazySettings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(restoring.Command, "_compare", lambda *_: True)
    backend = "expertpool.core.storing.local.LocalStore"
    there = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "s3"}}
    settings.STORAGES = {**settings.STORAGES, "backups": there}
    settings.BACKUP_S3 = "s3://there"
    elsewhere.send(made.directory)
    call_command("restore", "s3://there", "--identity", str(made.identity))
    assert numbers(empty) == list(range(1, 21))
    assert not (empty.home / "restore.fetched").exists()
