"""改期: seats stay, everybody is asked anew, who cannot come leaves and is supplemented."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import ActionCode, DrawStatus, InvitationState
from expertpool.draws.exceptions import ReplyRefused, RescheduleRefused
from expertpool.draws.models import Draw, DrawEvent, DrawPlan, Hold, Invitation, Rescheduling
from expertpool.draws.occasions import RESCHEDULED
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.conflicts import conflict_words
from expertpool.draws.queries.hands import hand_steps_of
from expertpool.draws.queries.requests import early_release
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in
from expertpool.draws.services.letters import send_otherwise
from expertpool.draws.services.links import invitation_for_token
from expertpool.draws.services.names import may_read, release
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import expire
from expertpool.draws.services.rescheduling import (
    NewMeeting,
    reschedule,
    words_after,
    words_before,
)
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Leave
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.selfservice.queries.letters import letter_of
from tests.draws.views.letters import link_of
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw, reach, seats_held
from tests.factories.experts import make_expert
from tests.factories.pool_changes import told
from tests.factories.widening import accept_all, make_short_panel, widen_to_everybody
from tests.factories.widening import reply as answer_as_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_hours")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT = 9 * HOUR  # quiet hours count for nobody
_seeds = count(5)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats for a review in three days; both agreed, one is left in the pool."""
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60, channels=("email",))
    reach(draw, now=NOW)
    for row in draw.invitations.all():
        reply(row, NOW + MINUTE)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    return draw


def reply(row: Invitation, at: datetime, *, accept: bool = True) -> None:
    answer_as_expert(row, accept=accept, now=at)


def move(
    draw: Draw, actor: User, *, days: int = 2, place: str = "三楼 302 室", at: datetime = NOW + HOUR
) -> list[Rescheduling]:
    project = draw.project
    project.refresh_from_db()
    meetings = [NewMeeting(project.pk, project.opening_at + days * DAY, place)]
    moved = reschedule(
        draw=draw,
        meetings=meetings,
        reason="供应商答疑延期",
        actor=actor,
        now=at,
        entropy=SeededEntropy(next(_seeds)),
    )
    draw.refresh_from_db()
    return moved


def test_a_place_of_which_nothing_can_be_seen_is_none(draw: Draw, operator: User) -> None:
    with pytest.raises(RescheduleRefused, match="请填写评审地点"):
        move(draw, operator, place="\u3164")


@pytest.mark.shows("DRAW-15", "DRAW-34")
@pytest.mark.parametrize("days", [2, 40])
def test_a_panel_that_several_draws_found_is_moved_as_one(operator: User, days: int) -> None:
    """The second one finds the project moved by the first, and moves it on from there."""
    base = make_short_panel(now=NOW, operator=operator)
    wider = widen_to_everybody(base, now=NOW + MINUTE, actor=operator)
    accept_all(wider, now=NOW + 2 * MINUTE)
    base.project.refresh_from_db()
    assert base.project.draw_state == "success_supplement"
    assert len(move(base, operator, days=days)) == 2
    for one in (base, wider):
        one.refresh_from_db()
        assert one.status == DrawStatus.INVITING
        assert {row.state for row in one.invitations.all()} == {"invited"}
    base.project.refresh_from_db()
    assert base.project.draw_state == "drawing"
    for one in (wider, base):
        accept_all(one, now=NOW + 2 * HOUR)
        assert check_record(draw_id=one.pk, now=NOW + 2 * HOUR, anew=True) is None
    base.project.refresh_from_db()
    assert base.project.draw_state == "success_supplement"


def away(row: Invitation, draw: Draw, *, days: int = 2) -> None:
    """The expert of ``row`` is on leave on the day to which the review is moved."""
    start = draw.project.opening_at + days * DAY
    Leave.objects.create(
        expert_id=expert_id_of(row),
        during=DateTimeTZRange(start - HOUR, start + HOUR),
        reason="出差",
        created_at=NOW,
        created_by=draw.operator,
    )


@pytest.mark.shows("DRAW-15")
def test_everybody_keeps_his_seat_and_is_asked_anew(draw: Draw, operator: User) -> None:
    opening, before = draw.project.opening_at, set(draw.invitations.values_list("pk", "commit"))
    seal, reveal = draw.seal, draw.reveal_at
    move(draw, operator)
    assert set(draw.invitations.values_list("pk", "commit")) == before
    assert (draw.status, draw.seal) == (DrawStatus.INVITING, seal)
    draw.project.refresh_from_db()
    assert (draw.project.opening_at, draw.project.place) == (opening + 2 * DAY, "三楼 302 室")
    assert draw.project.draw_state == "drawing"
    assert draw.reveal_at == reveal + 2 * DAY
    for row in draw.invitations.all():
        assert (row.state, row.state_label) == ("invited", "待重新确认")
        letter = Message.objects.get(about_id=str(row.pk), occasion="draw.rescheduled")
        assert "三楼 302 室" in letter.body
        assert "原定：2026-11-27 09:00" in letter.body
        held = row.holds.earliest("during")
        assert (held.active, held.during.lower) == (True, opening + 2 * DAY)
    reach(draw, now=NOW + 2 * HOUR)
    first, second = draw.invitations.order_by("line")
    assert (first.state_label, first.deadline_at) == ("待重新确认", NOW + 2 * HOUR + DAY + NIGHT)
    reply(first, NOW + 2 * HOUR)
    reply(second, NOW + 2 * HOUR)
    draw.refresh_from_db()
    first.refresh_from_db()
    assert (draw.status, first.state_label) == (DrawStatus.SUCCESS, "已重新确认")
    assert vdraw.find_difference(build_record(draw)) is None


def test_the_record_log_and_count_of_hands_say_it(draw: Draw, operator: User) -> None:
    steps = hand_steps_of(draw)
    supervisor = make_user("supervisor")
    (moved,) = move(draw, operator)
    event = DrawEvent.objects.get(draw=draw, content__type="reschedule").content
    assert event["meetings"][0]["opening_at"] == "2026-11-29T09:00+08:00"
    assert event["by"] == {"role": "operator", "account": alias_in(draw, operator)}
    assert "供应商" not in str(event)
    assert "三楼" not in str(event)
    assert hand_steps_of(draw) == steps + 1
    logged = Entry.objects.get(action="draw.reschedule")
    assert (logged.note, logged.after["评审地点"]) == ("供应商答疑延期", "三楼 302 室")
    assert logged.after["事件链头"] == event["hash"]
    assert Entry.objects.filter(action="project.reschedule").exists()
    told = Message.objects.filter(occasion="draw.panel_moved")
    applicant = draw.project.created_by
    assert {(one.recipient, moved.words in one.body) for one in told} == {
        (supervisor.name, True),
        (applicant.name, True),
    }


def test_who_runs_it_and_who_applied_hear_of_a_move_unless_it_is_theirs(
    draw: Draw, operator: User
) -> None:
    supervisor, colleague = make_user("supervisor"), make_user("operator")
    applicant = draw.project.created_by
    everybody = [operator, supervisor, colleague, applicant]
    move(draw, colleague)
    assert told(everybody, "draw.panel_moved") == [
        one.name for one in (operator, supervisor, applicant)
    ]
    Message.objects.all().delete()
    move(draw, applicant, at=NOW + 2 * HOUR)
    assert told(everybody, "draw.panel_moved") == [operator.name, supervisor.name]


def test_the_link_of_before_and_the_new_one_lead_to_the_same_question(
    draw: Draw, operator: User
) -> None:
    row = draw.invitations.first()
    assert row is not None
    old = link_of(row)
    move(draw, operator)
    new = link_of(row)
    assert old != new
    assert {invitation_for_token(link.split("/")[2]).pk for link in (old, new)} == {row.pk}


@pytest.mark.shows("DRAW-15")
def test_who_cannot_come_says_so_and_is_supplemented_from_the_same_order(
    draw: Draw, operator: User
) -> None:
    first, second = draw.invitations.order_by("line")
    away(first, draw)
    move(draw, operator)
    first.refresh_from_db()
    assert "请假" in conflict_words(first, now=NOW + HOUR)
    with pytest.raises(ReplyRefused, match="请假"):
        reply(first, NOW + HOUR)
    reply(first, NOW + HOUR, accept=False)
    first.refresh_from_db()
    assert first.state == InvitationState.CONFLICT
    leaving, seated = DrawEvent.objects.filter(draw=draw).order_by("-n")[:2][::-1]
    assert (leaving.content["reason"], leaving.content["reason_code"]) == (
        "conflict",
        "rescheduled",
    )
    third = draw.invitations.get(line=3)
    assert seated.content["seats"][0]["commit"] == third.commit
    reply(second, NOW + HOUR)
    reply(third, NOW + HOUR)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


def test_nobody_learns_by_the_move_who_cannot_come(draw: Draw, operator: User) -> None:
    """What operator and public can see is the same whether somebody is away then or not."""
    first = draw.invitations.order_by("line")[0]
    away(first, draw)
    move(draw, operator)
    rows = draw.invitations.values_list("state", "reason", "deadline_at", "asked_again_at")
    assert len(set(rows)) == 1
    assert Message.objects.filter(occasion="draw.rescheduled").count() == 2
    logged = Entry.objects.get(action="draw.reschedule")
    assert set(logged.after) == {"评审时间", "评审地点", "重新询问的专家", "事件链头"}
    assert DrawEvent.objects.filter(draw=draw).latest("n").content["type"] == "reschedule"
    # Whoever could come and does not says it by the same words.
    second = draw.invitations.order_by("line")[1]
    reply(second, NOW + HOUR, accept=False)
    second.refresh_from_db()
    assert second.state == InvitationState.CONFLICT


def test_somebody_who_is_free_again_may_agree(draw: Draw, operator: User) -> None:
    first = draw.invitations.order_by("line")[0]
    away(first, draw)
    move(draw, operator)
    assert not Hold.objects.filter(invitation=first, active=True).exists()
    Leave.objects.all().delete()
    reply(first, NOW + HOUR)
    assert {*Hold.objects.filter(invitation=first).values_list("active", flat=True)} == {True}


def test_who_is_drawn_elsewhere_for_that_time_is_no_obstacle(draw: Draw, operator: User) -> None:
    """All three are taken by another draw on the new day: nobody is booked twice."""
    other = make_draw(now=NOW, operator=operator, seats=3, opens_in_hours=120, reply_minutes=60)
    assert other.project.opening_at == draw.project.opening_at + 2 * DAY
    assert seats_held() == 5
    move(draw, operator)
    assert seats_held() == 3
    row = draw.invitations.first()
    assert row is not None
    assert "另一场评审" in conflict_words(row, now=NOW + HOUR)


def test_no_answer_in_time_is_an_exit_as_ever(draw: Draw, operator: User) -> None:
    move(draw, operator)
    reach(draw, now=NOW + HOUR)
    first = draw.invitations.order_by("line")[0]
    asked, late = NOW + HOUR, NOW + 3 * DAY
    assert not expire(invitation_id=first.pk, now=asked + HOUR, entropy=SeededEntropy(1))
    assert first.deadline_at >= asked + DAY  # not the hour of a first question
    assert expire(invitation_id=first.pk, now=late, entropy=SeededEntropy(1))
    first.refresh_from_db()
    assert first.state == InvitationState.NO_ANSWER


def test_the_list_closes_by_the_new_time_and_not_by_the_sealed_one(
    draw: Draw, operator: User
) -> None:
    move(draw, operator, at=NOW + 2 * DAY)
    later = NOW + 3 * DAY + HOUR  # the sealed opening is over
    for row in draw.invitations.all():
        reply(row, later, accept=False)
    assert draw.invitations.count() == 3  # and somebody new is asked
    third = draw.invitations.get(line=3)
    sits = NOW + 5 * DAY
    assert expire(invitation_id=third.pk, now=sits, entropy=SeededEntropy(1))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    end = DrawEvent.objects.filter(draw=draw).latest("n").content
    assert (end["type"], end["closed"]) == ("end", True)
    assert vdraw.find_difference(build_record(draw)) is None


def test_old_letters_count_no_more(draw: Draw, operator: User) -> None:
    """The clock waits for the letter of the new time, whatever went out before."""
    move(draw, operator)
    row = draw.invitations.first()
    assert row is not None
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    assert row.reached_at is None


def test_a_pause_holds_the_new_letters_back(draw: Draw, operator: User) -> None:
    move(draw, operator)
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=NOW + HOUR)
    move(draw, operator, days=1, place="四楼", at=NOW + 2 * HOUR)
    assert Message.objects.filter(occasion="draw.rescheduled", state="cancelled").count() == 2
    resume_draw(draw=draw, reason="已定", actor=operator, now=NOW + 3 * HOUR)
    reach(draw, now=NOW + 3 * HOUR)
    deadlines = set(draw.invitations.values_list("deadline_at", flat=True))
    assert deadlines == {NOW + 3 * HOUR + DAY + NIGHT}


def test_a_plan_that_is_written_beside_the_seal_opens_no_names_earlier(
    draw: Draw, operator: User
) -> None:
    planned = draw.reveal_at
    DrawPlan.objects.filter(project=draw.project_id).update(reveal_hours=70, reply_minutes=1)
    move(draw, operator, days=0)
    assert draw.reveal_at == planned


@pytest.mark.shows("DRAW-15")
def test_a_public_list_is_sealed_again_for_who_moves_up(draw: Draw, operator: User) -> None:
    release(draw_id=draw.pk, now=draw.reveal_at)
    at = draw.reveal_at + MINUTE
    draw.refresh_from_db()
    assert may_read(draw, operator, now=at)
    move(draw, operator, at=at)
    assert draw.reveal_at == draw.project.opening_at - 2 * HOUR
    first, *_ = draw.invitations.order_by("line")
    reach(draw, now=at)
    reply(first, at + 30 * MINUTE, accept=False)
    new = draw.invitations.latest("line")
    assert (new.state, new.expert_id, new.released_as) == ("invited", None, None)
    assert not may_read(draw, operator, now=at + HOUR)
    assert not release(draw_id=draw.pk, now=at + HOUR)
    assert not release(draw_id=draw.pk, now=draw.reveal_at)  # he has not answered
    reply(new, at + HOUR, accept=True)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    new.refresh_from_db()
    assert new.expert_id == expert_id_of(new)
    draw.refresh_from_db()
    assert may_read(draw, operator, now=draw.reveal_at)


def test_it_is_refused_in_words(draw: Draw, operator: User) -> None:
    with pytest.raises(RescheduleRefused, match="没有变化"):
        move(draw, operator, days=0, place=draw.project.place)
    with pytest.raises(RescheduleRefused, match="已过"):
        move(draw, operator, days=-7)
    with pytest.raises(RescheduleRefused, match="已过，不能再改期"):
        move(draw, operator, at=draw.project.opening_at)
    with pytest.raises(RescheduleRefused, match="监督人确认"):
        move(draw, operator, days=-1)
    with pytest.raises(RescheduleRefused, match=r"^评审开始时间最晚在 5 年"):
        move(draw, operator, days=4000)
    assert not Rescheduling.objects.exists()
    supervisor = make_user("supervisor")
    request = request_void(draw=draw, reason="名单泄露", actor=operator, now=NOW + HOUR)
    with pytest.raises(RescheduleRefused, match="作废申请"):
        move(draw, operator)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW + HOUR)
    draw.refresh_from_db()
    with pytest.raises(RescheduleRefused, match="已经产生名单"):
        move(draw, operator)


def test_only_who_has_the_right_may(draw: Draw, operator: User) -> None:
    for role, allowed in (("operator", True), ("supervisor", False), ("department", False)):
        user = operator if role == "operator" else make_user(role)
        action = actions_for(draw, user, now=NOW + HOUR)[ActionCode.RESCHEDULE]
        assert action.allowed is allowed, role


@pytest.mark.shows("DRAW-15")
def test_of_a_batch_one_meeting_may_move(operator: User) -> None:
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    batch = make_batch(make_members(72, 96, now=NOW), now=NOW, actor=operator, seats=2)
    draw = draw_batch(batch, now=NOW)
    first, second = draw.covered
    meetings = [
        NewMeeting(first.pk, first.opening_at, first.place),
        NewMeeting(second.pk, second.opening_at + DAY, "北楼"),
    ]
    reschedule(
        draw=draw,
        meetings=meetings,
        reason="场地检修",
        actor=operator,
        now=NOW + HOUR,
        entropy=SeededEntropy(3),
    )
    draw = Draw.objects.get(pk=draw.pk)
    assert [one.opening_at for one in draw.covered] == [first.opening_at, second.opening_at + DAY]
    holds = Hold.objects.filter(invitation__draw=draw, active=True)
    starts = {hold.during.lower for hold in holds}
    assert {first.opening_at, second.opening_at + DAY} <= starts
    assert second.opening_at not in starts
    event = DrawEvent.objects.get(draw=draw, content__type="reschedule").content
    assert len(event["meetings"]) == 2
    clash = [NewMeeting(first.pk, second.opening_at + DAY, "别处")]
    with pytest.raises(RescheduleRefused, match="时间重叠"):
        reschedule(
            draw=draw,
            meetings=clash,
            reason="场地检修",
            actor=operator,
            now=NOW + HOUR,
            entropy=SeededEntropy(4),
        )


def test_a_panel_that_agreed_is_not_lost_to_a_short_silence(draw: Draw, operator: User) -> None:
    """An operator moved reviews to be rid of a panel: ten minutes later others were seated."""
    project = draw.project
    evening = project.opening_at - 2 * HOUR  # on the day itself, to the afternoon
    move(draw, operator, at=evening, days=0, place="北楼")
    reach(draw, now=evening)
    first = draw.invitations.order_by("line")[0]
    assert first.deadline_at == evening + HOUR  # half of what is left, and the sealed hour


def test_whom_no_letter_reached_is_invited_as_ever(operator: User) -> None:
    """Their first letter said that a review was put off of which they had never heard."""
    for n in range(2):
        make_expert(email=f"e{n}@example.cn")
    draw = make_draw(
        now=NOW, operator=operator, seats=2, reply_minutes=60, channels=("email",), reached=False
    )
    known, unknown = draw.invitations.order_by("line")
    Message.objects.filter(about_id=str(known.pk)).update(state="sent", sent_at=NOW)
    keep_clock(invitation_id=known.pk)
    move(draw, operator)
    letters = Message.objects.filter(about_type="draws.invitation", about_id=str(unknown.pk))
    letters = letters.order_by("pk")
    assert [(one.occasion, one.state) for one in letters] == [
        ("draw.invitation", "cancelled"),
        ("draw.invitation", "queued"),
    ]
    assert "2026-11-29 09:00" in letters[1].body
    assert "三楼 302 室" in letters[1].body
    again = Message.objects.get(about_id=str(known.pk), state="queued")
    assert again.occasion == "draw.rescheduled"
    reach(draw, now=NOW + 2 * HOUR)
    unknown.refresh_from_db()
    # Told as of everybody who sat then, while names are sealed.
    assert (unknown.state_label, unknown.deadline_at) == ("待重新确认", NOW + 3 * HOUR)
    assert invitation_for_token(link_of(unknown).split("/")[-2]) == unknown
    reply(unknown, NOW + 2 * HOUR, accept=False)
    unknown.refresh_from_db()
    assert unknown.state == InvitationState.DECLINED


def test_each_hears_what_is_another_than_he_was_told_last(operator: User) -> None:
    """Two moves in a night: the second stopped the letters of the first, and said that the review is at another time
    than one of which nobody had heard."""
    make_expert(email="e@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60, channels=("email",))
    reach(draw, now=NOW)
    told = words_before([draw.project])
    move(draw, operator, days=2)
    move(draw, operator, days=1, place="四楼", at=NOW + 2 * HOUR)

    def letter() -> str:
        row = draw.invitations.get()
        was = letter_of(row, now=NOW + 3 * HOUR).was
        body = Message.objects.get(occasion="draw.rescheduled", state="queued").body
        assert was is not None
        assert was.is_back == ("不变，仍为" in body and "地点改为" not in body)
        assert f"原定：{was.before['评审时间']}，{was.before['评审地点']}" in body  # his page, too
        return body

    assert f"原定：{told['评审时间']}，{told['评审地点']}" in letter()
    reach(draw, now=NOW + 3 * HOUR)  # of this he heard
    told = words_before([draw.project])
    move(draw, operator, days=0, place="五楼", at=NOW + 4 * HOUR)
    assert f"原定：{told['评审时间']}，四楼" in letter()
    move(draw, operator, days=0, place="四楼", at=NOW + 5 * HOUR)
    assert f"时间、地点不变，仍为 {told['评审时间']}，四楼" in letter()


@pytest.mark.parametrize("arrived", ["sent", "failed", ""])
def test_who_agreed_to_a_move_by_himself_was_told_of_it(operator: User, arrived: str) -> None:
    """In a night the letters of a move wait; who agreed to it on his own page knows of it, confirmed or not."""
    make_expert(email="e@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60, channels=("email",))
    reach(draw, now=NOW)
    move(draw, operator, days=1)
    row = draw.invitations.get()
    reply(row, NOW + 2 * HOUR)
    told = words_before([draw.project])
    sent_at = NOW + 2 * HOUR if arrived == "sent" else None
    letters = Message.objects.filter(occasion="draw.confirmed")
    if arrived:
        assert letters.update(state=arrived, sent_at=sent_at)
    else:  # switched off by the office
        letters.delete()
    move(draw, operator, days=1, at=NOW + 3 * HOUR)
    again = Message.objects.get(occasion="draw.rescheduled", state="queued")
    assert f"原定：{told['评审时间']}" in again.body


def test_a_letter_of_a_move_that_comes_back_goes_by_another_way_as_such(operator: User) -> None:
    """By the next way he read an invitation, as if nobody had asked him before."""
    make_expert(email="e@example.cn", phone="13900000001")
    draw = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60, channels=("email",))
    reach(draw, now=NOW)
    told = words_before([draw.project])
    move(draw, operator, days=1)
    row = draw.invitations.get()
    Message.objects.filter(occasion="draw.rescheduled").update(state="failed")
    now = NOW + 2 * HOUR
    assert send_otherwise(invitation_id=row.pk, now=now, entropy=SeededEntropy(next(_seeds)))
    about = {"about_type": "draws.invitation", "about_id": str(row.pk)}
    other = Message.objects.get(channel="sms", state="queued", **about)
    assert other.occasion == "draw.rescheduled"
    assert f"原定 {told['评审时间']}" in other.body


def test_who_may_have_had_a_letter_hears_that_the_time_is_another(operator: User) -> None:
    make_expert(email="e@example.cn")
    draw = make_draw(
        now=NOW, operator=operator, seats=1, reply_minutes=60, channels=("email",), reached=False
    )
    row = draw.invitations.get()
    Message.objects.filter(about_id=str(row.pk)).update(state="sending", sending_at=NOW)
    move(draw, operator)
    assert Message.objects.filter(about_id=str(row.pk), occasion="draw.rescheduled").exists()


def test_an_unreached_expert_who_is_away_then_cannot_agree(operator: User) -> None:
    make_expert(email="e@example.cn")
    draw = make_draw(
        now=NOW, operator=operator, seats=1, reply_minutes=60, channels=("email",), reached=False
    )
    row = draw.invitations.get()
    away(row, draw)
    move(draw, operator)
    reach(draw, now=NOW + 2 * HOUR)
    with pytest.raises(ReplyRefused, match="请假"):
        reply(row, NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("ground", "state"),
    [("健康原因", "declined"), ("联系不上", "declined"), ("时间冲突", "conflict")],
)
def test_a_hand_says_why_somebody_cannot_come_at_the_new_time(
    draw: Draw, operator: User, ground: str, state: str
) -> None:
    move(draw, operator)
    row = draw.invitations.order_by("line")[0]
    record_answer(
        invitation=row,
        state=InvitationState.DECLINED,
        ground=ground,
        reason="来电说明",
        actor=operator,
        now=NOW + 2 * HOUR,
        entropy=SeededEntropy(3),
    )
    row.refresh_from_db()
    assert row.state == state


def test_a_batch_that_is_drawn_is_not_told_to_part(operator: User) -> None:
    first, second = make_members(72, 96, now=NOW)
    make_batch([first, second], actor=operator, now=NOW)
    meetings = [
        NewMeeting(first.pk, second.opening_at, "甲地"),
        NewMeeting(second.pk, second.opening_at, "乙地"),
    ]
    with pytest.raises(RescheduleRefused, match="请调整时间或地点。"):
        words_after([first, second], meetings)


def test_what_was_asked_for_the_old_time_ends_with_the_move(draw: Draw, operator: User) -> None:
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=NOW + HOUR)
    move(draw, operator, at=NOW + 2 * HOUR)
    asked.refresh_from_db()
    assert (asked.agreed, asked.decided_at) == (False, NOW + 2 * HOUR)


def test_an_early_release_is_not_told_of_a_list_that_is_sealed_again(
    client: Client, draw: Draw, operator: User
) -> None:
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=NOW + HOUR)
    supervisor = make_user("supervisor")
    decide_release(request=asked, agree=True, note="", actor=supervisor, now=NOW + 2 * HOUR)
    address = reverse("draws:detail", args=[draw.pk])
    public = reverse("draws:verify_draw", args=[draw.public_id])
    login(client, operator)
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        assert "确认：评审提前" in client.get(address).content.decode()
        draw.refresh_from_db()
        move(draw, operator, at=NOW + 3 * HOUR)
        assert "确认：评审提前" not in client.get(address).content.decode()
        assert early_release(draw) is None
        assert client.get(public).status_code == 200


@pytest.mark.parametrize(
    ("days", "place", "said", "title"),
    [
        (
            0,
            "302 会议室",
            "地点改为302 会议室（原定{was}），时间不变，仍为 {at}。",
            "评审地点改为302 会议室",
        ),
        (2, None, "改期为 {new}，地点不变，仍为{was}（原定 {at}）。", "评审改期到 {new}"),
        (2, "302 会议室", "改期为 {new}，地点302 会议室（原定 {at}，{was}）。", "评审改期到 {new}"),
    ],
)
def test_letters_say_what_of_time_and_place_is_new(
    draw: Draw, operator: User, days: int, place: str | None, said: str, title: str
) -> None:
    project = draw.project
    words = {
        "was": project.place,
        "at": moment_text(project.opening_at),
        "new": moment_text(project.opening_at + days * DAY),
    }
    move(draw, operator, days=days, place=place or project.place)
    letter = Message.objects.filter(occasion="draw.rescheduled", channel="email").earliest("pk")
    assert said.format(**words) in letter.body
    assert letter.subject == f"{title.format(**words)}，请重新确认"
    sms = RESCHEDULED.defaults[ChannelCode.SMS][1]
    assert "{{改动}}" in sms
    assert "{{改动}}" in RESCHEDULED.defaults[ChannelCode.WECHAT][1]


@pytest.mark.shows("DRAW-15")
def test_the_page_of_a_void_draw_says_that_nobody_sits(
    client: Client, draw: Draw, operator: User, supervisor: User
) -> None:
    move(draw, operator)
    reach(draw, now=NOW + 2 * HOUR)
    for row in draw.invitations.all():
        reply(row, NOW + 2 * HOUR)
    page = reverse("draws:detail", args=[draw.pk])
    login(client, operator)
    assert "重新确认：在席的 2 人都已确认。" in client.get(page).content.decode()
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=NOW + 3 * HOUR)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW + 3 * HOUR)
    shown = client.get(page).content.decode()
    assert "在席的 2 人" not in shown
    assert "作废之前已有 2 人确认；本次抽取已作废，没有人在席。" in shown
