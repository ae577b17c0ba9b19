"""What is put into an empty home is what was backed up; nothing else is put there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.test import override_settings
from pyrage.x25519 import Identity

from config.postgres import EmbeddedServer
from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.services.making import Wish, make_backup
from expertpool.backups.services.manifest import (
    check_digests,
    read_manifest,
    write_manifest,
)
from expertpool.backups.services.restoring import Source, restore
from expertpool.core.storing import KEPT_FOLDERS, store
from tests.backups.conftest import AT, Made, connect, spoil

LINES: list[str] = []


def numbers(server: EmbeddedServer) -> list[int]:
    with server.running(), connect(server) as connection:
        return [n for (n,) in connection.execute("SELECT number FROM kept ORDER BY 1").fetchall()]


@pytest.mark.shows("OPS-03")
def test_a_chain_of_backups_gives_rows_and_files(made: Made, empty: EmbeddedServer) -> None:
    chosen = restore(Source(made.directory, identity=made.identity), tell=LINES.append)
    assert chosen.backup.name == made.incremental
    assert numbers(empty) == list(range(1, 21))
    files = empty.home / "files" / "attachments" / "ab"
    assert {path.name: path.read_bytes() for path in files.iterdir()} == {
        "first.pdf": b"first",
        "second.pdf": b"second",
    }
    assert not (empty.home / "restore.part").exists()
    # What is written from here on is of another line than what the lost system wrote.
    with empty.running(), connect(empty) as connection:
        line = connection.execute("SELECT timeline_id FROM pg_control_checkpoint()").fetchone()
        assert line == (2,)


@pytest.mark.django_db
def test_what_lies_in_every_kept_folder_is_in_it_and_comes_back(
    source: EmbeddedServer, empty: EmbeddedServer, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    with override_settings(DATABASE_SERVER=source, MEDIA_ROOT=media):
        for code in (*KEPT_FOLDERS.codes, "exports"):
            store.save(f"{code}/2026/12/one", ContentFile(code.encode()))
        made = make_backup(Wish(tmp_path / "to"), actor=None, clock=lambda: AT)
    names = {f"{code}/2026/12/one" for code in KEPT_FOLDERS.codes}
    assert read_manifest(tmp_path / "to" / made.name).files.keys() == names
    restore(Source(tmp_path / "to"), tell=LINES.append)
    for code in KEPT_FOLDERS.codes:
        assert (empty.home / "files" / code / "2026/12/one").read_bytes() == code.encode()
    assert not (empty.home / "files" / "exports").exists()


def test_only_the_moments_of_backups_can_be_restored(made: Made, empty: EmbeddedServer) -> None:
    """AT is ten o'clock in the office; the second backup was an hour later."""
    for to, nearest in (
        (AT - timedelta(1), r"没有 2026-11-30 10:00 的备份。.*：之后最近的是 2026-12-01 10:00"),
        (
            AT + timedelta(minutes=59),
            r"之前最近的是 2026-12-01 10:00（--to 2026-12-01T10:00）；之后最近的是 2026-12-01 11:00",
        ),
        (AT + timedelta(1), r"之前最近的是 2026-12-01 11:00（--to 2026-12-01T11:00）。"),
    ):
        with pytest.raises(BackupRefused, match=nearest):
            restore(Source(made.directory, to=to), tell=LINES.append)
    assert not empty.folder.exists()
    source = Source(made.directory, to=AT + timedelta(seconds=30), identity=made.identity)
    assert restore(source, tell=LINES.append).backup.name == made.full
    assert numbers(empty) == list(range(1, 11))
    assert [path.name for path in empty.home.rglob("*.pdf")] == ["first.pdf"]


@pytest.mark.parametrize("folder", KEPT_FOLDERS.codes)
def test_a_home_that_has_something_is_left_alone(
    made: Made, empty: EmbeddedServer, folder: str
) -> None:
    (empty.home / "files" / folder).mkdir(parents=True)
    (empty.home / "files" / folder / "mine").write_text("mine")
    with pytest.raises(BackupRefused, match="不是空的：已有 files"):
        restore(Source(made.directory, identity=made.identity), tell=LINES.append)
    assert [path.name for path in empty.home.iterdir()] == ["files"]


@pytest.mark.parametrize("pattern", ["*-full/base*", "*-incr/pg_wal*", "*/backup_manifest"])
def test_a_flipped_bit_is_found_and_nothing_restored(
    made: Made, empty: EmbeddedServer, pattern: str
) -> None:
    spoil(next(made.directory.glob(pattern)))
    with pytest.raises(BackupDamaged, match="缺失，或内容与备份时不同"):
        restore(Source(made.directory, identity=made.identity), tell=LINES.append)
    assert not empty.home.exists()


def test_a_flipped_bit_of_a_stored_file_is_found(made: Made) -> None:
    for path in made.directory.glob("files/*/*"):
        spoil(path)
    with pytest.raises(BackupDamaged, match=r"attachments/ab/\w+\.pdf"):
        check_digests(made.directory, read_manifest(made.directory / made.incremental))


def test_a_manifest_that_was_written_over_is_none(made: Made) -> None:
    path = made.directory / made.full / "manifest.json"
    content = json.loads(path.read_text())
    content["heads"][0][0] += 1
    path.write_text(json.dumps(content))
    with pytest.raises(BackupDamaged, match="清单被改动过"):
        read_manifest(path.parent)


def test_who_has_no_key_or_another_gets_nothing(
    made: Made, empty: EmbeddedServer, tmp_path: Path
) -> None:
    other, text = tmp_path / "other.txt", tmp_path / "text.txt"
    other.write_text(str(Identity.generate()))
    text.write_text("你好")
    for identity, said in (
        (None, "请用 --identity 给出私钥文件"),
        (other, "私钥不对"),
        (text, "不是能用的私钥文件"),
    ):
        with pytest.raises(BackupRefused, match=said):
            restore(Source(made.directory, identity=identity), tell=LINES.append)
    assert not empty.folder.exists()
    assert not (empty.home / "restore.part").exists()


def test_without_the_one_before_an_incremental_backup_is_none(
    made: Made, empty: EmbeddedServer
) -> None:
    (made.directory / made.full).rename(made.directory / "elsewhere")
    with pytest.raises(BackupDamaged, match=f"依靠的 {made.full} 不在"):
        restore(Source(made.directory, identity=made.identity), tell=LINES.append)


def rewrite(made: Made, **changes: object) -> None:
    """Write the manifest of the newest backup anew, with a digest that fits."""
    folder = made.directory / made.incremental
    write_manifest(folder, replace(read_manifest(folder), **changes))  # type: ignore[arg-type]


def test_a_later_version_is_named(made: Made, empty: EmbeddedServer) -> None:
    rewrite(made, version="9.9", migrations=["draws.9999_of_the_future"])
    with pytest.raises(BackupRefused, match=r"由更新的版本制作（9\.9）"):
        restore(Source(made.directory), tell=LINES.append)


def test_other_keys_are_refused_before_anything_is_written(
    made: Made, empty: EmbeddedServer
) -> None:
    rewrite(made, keys={"FIELD_KEY": ["00" * 16], "INDEX_KEY": []})
    with pytest.raises(BackupRefused, match="FIELD_KEY 不是备份时的密钥"):
        restore(Source(made.directory), tell=LINES.append)
    assert not empty.home.exists()


def test_a_server_of_ones_own_is_backed_up_by_its_own_means(
    made: Made, settings: LazySettings
) -> None:
    settings.DATABASE_SERVER = None
    with pytest.raises(BackupRefused, match="barman"):
        restore(Source(made.directory), tell=LINES.append)
