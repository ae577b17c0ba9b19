"""A small server of its own, and backups of it: neither touches the server of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from django.db import transaction
from django.test import override_settings
from pyrage.x25519 import Identity
from pytest_django import DjangoDbBlocker

from config.postgres import DATABASE, SUPERUSER, EmbeddedServer
from expertpool.backups.queries import MANIFEST
from expertpool.backups.services.making import Wish, make_backup
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.telephone.models import Call
from tests.factories.telephone import make_call

AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # 10:00 in the office


@dataclass(frozen=True)
class Made:
    """A full backup of ten rows and a file, an incremental one of twenty rows and two files."""

    directory: Path
    identity: Path
    full: str
    incremental: str


def recorded_call(*, now: datetime) -> Call:
    message = Message.objects.create(
        key="told:voice",
        occasion="draw.confirmed",
        channel=ChannelCode.VOICE,
        recipient="王工",
        address="13800138001",
        body="您好",
        state=DeliveryState.DELIVERED,
        attempts=1,
        created_at=now,
        due_at=now,
        sent_at=now,
    )
    return make_call(message, now=now)


def connect(server: EmbeddedServer) -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.socket_dir), user=SUPERUSER, dbname=DATABASE, autocommit=True
    )


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lay(folder: Path) -> None:
    """Put there what looks like a backup to who does not restore it."""
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text('{"parts": {}}')


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder that the system account may enter, which pytest's own are closed to."""
    with TemporaryDirectory(prefix="expertpool-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def source(place: Path) -> Iterator[EmbeddedServer]:
    """A server that runs, with ten rows."""
    server = EmbeddedServer(place / "source")
    with server.running():
        with connect(server) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 10) AS number")
        yield server
    server.remove()


@pytest.fixture(scope="session")
def originals(
    place: Path,
    source: EmbeddedServer,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Made:
    identity = Identity.generate()
    key = place / "key.txt"
    key.write_text(f"# created: 2026-12-01\n{identity}\n")
    media = place / "media"
    attachments = media / "attachments" / "ab"
    attachments.mkdir(parents=True)
    directory = place / "originals"
    to = (str(identity.to_public()),)
    with (
        django_db_blocker.unblock(),
        override_settings(DATABASE_SERVER=source, MEDIA_ROOT=media),
        transaction.atomic(),
    ):
        (attachments / "first.pdf").write_bytes(b"first")
        full = make_backup(Wish(directory, recipients=to), actor=None, clock=lambda: AT)
        (attachments / "second.pdf").write_bytes(b"second")
        with connect(source) as connection:
            connection.execute("INSERT INTO kept SELECT generate_series(11, 20)")
        later = AT + timedelta(hours=1)
        wish = Wish(directory, incremental=True, recipients=to)
        incremental = make_backup(wish, actor=None, clock=lambda: later)
        transaction.set_rollback(True)
    return Made(directory, key, full.name, incremental.name)


@pytest.fixture
def made(originals: Made, tmp_path: Path) -> Made:
    """A copy, to be spoilt."""
    shutil.copytree(originals.directory, tmp_path / "backups")
    return Made(tmp_path / "backups", originals.identity, originals.full, originals.incremental)


@pytest.fixture
def empty(place: Path) -> Iterator[EmbeddedServer]:
    """A home with nothing in it, to restore into."""
    server = EmbeddedServer(place / "empty", durable=False)
    with override_settings(DATABASE_SERVER=server, MEDIA_ROOT=server.home / "files"):
        yield server
    server.remove()
    shutil.rmtree(server.home, ignore_errors=True)
