"""The sweep: what should have happened and did not is found, told once and done, draw by draw."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import Head
from expertpool.audit.services import forget_head, kept
from expertpool.core.jobs import DEADLINES, app
from expertpool.draws import tasks
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.home import open_alarms
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent, Invitation
from expertpool.draws.queries.waiting import waits_for_answers
from expertpool.draws.queries.written import is_written
from expertpool.draws.services import overdue, replies
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import LATE_AFTER, sweep
from expertpool.draws.services.records import build_record
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert
from tests.worker import work_off

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DUE = NOW + timedelta(minutes=60)
LATE = DUE + LATE_AFTER


@pytest.fixture
def draw(db: None, operator: User, supervisor: User) -> Draw:
    """One seat, an hour to reply, three candidates, and no job left that knows of it."""
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60)
    ProcrastinateJob.objects.all().delete()
    return draw


def states(draw: Draw) -> list[str]:
    return list(draw.invitations.order_by("line").values_list("state", flat=True))


def change_by_hand(draw: Draw, seed: str) -> None:
    """Change what the guards of the database keep."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Draw.objects.filter(pk=draw.pk).update(seed=seed)
        cursor.execute("SET LOCAL session_replication_role = origin")


_seeds = count(7)


def swept(now: datetime) -> int:
    return sweep(now=now, entropy=SeededEntropy(next(_seeds)))


@pytest.mark.shows("DRAW-15")
def test_an_expiry_without_a_job_is_found_told_and_done(draw: Draw, supervisor: User) -> None:
    assert swept(LATE - timedelta(seconds=1)) == 0  # its own job may still be on its way
    assert states(draw) == ["invited"]
    assert swept(LATE) == 1
    assert states(draw) == ["no_answer", "invited"]
    alarm = DrawAlarm.objects.get()
    assert (alarm.draw, alarm.kind, alarm.raised_at, alarm.done_at) == (
        draw, AlarmKind.ANSWERS, LATE, LATE,
    )  # fmt: skip
    entry = Entry.objects.get(action="draw.alarm")
    assert (entry.subject_id, entry.actor_name) == (str(draw.pk), "系统")
    told = Message.objects.filter(occasion="draw.alarm")
    assert supervisor.name in {message.recipient for message in told}
    assert draw.number in told[0].body
    assert swept(LATE) == 0


def test_an_alarm_is_told_once_for_a_draw_and_kind(draw: Draw) -> None:
    swept(LATE)
    reach(draw, now=LATE)
    told = Message.objects.filter(occasion="draw.alarm").count()
    again = LATE + timedelta(hours=1, minutes=2)
    assert swept(again) == 1  # the next of the order, an hour later
    assert states(draw) == ["no_answer", "no_answer", "invited"]
    assert Message.objects.filter(occasion="draw.alarm").count() == told
    assert Entry.objects.filter(action="draw.alarm").count() == 1
    assert DrawAlarm.objects.get().done_at == again


def test_a_release_and_an_end_without_a_job_are_done(draw: Draw) -> None:
    late = draw.project.opening_at + LATE_AFTER
    while swept(late):
        pass
    draw.refresh_from_db()
    assert draw.released_at == late
    assert draw.status == DrawStatus.UNSATISFIED
    assert set(DrawAlarm.objects.values_list("kind", flat=True)) == {
        AlarmKind.ANSWERS,
        AlarmKind.RELEASE,
    }
    assert vdraw.find_difference(build_record(draw)) is None


def test_a_draw_left_without_its_end_gets_it(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would stand if the answer had been stored and nothing after it."""
    with monkeypatch.context() as patch:
        patch.setattr(replies, "finish_if_answered", lambda *args, **options: None)
        replies.answer(
            invitation=draw.invitations.get(),
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    assert swept(NOW) == 1
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert DrawAlarm.objects.get().kind == AlarmKind.END
    assert vdraw.find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-15")
def test_an_acceptance_that_was_undone_is_told_and_costs_nobody_his_seat(draw: Draw) -> None:
    (line,) = draw.invitations.values()
    agree(draw)
    # As whoever owns the tables can: the row as it was, with its good proof, and no word in the log.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_entry WHERE action = 'draw.reply'")
        del line["id"]
        draw.invitations.update(**line)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert is_written(draw.invitations.get())
    assert swept(NOW + timedelta(minutes=2)) == 0
    assert DrawAlarm.objects.get().kind == AlarmKind.LINE
    (todo,) = open_alarms(draw.operator, LATE)
    assert draw.title in todo.title
    swept(LATE)
    assert states(draw) == ["invited"]
    agree(draw, at=LATE)  # his seat is his: he is not late
    assert states(draw) == ["accepted"]


@pytest.mark.shows("DRAW-15")
def test_a_log_whose_end_was_taken_back_costs_nobody_his_seat(
    draw: Draw, settings: Settings, tmp_path: Path
) -> None:
    """Also the confirmation may have gone with the answer: then nothing in the database says that he agreed."""
    settings.KEPT_HEAD = tmp_path / "chain-head"
    kept._write(settings.KEPT_HEAD, Head(1_000, "0" * 64))
    line = draw.invitations.get()
    assert not replies.expire(invitation_id=line.pk, now=DUE, entropy=SeededEntropy(3))
    swept(LATE)
    assert states(draw) == ["invited"]
    assert AlarmKind.LOG in DrawAlarm.objects.filter(done_at=None).values_list("kind", flat=True)
    assert waits_for_answers(draw, now=LATE)  # names do not open meanwhile
    forget_head()
    swept(LATE)
    assert states(draw) == ["no_answer", "invited"]
    assert DrawAlarm.objects.get(kind=AlarmKind.LOG).done_at == LATE


def agree(draw: Draw, at: datetime = NOW + timedelta(minutes=1)) -> None:
    replies.answer(
        invitation=draw.invitations.get(),
        accept=True,
        reason="",
        via=ReplyVia.SMS,
        now=at,
        entropy=SeededEntropy(5),
    )


def test_a_broken_draw_holds_up_no_other(draw: Draw, operator: User) -> None:
    make_expert()
    other = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60)
    change_by_hand(draw, "0" * 64)
    assert swept(LATE) == 1
    assert states(draw) == ["invited"]
    assert states(other)[0] == "no_answer"
    assert DrawAlarm.objects.get(draw=draw).done_at is None
    change_by_hand(draw, draw.seed)
    assert swept(LATE) == 1
    assert states(draw)[0] == "no_answer"
    assert DrawAlarm.objects.get(draw=draw).done_at == LATE


def test_what_is_void_is_left_alone(draw: Draw, operator: User, supervisor: User) -> None:
    asked = request_void(draw=draw, reason="项目取消", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert swept(LATE) == 0
    assert not DrawAlarm.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("supervisor")
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, seats=1, reply_minutes=60)
    found = overdue.overdue(now=LATE)
    assert len(found) == 1
    monkeypatch.setattr(overdue, "overdue", lambda now: found)  # both see it
    run_at_once(lambda: swept(LATE), lambda: swept(LATE))
    assert states(draw) == ["no_answer", "invited"]
    assert DrawEvent.objects.filter(draw=draw).count() == 3
    assert DrawAlarm.objects.count() == 1
    told = Message.objects.filter(occasion="draw.alarm")
    assert {message.key.split(":")[1] for message in told} == {str(DrawAlarm.objects.get().pk)}
    assert Entry.objects.filter(action="draw.alarm").count() == 1


@pytest.mark.race
@pytest.mark.usefixtures("no_quiet_hours")
@pytest.mark.django_db(transaction=True)
def test_the_worker_sweeps_each_minute() -> None:
    """The task itself, each minute in the deadlines' queue, for a draw whose job is lost."""
    crons = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert crons["draws.sweep"] == "* * * * *"
    assert crons["draws.look"] == "* * * * *"  # of what is done without an event of its own
    for _ in range(3):
        make_expert(created_at=timezone.now() - timedelta(days=1))
    draw = make_draw(now=timezone.now() - timedelta(hours=2), seats=1, reply_minutes=60)
    ProcrastinateJob.objects.all().delete()
    assert tasks.sweep.queue == DEADLINES
    tasks.sweep.defer(timestamp=0)
    work_off(DEADLINES)
    assert states(draw)[0] == InvitationState.NO_ANSWER
    connection.close()


def test_lines_that_wait_are_no_alarm(draw: Draw) -> None:
    """The control: before its time nothing is found."""
    assert overdue.overdue(now=DUE) == []
    assert Invitation.objects.get().state == InvitationState.INVITED
