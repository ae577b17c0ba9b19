"""Live SQL meets the log: rows written past `record` neither stop the service nor pass as its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import ChainHead, Entry, Unproven
from expertpool.audit.services import in_words, proven, record
from expertpool.audit.services.anchors import anchor
from expertpool.audit.services.chain import verify_chain
from expertpool.audit.services.proofs import content_digest
from expertpool.audit.services.snapshots import as_json
from expertpool.core.crypto import proof
from expertpool.experts.models import Leave
from expertpool.experts.queries.records import filed_leaves
from expertpool.notifications.models import Message
from tests.factories.experts import make_expert
from tests.fixtures import login
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


def forged(action: str, *, actor: User, subject: Model, at: datetime, **values: object) -> Entry:
    """An entry as whoever sends statements writes it: the digest fits, he has no key."""
    entry = Entry(
        at=at,
        actor=actor,
        actor_name=str(actor),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject),
        **values,
    )
    entry.digest = content_digest(entry)
    entry.save(force_insert=True)
    entry.refresh_from_db()
    return entry


def test_an_entry_in_anothers_name_is_told_and_marked(
    client: Client, auditor: User, operator: User
) -> None:
    record("user.sign_in", actor=operator, subject=operator, now=timezone.now())
    entry = forged("user.sign_in", actor=operator, subject=operator, at=timezone.now())
    broken = verify_chain()
    assert broken is not None
    assert (broken.number, broken.reason) == (
        2,
        "这一条没有本系统的凭证，是直接写进数据库的。",
    )
    for _ in range(2):
        anchor(now=timezone.now())
    told = Message.objects.filter(occasion="report.unproven", channel="site")
    assert [message.recipient for message in told] == [auditor.name]
    assert "链上序号 2" in told.get().body
    assert Entry.objects.filter(action="audit.unproven").count() == 1
    login(client, auditor)
    assert client.get("/audit/?action=user.sign_in").content.decode().count("不是本系统写入") == 1
    page = client.get(reverse("audit:entry_detail", args=[entry.pk])).content.decode()
    assert "没有本系统的凭证" in page


def test_a_proof_is_good_for_its_own_entry_alone(operator: User) -> None:
    """Copied whole, or to another text, it is none."""
    entry = record("user.sign_in", actor=operator, subject=operator, now=timezone.now())
    entry.refresh_from_db()
    copy = Entry.objects.get(pk=entry.pk)
    copy.pk = copy.chain_no = copy.previous_hash = copy.hash = None
    with pytest.raises(IntegrityError):
        copy.save(force_insert=True)
    copy.note, copy.proof = "另写", bytes(entry.proof or b"")[:8] + bytes(16)
    copy.digest = content_digest(copy)
    copy.save(force_insert=True)
    assert list(proven(Entry.objects.order_by("id"))) == [entry]


def test_a_leave_written_with_its_entry_is_none_of_the_experts(operator: User) -> None:
    expert, now = make_expert(), timezone.now()
    day = DateTimeTZRange(now, now + timedelta(days=1))
    row = Leave.objects.create(
        expert=expert, during=day, reason="出国讲学", created_at=now, created_by=operator
    )
    after = as_json(in_words(row, "during", "reason"))
    forged("expert.leave", actor=operator, subject=expert, at=now, after=after)
    assert not filed_leaves([row])
    record("expert.leave", actor=operator, subject=expert, now=now, after=after)
    assert filed_leaves([row]) == {row.pk}


def test_entries_of_before_need_no_proof_up_to_the_place_that_was_noted(operator: User) -> None:
    old = forged("user.sign_in", actor=operator, subject=operator, at=timezone.now())
    late = forged("user.sign_in", actor=operator, subject=operator, at=timezone.now())
    row = Unproven.objects.create(number=1, proof=proof("audit.unproven", [1]))
    assert list(proven(Entry.objects.order_by("id"))) == [old]
    Unproven.objects.filter(pk=row.pk).update(number=late.chain_no)
    assert not list(proven(Entry.objects.all()))
