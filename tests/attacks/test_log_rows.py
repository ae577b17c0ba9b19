"""Live SQL meets the log: rows written past `record` neither stop the service nor pass as its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from expertpool.audit.models import ChainHead, Entry
from expertpool.audit.services import record
from tests.worker import environment_of

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = """
    INSERT INTO audit_entry ({more} at, actor_name, address, action, subject_type, subject_id,
                             subject_label, note, digest, chain_no, previous_hash, hash)
    OVERRIDING SYSTEM VALUE
    VALUES ({values} now(), '系统', '', 'user.sign_in', '', '', '', '', %s, {place})
"""
ZEROS = bytes(32)


@pytest.fixture
def application(db: None) -> Iterator[psycopg.Connection]:
    """A connection as the programs of the service make it."""
    with psycopg.connect(environment_of()["DATABASE_URL"], autocommit=True) as opened:
        yield opened


def test_a_row_that_takes_the_next_place_or_number_stops_nothing(
    application: psycopg.Connection,
) -> None:
    record("user.sign_in", actor=None, now=timezone.now())
    head, last = ChainHead.objects.get().number, Entry.objects.latest("id").pk
    place = f"{head + 1}, '\\x00', '\\x00'"
    with pytest.raises(psycopg.errors.RestrictViolation):
        application.execute(WRITE.format(more="", values="", place=place), [ZEROS])
    for taken in range(last + 2, last + 5):  # the refused one took a number
        values = {"more": "id,", "values": f"{taken},", "place": "NULL, NULL, NULL"}
        with pytest.raises(psycopg.errors.RestrictViolation):
            application.execute(WRITE.format(**values), [ZEROS])
    for _ in range(3):
        record("user.sign_in", actor=None, now=timezone.now())
    assert ChainHead.objects.get().number == head + 3


def test_no_session_sees_what_another_is_at(application: psycopg.Connection) -> None:
    """All programs connect as one role: values of sealed draws stand in their statements."""
    asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
    with psycopg.connect(environment_of()["DATABASE_URL"]) as other:
        other.execute("SELECT 'held', 293")
        seen = application.execute(asked, [other.info.backend_pid]).fetchone()
    assert seen == ("",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("SET track_activities = on")


@pytest.mark.skipif(
    not settings.DATABASES["default"]["HOST"].startswith("/"), reason="not the embedded server"
)
def test_a_failing_statement_leaves_no_value_in_the_servers_log(
    application: psycopg.Connection,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory')")
        log = Path(cursor.fetchone()[0]).parent / "server.log"
    known = len(log.read_text())
    with pytest.raises(psycopg.Error):
        application.execute("SELECT 'told-293' FROM nowhere")
    with pytest.raises(psycopg.errors.UniqueViolation):
        application.execute(
            "INSERT INTO procrastinate_jobs (id, queue_name, task_name, args, status, queueing_lock)"
            " SELECT n, 'default', 'x', '{}', 'todo', 'told-294' FROM generate_series(-2, -1) n"
        )
    written = log.read_text()[known:]
    assert "unique constraint" in written
    assert "told-" not in written
