"""What was written after a backup is restored, too: to the last piece of the journal, or to a moment before."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from psycopg import Connection
from pyrage.x25519 import Identity
from pytest_django import DjangoDbBlocker

from config.postgres import EmbeddedServer
from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.services import journal, nightly
from expertpool.backups.services.keeping import remove_older
from expertpool.backups.services.making import alone
from expertpool.backups.services.manifest import read_manifest, write_manifest
from expertpool.backups.services.restoring import Source, restore
from expertpool.backups.settings import JOURNAL
from expertpool.core.storing import store
from expertpool.files.models import Attachment
from tests.backups.conftest import AT, Made, connect, recorded_call
from tests.factories.siteconfig import configure

# All of them: otherwise they would not be run one after the other, and what is made once would be made twice.
pytestmark = pytest.mark.django_db
LINES: list[str] = []
MINUTE = timedelta(minutes=1)
NAME = "attachments/ab/third.pdf"


@dataclass(frozen=True)
class GoneOn:
    """Backups of twenty rows, and the journal of four pieces: 21 to 25 and 26 to 30 in the first, then ten in each.
    ``moments`` are after 25, 40, 50 and 60."""

    made: Made
    moments: list[datetime]

    def source(self, to: datetime | None = None, name: str = "") -> Source:
        return Source(self.made.directory / name, to=to, identity=self.made.identity)


def keep(server: EmbeddedServer, made: Made, media: Path) -> list[Path]:
    key = Identity.from_str(made.identity.read_text().splitlines()[-1])
    to = [str(key.to_public())]
    given = {"DATABASE_SERVER": server, "MEDIA_ROOT": media, "BACKUP_DIR": made.directory}
    with override_settings(**given, BACKUP_RECIPIENTS=to):
        return journal.keep()


def write(server: EmbeddedServer, first: int, last: int) -> datetime:
    """Add rows; return a moment after."""
    with connect(server) as connection:
        added = "INSERT INTO kept SELECT generate_series(%s::int, %s::int)"
        connection.execute(added, [first, last])
    time.sleep(0.02)
    return datetime.now(UTC)


def hand_out(server: EmbeddedServer) -> None:
    """End the piece in which the server has written, and wait until it is there to be kept."""
    with connect(server) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row
    deadline = time.monotonic() + 60
    while not (server.handed_out / row[0]).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def originals_gone_on(
    originals: Made,
    source: EmbeddedServer,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> GoneOn:
    place = tmp_path_factory.mktemp("journal")
    made = replace(originals, directory=place / "backups")
    shutil.copytree(originals.directory, made.directory)
    for name in (made.full, made.incremental):  # as if made some minutes ago
        folder, now = made.directory / name, (datetime.now(UTC) - 3 * MINUTE).isoformat()
        write_manifest(folder, replace(read_manifest(folder), started_at=now, finished_at=now))
    (place / NAME).parent.mkdir(parents=True)
    (place / NAME).write_bytes(b"third")
    moments = [write(source, 21, 25)]
    for first, last in ((26, 30), (31, 40), (41, 50), (51, 60)):
        moments.append(write(source, first, last))
        hand_out(source)
    with django_db_blocker.unblock(), transaction.atomic():
        row = {"subject_type": "projects.project", "subject_id": "1", "name": "公告.pdf"}
        Attachment.objects.create(**row, file=NAME, size=5, created_at=timezone.now())
        kept = keep(source, made, place)
        transaction.set_rollback(True)
    assert len([path for path in kept if path.suffix == ".age" and "journal" in str(path)]) >= 4
    assert not [path for path in source.handed_out.iterdir() if path.suffix != ".part"]
    del moments[1]
    return GoneOn(made, moments)


@pytest.fixture
def gone_on(originals_gone_on: GoneOn, tmp_path: Path) -> GoneOn:
    """A copy, to be spoilt."""
    shutil.copytree(originals_gone_on.made.directory, tmp_path / "kept")
    made = replace(originals_gone_on.made, directory=tmp_path / "kept")
    return replace(originals_gone_on, made=made)


def restored(empty: EmbeddedServer, source: Source) -> tuple[list[int], int]:
    """Restore; return the rows and the line on which the server goes on. The home is empty again."""
    restore(source, tell=LINES.append)
    with empty.running(), connect(empty) as connection:
        wait_until_it_writes(connection)
        found = [n for (n,) in connection.execute("SELECT number FROM kept ORDER BY 1").fetchall()]
        line = connection.execute("SELECT timeline_id FROM pg_control_checkpoint()").fetchone()
    assert line
    assert (empty.home / "files" / NAME).read_bytes() == b"third"
    clear(empty)
    return found, line[0]


def wait_until_it_writes(connection: Connection) -> None:
    deadline = time.monotonic() + 60
    while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def clear(empty: EmbeddedServer) -> None:
    empty.remove()
    shutil.rmtree(empty.home)


def numbers(*spans: tuple[int, int]) -> list[int]:
    return [number for first, last in spans for number in range(first, last + 1)]


@pytest.mark.shows("OPS-03")
def test_a_moment_since_the_backup_is_restored(gone_on: GoneOn, empty: EmbeddedServer) -> None:
    between, _, _, last = gone_on.moments
    assert restored(empty, gone_on.source(between)) == (numbers((1, 25)), 2)
    # Nothing was written after it, which the server would take for a journal that ends too early.
    assert restored(empty, gone_on.source(last)) == (numbers((1, 60)), 2)
    with pytest.raises(BackupRefused, match="之后的数据库日志没有保存"):
        restore(gone_on.source(last + 5 * MINUTE), tell=LINES.append)
    assert not empty.folder.exists()


def test_after_a_piece_that_is_missing_nothing_is_used(
    gone_on: GoneOn, empty: EmbeddedServer
) -> None:
    directory = gone_on.made.directory
    pieces = journal.following(directory, read_manifest(directory / gone_on.made.incremental))
    pieces[-2].path.unlink()
    with pytest.raises(BackupRefused):
        restore(gone_on.source(gone_on.moments[-1]), tell=LINES.append)
    assert restored(empty, gone_on.source())[0] == numbers((1, 40))
    spoilt = pieces[-3].path
    spoilt.write_bytes(spoilt.read_bytes()[:-50] + bytes(50))
    with pytest.raises(BackupDamaged, match="无法解"):
        restore(gone_on.source(), tell=LINES.append)
    assert not empty.folder.exists()


def test_what_a_restored_server_writes_is_kept_on_its_own_line(
    gone_on: GoneOn, empty: EmbeddedServer, tmp_path: Path
) -> None:
    empty.durable = True
    restore(gone_on.source(name=gone_on.made.incremental), tell=LINES.append)
    with empty.running():
        with connect(empty) as connection:
            wait_until_it_writes(connection)
        later = write(empty, 71, 75)
        write(empty, 76, 79)
        hand_out(empty)
        keep(empty, gone_on.made, tmp_path)
    clear(empty)
    assert {piece.line for piece in journal.pieces_in(gone_on.made.directory)} == {1, 2}
    assert restored(empty, gone_on.source(later)) == (numbers((1, 20), (71, 75)), 3)
    # And what was lost by that restore is still there.
    _, _, replay = journal.chosen(gone_on.made.directory, gone_on.moments[-1])
    assert replay
    assert replay.pieces[-1].line == 1


@pytest.fixture
def handed_out(tmp_path: Path) -> Iterator[Path]:
    """Where a server has left a piece and what belongs to a backup of its own."""
    folder = tmp_path / "handed_out"
    folder.mkdir()
    for name in ("0000000100000000000000F1", "0000000100000000000000F0.00000028.backup"):
        with (folder / name).open("wb") as file:
            file.truncate(journal.PIECE_BYTES)
    server = SimpleNamespace(handed_out=folder, home=tmp_path)
    with override_settings(DATABASE_SERVER=server, MEDIA_ROOT=tmp_path):
        yield folder


def test_without_a_backup_or_a_wish_for_it_nothing_is_kept(
    handed_out: Path, made: Made, tmp_path: Path
) -> None:
    with override_settings(BACKUP_DIR=tmp_path / "none"):
        assert journal.keep() == []
    assert not list(handed_out.iterdir())
    (handed_out / "0000000100000000000000F2").touch()
    configure(JOURNAL, 0)
    with override_settings(BACKUP_DIR=made.directory):
        nightly.keep_journal(now=timezone.now() + timedelta(days=2))
    assert not list(handed_out.iterdir())
    assert journal.pieces_in(made.directory) == []


def test_what_cannot_be_kept_waits_until_it_is_too_much(
    handed_out: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_WAITING", 1)
    with override_settings(BACKUP_DIR=made.directory), alone(made.directory):
        nightly.keep_journal(now=timezone.now())
    assert [path.name for path in handed_out.iterdir()] == ["0000000100000000000000F1"]
    with override_settings(BACKUP_DIR=made.directory):
        assert len(journal.keep()) == 1


def test_files_of_every_kept_folder_that_came_since_are_noted(handed_out: Path, made: Made) -> None:
    later = read_manifest(made.directory / made.incremental).at + MINUTE
    call = recorded_call(now=later)
    store.save(NAME, ContentFile(b"third"))
    row = {"subject_type": "projects.project", "subject_id": "1", "name": "公告.pdf"}
    Attachment.objects.create(**row, file=NAME, size=5, created_at=later)
    with override_settings(BACKUP_DIR=made.directory):
        journal.keep()
    assert journal.noted_files(made.directory).keys() == {NAME, call.tape}


def test_over_a_bad_backup_the_journal_is_no_protection(gone_on: GoneOn) -> None:
    directory, now = gone_on.made.directory, AT + timedelta(days=1)
    with override_settings(BACKUP_DIR=directory):
        last = journal.pieces_in(directory)[-1]
        assert journal.protected_until(now=now) == last.finished
        bad = {"name": gone_on.made.incremental, "check_fault": "行数不一致"}
        Backup.objects.create(**bad, directory=str(directory), kind="incr", started_at=AT)
        assert journal.protected_until(now=now) is None
        # As it were, once the bad one has been moved away.
        assert journal.kept_until(directory, read_manifest(directory / gone_on.made.full))


def test_old_pieces_go_and_files_that_are_noted_stay(gone_on: GoneOn) -> None:
    directory = gone_on.made.directory
    pieces, noted = journal.pieces_in(directory), journal.noted_files(directory)
    pool = {path.name for path in directory.glob("files/*/*")}
    remove_older(directory, kept=4, now=timezone.now())
    assert {path.name for path in directory.glob("files/*/*")} == pool
    oldest = pieces[-1].finished
    gone = journal.remove_older(directory, before=oldest)
    assert set(gone) == {f"journal/{one.path.name}" for one in pieces if one.finished < oldest}
    assert pieces[-1] in journal.pieces_in(directory)
    journal.remove_older(directory, before=oldest + MINUTE)
    assert (journal.pieces_in(directory), len(noted)) == ([], 1)
    assert journal.noted_files(directory) == {}
