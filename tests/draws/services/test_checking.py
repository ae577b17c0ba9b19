"""Every change to a draw is verified by the program that anybody may run, in a job right after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import (
    ActionCode,
    AlarmKind,
    DrawStatus,
    InvitationState,
    NoteCode,
    ReplyVia,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.clock import pause_of
from expertpool.draws.services import state, watching
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.checking import NIGHTS, check_kept, check_record, check_stopped
from expertpool.draws.services.emergency import end_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import Hand
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import abandon_draw, contribute
from expertpool.draws.services.state import write_note
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.widening import accept_all, reply
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-15")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def draw() -> Draw:
    for _ in range(5):
        make_expert()
    return make_draw(now=NOW, seats=2)


def waiting(draw: Draw) -> int:
    """How many jobs are to verify ``draw``."""
    return ProcrastinateJob.objects.filter(
        task_name="draws.check_record", args__draw_id=draw.pk, status="todo"
    ).count()


def alter(draw: Draw, n: int, key: str, value: object) -> None:
    """Change an event by hand, as somebody with the database can."""
    row = DrawEvent.objects.get(draw=draw, n=n)
    row.content[key] = value
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        DrawEvent.objects.filter(pk=row.pk).update(content=row.content)
        cursor.execute("SET LOCAL session_replication_role = origin")


def decline(draw: Draw) -> None:
    answer(
        invitation=draw.invitations.filter(state="invited").first(),
        accept=False,
        reason="出差",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(1),
    )


def test_what_was_altered_is_stopped_by_its_page_though_no_record_can_say_so(
    draw: Draw, operator: User
) -> None:
    alter(draw, 1, "via", "operator")
    pause = pause_draw(draw=draw, reason="数据被改动", actor=operator, now=NOW)
    assert pause_of(draw) == pause
    assert all(row.runs_until is None for row in draw.invitations.filter(state="invited"))
    assert "事件链头" not in Entry.objects.get(action="draw.pause").after
    check_record(draw_id=draw.pk, now=NOW, anew=True)
    assert not DrawAlarm.objects.get().detail.endswith("。")


def test_nobody_goes_on_by_hand_over_a_chain_that_was_computed_anew(
    draw: Draw, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds by itself; the log has another head."""
    monkeypatch.setattr(state, "logged_heads", lambda draw: {"f" * 64})
    hand = Hand(StepVia.PAGE, StepReason.OTHER, operator)
    events = DrawEvent.objects.filter(draw=draw).count()
    with pytest.raises(vdraw.EngineError, match="操作日志"):
        write_note(draw, NoteCode.PAUSED, hand=hand, now=NOW)
    assert DrawEvent.objects.filter(draw=draw).count() == events


def test_each_change_asks_for_a_check_and_a_check_is_made_once(draw: Draw) -> None:
    asked = waiting(draw)
    assert asked
    assert check_record(draw_id=draw.pk, now=NOW) is None
    draw.refresh_from_db()
    seated = draw.checked_events
    assert seated == DrawEvent.objects.filter(draw=draw).count()
    decline(draw)
    assert waiting(draw) > asked
    assert check_record(draw_id=draw.pk, now=NOW) is None
    draw.refresh_from_db()
    assert draw.checked_events > seated
    assert draw.status == DrawStatus.INVITING  # it was verified while it goes on
    assert not DrawAlarm.objects.exists()


def agree(draw: Draw, line: int) -> None:
    reply(draw.invitations.get(line=line), accept=True, now=NOW)


def leave(draw: Draw) -> None:
    row = draw.invitations.get(line=1)
    take_leave(invitation=row, reason="住院", via=ReplyVia.LINK, now=NOW, entropy=SeededEntropy(3))


def replace(draw: Draw) -> None:
    record_answer(
        invitation=draw.invitations.get(line=2),
        state=InvitationState.REPLACED,
        reason="来电告知",
        actor=draw.operator,
        now=NOW,
        entropy=SeededEntropy(4),
    )


def declare(draw: Draw) -> None:
    declare_emergency(draw=draw, reason="急用", minutes=15, actor=draw.operator, now=NOW)


def take_back(draw: Draw) -> None:
    end_emergency(draw=draw, reason="来得及", actor=make_user("supervisor"), now=NOW)


def pause(draw: Draw) -> None:
    pause_draw(draw=draw, reason="地点待定", actor=draw.operator, now=NOW)


def go_on(draw: Draw) -> None:
    resume_draw(draw=draw, reason="地点已定", actor=draw.operator, now=NOW)


def move(draw: Draw) -> None:
    review = draw.project
    later = NewMeeting(review.pk, review.opening_at + timedelta(days=2), "北楼")
    reschedule(
        draw=draw,
        meetings=[later],
        reason="供应商答疑延期",
        actor=draw.operator,
        now=NOW,
        entropy=SeededEntropy(5),
    )


def void(draw: Draw) -> None:
    asked = request_void(draw=draw, reason="回避单位漏填", actor=draw.operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=make_user("supervisor"), now=NOW)


def release(draw: Draw) -> None:
    asked = request_release(draw=draw, reason="公告需要", actor=draw.operator, now=NOW)
    decide_release(request=asked, agree=True, note="", actor=make_user("supervisor"), now=NOW)


def give_value(draw: Draw) -> None:
    contribute(
        draw=draw,
        role="operator",
        value="31 26",
        actor=draw.operator,
        now=NOW,
        entropy=SeededEntropy(6),
    )


def give_up(draw: Draw) -> None:
    abandon_draw(draw=draw, reason="条件有误", actor=draw.operator, now=NOW)


def end(draw: Draw) -> None:
    accept_all(draw, now=NOW)


@pytest.mark.parametrize(
    ("step", "before", "of"),
    [
        (decline, None, {}),
        (leave, None, {}),
        (replace, None, {}),
        (end, None, {}),
        (release, end, {}),
        (void, None, {}),
        (void, end, {}),
        (declare, None, {}),
        (take_back, declare, {}),
        (pause, None, {}),
        (go_on, pause, {}),
        (move, None, {}),
        (give_value, None, {"contributors": ["operator"]}),
    ],
)
def test_whatever_step_writes_into_the_record_it_is_verified_after_it(
    step: Callable[[Draw], None],
    before: Callable[[Draw], None] | None,
    of: dict[str, Any],
    operator: User,
) -> None:
    draw = started(operator, of)
    if before:
        before(draw)
    events, asked = draw.events.count(), waiting(draw)
    step(Draw.objects.get(pk=draw.pk))
    assert draw.events.count() > events
    assert waiting(draw) > asked
    assert check_record(draw_id=draw.pk, now=NOW) is None
    assert Draw.objects.get(pk=draw.pk).checked_events == draw.events.count()


@pytest.mark.parametrize(
    ("step", "of"),
    [
        (lambda draw: agree(draw, 2), {"seats": 3}),  # one of several agrees: nothing ends
        (give_up, {"contributors": ["operator"]}),
        (give_value, {"contributors": ["operator", "supervisor"]}),  # one of two
    ],
)
def test_what_writes_nothing_into_the_record_is_looked_at_within_a_minute(
    step: Callable[[Draw], None],
    of: dict[str, Any],
    operator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is nothing more to be replayed; what pages show of it is compared with the log."""
    monkeypatch.setattr(watching, "_seen", {})
    draw = started(operator, of)
    assert watching.look_at_written(now=NOW) == 1
    events, asked = draw.events.count(), waiting(draw)
    step(Draw.objects.get(pk=draw.pk))
    assert (draw.events.count(), waiting(draw)) == (events, asked)
    assert watching.look_at_written(now=NOW) == 1
    assert check_record(draw_id=draw.pk, now=NOW, anew=True) is None


def started(operator: User, of: dict[str, Any]) -> Draw:
    """A draw in ten hours, to which its first has agreed, if anybody was drawn."""
    for _ in range(5):
        make_expert()
    draw = make_draw(**{"now": NOW, "operator": operator, "seats": 2, "opens_in_hours": 10, **of})
    if draw.invitations.exists():
        agree(draw, 1)
    return draw


def test_a_record_that_does_not_hold_is_told_once_and_shown(
    draw: Draw, client: Client, supervisor: User
) -> None:
    decline(draw)
    alter(draw, 2, "reason", "conflict")
    told = []
    for _ in range(2):
        assert check_record(draw_id=draw.pk, now=NOW)
        told.append(Message.objects.filter(occasion="draw.alarm").count())
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.RECORD, None)
    # In plain words; the log has it in full.
    assert alarm.detail == "抽取过程第 2 步的记录与系统当时写下的不符"
    assert "第 2 个事件" in Entry.objects.get(action="draw.alarm").after["说明"]
    assert told[0] == told[1] > 0
    page = login(client, supervisor).get(reverse("draws:detail", args=[draw.pk]))
    assert "抽取记录核验不一致" in page.content.decode()
    assert "抽取记录核验不一致" in client.get("/").content.decode()
    project = reverse("projects:detail", args=[draw.project_id])
    shown = (project, project + "?tab=experts", reverse("draws:list"))
    assert not [one for one in shown if "核验不一致" not in client.get(one).content.decode()]
    alter(draw, 2, "reason", "declined")
    assert check_record(draw_id=draw.pk, now=NOW) is None
    alarm.refresh_from_db()
    assert alarm.done_at == NOW
    assert not any("核验不一致" in client.get(one).content.decode() for one in shown)


def change(draw: Draw, **values: object) -> None:
    """Change the row of ``draw`` itself by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Draw.objects.filter(pk=draw.pk).update(**values)
        cursor.execute("SET LOCAL session_replication_role = origin")


BENT = "抽取记录核验不一致"
BENT_PUBLICLY = "本系统保存的抽取数据核验不一致"


def test_whoever_looks_at_an_altered_record_is_told_at_once(
    draw: Draw, client: Client, supervisor: User, operator: User
) -> None:
    page = reverse("draws:detail", args=[draw.pk])
    public = reverse("draws:verify_draw", args=[draw.public_id])
    login(client, supervisor)
    assert BENT not in client.get(page).content.decode()
    assert BENT_PUBLICLY not in Client().get(public).content.decode()
    check_record(draw_id=draw.pk, now=NOW)
    jobs = waiting(draw)
    alter(draw, 1, "via", "operator")
    # No step was tried, no job has run: the look itself finds it, and has the others told.
    assert BENT in client.get(page).content.decode()
    assert BENT_PUBLICLY in Client().get(public).content.decode()
    tab = reverse("projects:detail", args=[draw.project_id]) + "?tab=draw"
    assert BENT in client.get(tab).content.decode()
    assert waiting(draw) == jobs + 1
    check_record(draw_id=draw.pk, now=NOW, anew=True)
    seen = client.get(page).content.decode()
    assert seen.count(f"{BENT}<") == 1
    assert "抽取过程第 1 步的记录与系统当时写下的不符" in seen
    assert "drawn" not in seen.split(BENT)[1].split("</section>")[0][:300]
    # Whoever runs it reads it on his workbench, too.
    assert BENT in login(client, operator).get("/").content.decode()


@pytest.mark.parametrize("what", ["seal", "rule"])
def test_a_seal_is_held_against_the_log(
    draw: Draw, client: Client, supervisor: User, what: str
) -> None:
    rule = draw.rule_content | {"unit_cap": 7}
    change(draw, **({"seal": "f" * 64} if what == "seal" else {"rule_content": rule}))
    page = reverse("draws:detail", args=[draw.pk])
    assert BENT in login(client, supervisor).get(page).content.decode()
    assert check_record(draw_id=draw.pk, now=NOW, anew=True)


def test_a_sealed_draw_is_verified_before_it_is_ordered(client: Client, supervisor: User) -> None:
    for _ in range(5):
        make_expert()
    draw = make_draw(now=NOW, seats=2, contributors=["operator"])
    assert draw.status == DrawStatus.SEALED
    page = reverse("draws:detail", args=[draw.pk])
    assert BENT not in login(client, supervisor).get(page).content.decode()
    assert check_record(draw_id=draw.pk, now=NOW, anew=True) is None
    change(draw, rule_content=draw.rule_content | {"unit_cap": 7})
    assert BENT in client.get(page).content.decode()
    assert check_record(draw_id=draw.pk, now=NOW, anew=True)
    assert DrawAlarm.objects.get().kind == AlarmKind.RECORD


def test_nothing_is_asked_for_that_would_be_refused_once_agreed_to(
    draw: Draw, operator: User
) -> None:
    alter(draw, 1, "via", "operator")
    check_record(draw_id=draw.pk, now=NOW, anew=True)
    line = draw.invitations.filter(state="invited").first()
    assert line is not None
    with pytest.raises(ReplyRefused, match="核验不一致"):
        request_answer(
            invitation=line,
            state=InvitationState.DECLINED,
            ground="其他",
            reason="电话告知",
            actor=operator,
            now=NOW,
        )
    actions = actions_for(draw, operator, now=NOW)
    for code in (ActionCode.RECORD_REPLY, ActionCode.DECLARE_EMERGENCY, ActionCode.RESCHEDULE):
        assert "核验不一致" in actions[code].why_not
    assert actions[ActionCode.PAUSE].allowed


def run_checks() -> None:
    """What the worker does."""
    for job in ProcrastinateJob.objects.filter(task_name="draws.check_record", status="todo"):
        check_record(now=NOW, **job.args)
    ProcrastinateJob.objects.all().delete()


def test_a_refusal_over_altered_rows_raises_the_alarm(
    draw: Draw, client: Client, admin: User, supervisor: User
) -> None:
    """It was verified before it was altered: nothing but the refusal has met the alteration."""
    decline(draw)
    run_checks()
    alter(draw, 2, "reason", "conflict")
    sweep(now=NOW, entropy=SeededEntropy(1))
    run_checks()
    assert not DrawAlarm.objects.exists()
    with pytest.raises(vdraw.EngineError) as caught:
        decline(draw)
    check_stopped(caught.value)
    run_checks()
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.RECORD, None)
    page = login(client, supervisor).get(reverse("draws:detail", args=[draw.pk]))
    assert "抽取记录核验不一致" in page.content.decode()
    assert "抽取记录核验不一致" in client.get("/").content.decode()
    check_stopped(caught.value)
    sweep(now=NOW, entropy=SeededEntropy(1))
    assert not waiting(draw)  # told once; it is not verified again and again
    alter(draw, 2, "reason", "declined")
    assert check_record(draw_id=draw.pk, now=NOW) is None
    assert not DrawAlarm.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("hours", [0, 87600])
def test_an_event_that_somebody_else_wrote_is_found_within_minutes(draw: Draw, hours: int) -> None:
    """Before, a draw stopped at it when it was next used; dated ahead, nothing ever looked."""
    run_checks()
    last = DrawEvent.objects.filter(draw=draw).latest("n")
    content = last.content | {"n": last.n + 1, "hash": "0" * 64}
    at = NOW + timedelta(hours=hours)
    DrawEvent.objects.create(draw=draw, n=last.n + 1, at=at, content=content)
    sweep(now=NOW + timedelta(minutes=3), entropy=SeededEntropy(1))
    run_checks()
    assert DrawAlarm.objects.get(kind=AlarmKind.RECORD).done_at is None


def test_draws_that_ended_within_a_year_are_verified_anew_each_week(draw: Draw) -> None:
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    run_checks()
    alter(draw, 1, "seats", [])
    nights = [check_kept(now=NOW + timedelta(days=n)) for n in range(NIGHTS)]
    assert sum(nights) == 1
    run_checks()
    assert DrawAlarm.objects.get().kind == AlarmKind.RECORD
    assert not any(check_kept(now=NOW + timedelta(days=370 + n)) for n in range(NIGHTS))


def test_a_lost_job_is_asked_for_again(draw: Draw) -> None:
    ProcrastinateJob.objects.all().delete()
    sweep(now=NOW + timedelta(minutes=1), entropy=SeededEntropy(1))
    assert not waiting(draw)
    sweep(now=NOW + timedelta(minutes=11), entropy=SeededEntropy(1))
    assert waiting(draw) == 1
    check_record(draw_id=draw.pk, now=NOW)
    ProcrastinateJob.objects.all().delete()
    sweep(now=NOW + timedelta(minutes=12), entropy=SeededEntropy(1))
    assert not waiting(draw)


def test_an_answer_while_the_record_is_read_makes_nothing_false(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several deadlines end at one moment: one check read the events, the next answer was logged, and
    the check missed its head in them."""
    read = state.load_events

    def read_and_be_overtaken(draw: Draw) -> list[vdraw.Event]:
        events = read(draw)
        monkeypatch.setattr(state, "load_events", read)
        decline(draw)
        return events

    monkeypatch.setattr(state, "load_events", read_and_be_overtaken)
    assert check_record(draw_id=draw.pk, now=NOW) is None
    assert not DrawAlarm.objects.exists()
    assert check_record(draw_id=draw.pk, now=NOW) is None  # what was added has a check of its own


def test_what_one_check_told_and_another_found_to_hold_is_checked_again(draw: Draw) -> None:
    check_record(draw_id=draw.pk, now=NOW)
    DrawAlarm.objects.create(draw=draw, kind=AlarmKind.RECORD, raised_at=NOW)
    asked = waiting(draw)
    sweep(now=NOW, entropy=SeededEntropy(1))
    assert waiting(draw) == asked + 1
    assert check_record(draw_id=draw.pk, now=NOW) is None
    assert DrawAlarm.objects.get().done_at == NOW
    sweep(now=NOW, entropy=SeededEntropy(1))
    assert waiting(draw) == asked + 1
