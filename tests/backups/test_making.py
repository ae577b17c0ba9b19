"""A backup is whole, or it is none."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile

from config.postgres import DatabaseUnavailableError, EmbeddedServer
from expertpool.audit.models import Entry
from expertpool.backups.enums import BackupState
from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.queries import backups_in
from expertpool.backups.services import nightly
from expertpool.backups.services.making import Wish, make_backup
from expertpool.backups.services.manifest import (
    check_digests,
    chosen_backup,
    pool_file,
    read_manifest,
)
from expertpool.backups.settings import TRIED
from expertpool.core.storing import store
from tests.backups.conftest import AT, Made, spoil
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.shows("OPS-01")
def test_it_says_what_is_in_it_and_is_logged(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    row = make_backup(Wish(tmp_path / "to"), actor=None, clock=lambda: AT)
    assert row.name == "20261201-100000-full"
    assert row.state == BackupState.DONE
    directory, manifest = chosen_backup(tmp_path / "to")
    check_digests(directory, manifest)
    assert manifest.size == row.size
    assert set(manifest.parts) == {"backup_manifest", "base.tar.gz", "pg_wal.tar.gz"}
    assert manifest.rows["accounts_user"] == (0, 0)
    assert Entry.objects.get(action="backup.made").subject_label == row.name
    # Keys are elsewhere, and nothing that is no backup is left.
    assert not [path for path in tmp_path.rglob("*") if "key" in path.name or "part" in path.name]


def unpacked(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, gzip.decompress(content) if path.suffix == ".gz" else content


def test_no_key_is_in_any_byte_of_it(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    names = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
    keys = {name: secrets.token_hex(32) for name in names}
    (source.home / "keys").mkdir()
    for name, value in keys.items():
        (source.home / "keys" / name.lower()).write_text(value)
    (source.home / ".env").write_text("".join(f"{k}={v}\n" for k, v in keys.items()))
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, source.home / "files"
    store.save("attachments/2026/12/a.pdf", ContentFile(b"of the product"))
    make_backup(Wish(tmp_path / "to"), actor=None, clock=lambda: AT)
    secret = [*keys.values(), *(getattr(settings, name) for name in names)]
    sought = [form for one in secret for form in (one.encode(), bytes.fromhex(one))]
    contents = dict(unpacked(tmp_path / "to"))
    assert {"base.tar.gz", "pg_wal.tar.gz", "manifest.json"} <= contents.keys()
    assert b"of the product" in contents.values()
    assert b"global/pg_control" in contents["base.tar.gz"]
    assert not [n for n, content in contents.items() if any(one in content for one in sought)]


def test_what_the_other_has_already_is_not_stored_twice(originals: Made) -> None:
    full = read_manifest(originals.directory / originals.full)
    later = read_manifest(originals.directory / originals.incremental)
    assert later.parent == full.name
    assert later.size < full.size / 2
    shared = full.files.keys() & later.files.keys()
    assert [full.files[name] == later.files[name] for name in shared] == [True]
    assert len(list(originals.directory.glob("files/*/*"))) == 2
    path = pool_file(originals.directory, next(iter(later.files.values())).stored)
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    # In clear beside the encrypted: what a further incremental backup asks for, and counts.
    names = {path.name for path in (originals.directory / later.name).iterdir()}
    assert names == {"manifest.json", "backup_manifest", "base.tar.gz.age", "pg_wal.tar.gz.age"}


def test_what_a_killed_one_left_is_no_backup_and_is_cleared(made: Made, settings: LazySettings,
    source: EmbeddedServer, tmp_path: Path) -> None:  # fmt: skip
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    left = made.directory / ".20261201-130000-full.part"
    (made.directory / made.full).rename(left)
    before = Backup.objects.create(
        name="20261201-130000-full", directory=str(made.directory), kind="full", started_at=AT
    )
    assert [path.name for path in backups_in(made.directory)] == [made.incremental]
    later = AT + timedelta(hours=4)
    row = make_backup(Wish(made.directory), actor=None, clock=lambda: later)
    assert not left.exists()
    assert chosen_backup(made.directory)[1].name == row.name
    before.refresh_from_db()
    assert (before.state, before.fault) == (BackupState.FAILED, "中途中断。")


@pytest.mark.parametrize("is_short", [False, True])
def test_a_stored_file_that_was_spoilt_is_stored_anew(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, *, is_short: bool
) -> None:
    """One that is shorter is seen by every backup, one with other bytes by the next full one."""
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    (tmp_path / "media" / "attachments").mkdir(parents=True)
    (tmp_path / "media" / "attachments" / "a.pdf").write_bytes(b"as it was")
    to = tmp_path / "to"
    make_backup(Wish(to), actor=None, clock=lambda: AT)
    (path,) = to.glob("files/*/*")
    path.write_bytes(b"as it" if is_short else b"as it Was")
    make_backup(Wish(to, incremental=is_short), actor=None, clock=lambda: AT + HOUR)
    assert path.read_bytes() == b"as it was"
    check_digests(*chosen_backup(to))


def test_nothing_is_built_on_what_was_spoilt(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path / "to", []
    configure(TRIED, False)
    full = make_backup(Wish(settings.BACKUP_DIR), actor=None, clock=lambda: AT)
    spoil(settings.BACKUP_DIR / full.name / "base.tar.gz")
    with pytest.raises(BackupDamaged, match=r"base\.tar\.gz 缺失，或内容与备份时不同"):
        make_backup(Wish(settings.BACKUP_DIR, incremental=True), actor=None, clock=lambda: AT)
    made = nightly.make(actor=None, clock=lambda: AT + HOUR)
    assert made.kind == "full"
    check_digests(*chosen_backup(settings.BACKUP_DIR))


class Broken(EmbeddedServer):
    """Its copy ends half way."""

    def copy_to(self, folder: Path, *options: str) -> None:
        super().copy_to(folder, *options)
        raise DatabaseUnavailableError("内置数据库的 pg_basebackup 失败：磁盘已满")


class Bent(EmbeddedServer):
    """What it writes is not what it read."""

    def copy_to(self, folder: Path, *options: str) -> None:
        super().copy_to(folder, *options)
        path = folder / "base.tar.gz"
        content = bytearray(path.read_bytes())
        # One bit may be one of those that mean nothing to who unpacks.
        middle = len(content) // 2
        content[middle : middle + 16] = bytes(16)
        path.write_bytes(content)


@pytest.mark.parametrize("kind", [Broken, Bent])
def test_a_failed_one_leaves_nothing_but_its_reason(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, kind: type[EmbeddedServer]
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = kind(source.home), tmp_path / "media"
    with pytest.raises(DatabaseUnavailableError):
        make_backup(Wish(tmp_path / "to"), actor=None, clock=lambda: AT)
    assert [path.name for path in (tmp_path / "to").iterdir()] == [".lock"]
    row = Backup.objects.get()
    assert row.state == BackupState.FAILED
    assert "失败" in row.fault
    assert Entry.objects.get(action="backup.failed").note == row.fault


def test_what_cannot_be_is_said_before_anything_is_done(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATABASE_SERVER = source
    for wish, said in (
        (Wish(tmp_path / "to", recipients=("age1foo",)), "不是 age 公钥"),
        (Wish(tmp_path / "to", incremental=True), "没有完整的备份"),
        (Wish(Path("/proc/nowhere")), "不能写备份目录"),
    ):
        with pytest.raises(BackupRefused, match=said):
            make_backup(wish, actor=None, clock=lambda: AT)
    assert not Backup.objects.exists()
