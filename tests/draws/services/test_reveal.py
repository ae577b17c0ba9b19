"""Whoever can write the database cannot open names with it: the times have a proof by the seal key."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.rekeying import rekey
from expertpool.draws.enums import AlarmKind, ReplyVia
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.home import open_alarms
from expertpool.draws.models import Draw, DrawAlarm, Invitation, RevealRule
from expertpool.draws.queries.meetings import sealed_opening
from expertpool.draws.queries.reveal import is_authentic, is_released
from expertpool.draws.services import overdue
from expertpool.draws.services.alarms import Overdue
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, read_names, release
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.records import record_for
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from vdraw import EngineError

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        for _ in range(5):
            make_expert()
        return make_draw(now=NOW, seats=2, opens_in_hours=10, reveal_hours=2)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


def write(draw: Draw, column: str, value: Any) -> Draw:
    """What whoever has the database does, past everything that Python checks."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE draws_draw SET {column} = %s WHERE id = %s", [value, draw.pk])  # noqa: S608
    return Draw.objects.get(pk=draw.pk)


def swept(now: datetime) -> None:
    sweep(now=now, entropy=SeededEntropy(7))


def decline(row: Invitation) -> None:
    answer(
        invitation=row, accept=False, reason="时间冲突", via=ReplyVia.LINK, now=LATER,
        entropy=SeededEntropy(3),
    )  # fmt: skip


def accept_all(draw: Draw) -> Draw:
    for row in Invitation.objects.filter(draw=draw, state="invited"):
        answer(
            invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=LATER,
            entropy=SeededEntropy(5),
        )  # fmt: skip
    return Draw.objects.get(pk=draw.pk)


@pytest.mark.shows("DRAW-14")
def test_a_reveal_time_written_into_the_database_opens_nothing_and_is_told(
    draw: Draw, operator: User, supervisor: User
) -> None:
    moved = write(accept_all(draw), "reveal_at", NOW)
    for user in (operator, supervisor):
        assert not may_read(moved, user, now=LATER)
    with pytest.raises(NamesSealed):
        read_names(draw=moved, actor=operator, now=LATER, purpose="查看")
    assert DrawAlarm.objects.get().kind == AlarmKind.REVEAL
    assert not release(draw_id=draw.pk, now=LATER)
    for _ in range(2):
        swept(LATER)
    assert not Invitation.objects.exclude(expert=None).exists()
    with pytest.raises(EngineError, match="数据被改动过"):
        record_for(moved, reads_names=False, sees=True, now=LATER)
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.REVEAL, None)
    assert Entry.objects.filter(action="draw.alarm").count() == 1
    told = Message.objects.filter(occasion="draw.alarm")
    assert supervisor.name in {message.recipient for message in told}
    (todo,) = open_alarms(supervisor, LATER)
    assert "补做" not in todo.text
    assert "恢复原值" in todo.text


def test_the_sweep_finds_it_without_anybody_looking(draw: Draw) -> None:
    write(draw, "reveal_at", NOW)
    swept(LATER)
    assert DrawAlarm.objects.get().kind == AlarmKind.REVEAL
    write(draw, "reveal_at", draw.reveal_at)
    swept(LATER + timedelta(minutes=1))
    assert DrawAlarm.objects.get().done_at == LATER + timedelta(minutes=1)
    assert release(draw_id=draw.pk, now=draw.reveal_at)


def test_a_void_draw_is_not_told_of_when_its_project_is_drawn_again_and_moved(
    draw: Draw, operator: User, supervisor: User
) -> None:
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    at = NOW + timedelta(minutes=10)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=at)
    project = Project.objects.get(pk=draw.project_id)
    again = start_draw(project=project, actor=operator, now=at, entropy=SeededEntropy(1))
    opening = project.opening_at + timedelta(days=5)
    reschedule(
        draw=again, meetings=[NewMeeting(project.pk, opening, project.place)], reason="会议室被占用",
        actor=operator, now=at, entropy=SeededEntropy(2),
    )  # fmt: skip
    swept(at + timedelta(minutes=1))
    assert not DrawAlarm.objects.exists()
    # Nor does it say that it was for then.
    voided = Draw.objects.get(pk=draw.pk)
    assert sealed_opening(voided) == opening - timedelta(days=5)
    assert release(draw_id=draw.pk, now=draw.reveal_at)


@pytest.mark.shows("DRAW-14")
def test_a_release_written_into_the_database_opens_nothing(draw: Draw, operator: User) -> None:
    forged = write(draw, "released_at", NOW)
    assert not is_released(forged)
    decline(Invitation.objects.filter(draw=draw).earliest("line"))
    assert not Invitation.objects.exclude(expert=None).exists()  # nor who came after it
    forged = accept_all(forged)
    assert forged.ended_at is not None
    assert store_sheet(draw_id=draw.pk, now=LATER) is None
    with pytest.raises(EngineError, match="数据被改动过"):
        record_for(forged, reads_names=False, sees=True, now=LATER)
    with pytest.raises(NamesSealed):
        read_names(draw=forged, actor=operator, now=LATER, purpose="查看")
    swept(LATER)
    assert DrawAlarm.objects.get().kind == AlarmKind.REVEAL


def test_an_opening_written_into_the_database_opens_nothing(draw: Draw, supervisor: User) -> None:
    """A role that reads nine hours before the opening does so by the opening that was sealed."""
    RevealRule.objects.create(role=supervisor.roles.get(), hours=9)
    Project.objects.filter(pk=draw.project_id).update(opening_at=NOW + timedelta(hours=4))
    moved = Draw.objects.get(pk=draw.pk)
    assert not may_read(moved, supervisor, now=LATER)
    assert may_read(moved, supervisor, now=NOW + timedelta(hours=1))


def test_without_a_proven_opening_no_role_reads_earlier(draw: Draw, supervisor: User) -> None:
    """A draw whose proof was made before proofs said when it opens."""
    RevealRule.objects.create(role=supervisor.roles.get(), hours=9)
    said = json.loads(draw.reveal_proof)[:5]
    draw.reveal_proof = json.dumps(said)
    draw.save(update_fields=["reveal_proof"])
    old = Draw.objects.get(pk=draw.pk)
    assert is_authentic(old)
    assert not may_read(old, supervisor, now=NOW + timedelta(hours=2))
    assert may_read(old, supervisor, now=draw.reveal_at)


def test_a_role_with_a_time_of_its_own_reads_nothing_either(draw: Draw, supervisor: User) -> None:
    RevealRule.objects.create(role=supervisor.roles.get(), hours=9)
    at = NOW + timedelta(hours=2)
    assert may_read(draw, supervisor, now=at)
    assert not may_read(write(draw, "reveal_at", NOW), supervisor, now=at)


def test_a_proof_of_another_draw_or_none_proves_nothing(draw: Draw) -> None:
    other = make_draw(now=NOW, seats=1, opens_in_hours=50)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reveal_proof FROM draws_draw WHERE id = %s", [other.pk])
        (token,) = cursor.fetchone()
    assert is_authentic(other)
    assert not is_authentic(write(draw, "reveal_proof", token))
    assert not is_authentic(write(draw, "reveal_proof", b""))
    assert not is_authentic(write(draw, "reveal_proof", b"nonsense"))


@pytest.mark.parametrize("column", ["reveal_at", "released_at"])
def test_two_persons_can_release_what_was_altered(
    draw: Draw, operator: User, supervisor: User, column: str
) -> None:
    write(draw, column, NOW)
    request = request_release(draw=draw, reason="评审提前", actor=operator, now=LATER)
    decide_release(request=request, agree=True, note="", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    assert (draw.released_at, is_released(draw)) == (LATER, True)
    assert not Invitation.objects.filter(expert=None).exists()
    swept(LATER)
    assert not DrawAlarm.objects.filter(done_at=None).exists()


def test_a_proof_outlives_a_change_of_keys(draw: Draw, settings: Any) -> None:
    old, settings.SEAL_KEY = settings.SEAL_KEY, "5" * 64
    settings.SEAL_KEY_OLD = (old,)
    assert is_authentic(Draw.objects.get(pk=draw.pk))
    field: Any = Draw._meta.get_field("reveal_proof")
    list(rekey(field))
    settings.SEAL_KEY_OLD = ()
    assert is_authentic(Draw.objects.get(pk=draw.pk))


def test_one_that_cannot_be_told_holds_up_no_other(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep told of moved times before all else: one that failed ended every minute's sweep."""
    write(draw, "reveal_at", NOW)
    other = accept_all(make_draw(now=NOW, seats=1, opens_in_hours=50))
    real = overdue.raise_alarm

    def fail(found: Overdue, *, now: datetime) -> None:
        if found.kind == AlarmKind.REVEAL:
            raise RuntimeError
        real(found, now=now)

    monkeypatch.setattr(overdue, "raise_alarm", fail)
    swept(other.reveal_at + timedelta(minutes=5))
    other.refresh_from_db()
    assert other.released_at is not None
