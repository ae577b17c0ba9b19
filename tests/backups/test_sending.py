"""What is sent to the second place is read back: of a server that keeps other bytes nobody would hear before the day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from pyrage.x25519 import Identity

from config.postgres import EmbeddedServer
from expertpool.audit.models import Entry
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.management.commands import backup
from expertpool.backups.services import elsewhere
from expertpool.backups.services.nightly import _copy
from expertpool.backups.services.restoring import Source
from expertpool.core.storing.local import LocalStore
from tests.backups.conftest import AT, Made

pytestmark = pytest.mark.django_db


class Bending(LocalStore):
    """Keeps other bytes than it was given, as many."""

    def _save(self, name: str, content: Any) -> str:
        kept = content.read()
        return super()._save(name, ContentFile(kept[:-1] + bytes([kept[-1] ^ 1])))


def place_of(folder: Path, backend: str = "expertpool.core.storing.local.LocalStore") -> Any:
    return {"BACKEND": backend, "OPTIONS": {"location": folder}}


@pytest.mark.parametrize("name", ["LocalStore", "Bending"])
def test_what_is_kept_there_is_what_was_sent(
    made: Made, settings: Any, tmp_path: Path, name: str
) -> None:
    place = "expertpool.core.storing.local" if name == "LocalStore" else __name__
    there = place_of(tmp_path / "s3", f"{place}.{name}")
    settings.STORAGES = {**settings.STORAGES, "backups": there}
    settings.BACKUP_S3 = "s3://there"
    if name == "LocalStore":
        assert elsewhere.send(made.directory) > 0
        return
    with pytest.raises(BackupRefused, match="与送去的不同，已删除"):
        elsewhere.send(made.directory)
    assert not [path for path in (tmp_path / "s3").rglob("*") if path.is_file()]
    _copy(made.directory, [], now=AT)
    assert "与送去的不同" in Entry.objects.get(action="backup.amiss").after["说明"]


@pytest.fixture
def typed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which somebody types a command."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize("address", ["s3://bucket/pool", "s3:/bucket/pool", "S3://there"])
@pytest.mark.parametrize("options", [(), ("--check",)])
def test_an_address_that_is_not_the_second_place_is_refused_and_makes_no_folder(
    source: EmbeddedServer, settings: Any, typed_here: Path, capsys: Any, address: str,
    options: tuple[str, ...],
) -> None:  # fmt: skip
    settings.DATABASE_SERVER, settings.BACKUP_S3 = source, "s3://there"
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", address, *options)
    assert f"{address} 不是 .env 里的 BACKUP_S3（s3://there）" in capsys.readouterr().err
    assert not list(typed_here.iterdir())


def test_a_backup_to_the_second_place_lies_there_encrypted_and_is_tried_from_there(
    source: EmbeddedServer, settings: Any, typed_here: Path, tmp_path: Path, capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_S3 = tmp_path / "to", "s3://there"
    settings.BACKUP_RECIPIENTS = [str(Identity.generate().to_public())]
    settings.STORAGES = {**settings.STORAGES, "backups": place_of(tmp_path / "s3")}
    call_command("backup", "s3://there/")
    assert "已复制到 s3://there（4 个文件）" in capsys.readouterr().out
    (folder,) = (tmp_path / "s3").iterdir()
    assert {path.name for path in folder.iterdir()} >= {"manifest.json", "base.tar.gz.age"}
    assert not list(typed_here.iterdir())
    tried = []

    def trying(source: Source, **_given: object) -> bool:
        tried.append([path.name for path in source.directory.iterdir()])
        return True

    monkeypatch.setattr(backup, "try_backup", trying)
    call_command("backup", "s3://there", "--check")
    assert tried == [[folder.name]]
    assert not (source.home / "check.fetched").exists()
