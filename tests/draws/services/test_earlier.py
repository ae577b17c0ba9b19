"""改期 to an earlier time: by two persons, and everybody is asked anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import RescheduleRefused
from expertpool.draws.models import Draw, DrawEvent, RescheduleRequest, Rescheduling
from expertpool.draws.queries.hands import hand_steps_of
from expertpool.draws.services.earlier import decide_earlier, move_or_ask
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in, confirmation_of
from expertpool.draws.services.names import release
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = NOW + HOUR


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats for a review in three days, and one expert left in the pool."""
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60, channels=("email",))
    reach(draw, now=NOW)
    return draw


def ask(draw: Draw, actor: User, *, by: timedelta = DAY, at: datetime = AT) -> RescheduleRequest:
    draw.project.refresh_from_db()
    asked = move_or_ask(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, draw.project.opening_at - by, "北楼")],
        reason="领导出差",
        actor=actor,
        now=at,
        entropy=SeededEntropy(7),
    )
    assert asked is not None
    return asked


def decide(
    asked: RescheduleRequest, actor: User, *, agree: bool = True, at: datetime = AT
) -> RescheduleRequest:
    return decide_earlier(
        request=asked, agree=agree, note="", actor=actor, now=at, entropy=SeededEntropy(8)
    )


@pytest.mark.shows("DRAW-15")
@pytest.mark.usefixtures("quiet_hours")  # the night does not count
def test_two_persons_move_a_review_to_an_earlier_time(
    draw: Draw, operator: User, supervisor: User
) -> None:
    opening, reveal, steps = draw.project.opening_at, draw.reveal_at, hand_steps_of(draw)
    asked = ask(draw, operator)
    draw.refresh_from_db()
    draw.project.refresh_from_db()
    assert (draw.project.opening_at, draw.reveal_at) == (opening, reveal)
    assert not Rescheduling.objects.exists()
    assert not Message.objects.filter(occasion="draw.rescheduled").exists()
    decide(asked, supervisor)
    draw = Draw.objects.get(pk=draw.pk)
    assert (draw.project.opening_at, draw.project.place) == (opening - DAY, "北楼")
    assert draw.reveal_at == reveal - DAY
    assert Message.objects.filter(occasion="draw.rescheduled").count() == 2
    reach(draw, now=AT)
    for row in draw.invitations.all():
        assert row.state == InvitationState.INVITED
        assert row.deadline_at >= AT + DAY  # not the sealed hour
    moved = Rescheduling.objects.get()
    assert (moved.moved_by, moved.confirmed_by) == (operator, supervisor)
    assert hand_steps_of(draw) == steps + 1
    event = DrawEvent.objects.get(draw=draw, content__type="reschedule").content
    assert event["witness"] == confirmation_of(asked)
    assert event["by"]["account"] == alias_in(draw, operator)
    logged = Entry.objects.get(action="draw.reschedule")
    assert logged.actor == supervisor
    assert (logged.after["申请人"], logged.after["确认值"]) == (operator.name, event["witness"])
    # Who agrees knows it, and all who might have were asked; who applied hears it.
    (moved_for,) = Message.objects.filter(occasion="draw.panel_moved")
    assert moved_for.recipient == draw.project.created_by.name
    assert f"{operator.name}（{supervisor.name}确认）将抽取" in moved_for.body


def test_the_record_of_it_is_right(draw: Draw, operator: User, supervisor: User) -> None:
    decide(ask(draw, operator), supervisor)
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=AT,
            entropy=SeededEntropy(row.pk),
        )
    draw = Draw.objects.get(pk=draw.pk)
    assert draw.status == DrawStatus.SUCCESS
    assert vdraw.find_difference(build_record(draw)) is None


def test_nobody_alone_moves_it_to_an_earlier_time(draw: Draw, operator: User) -> None:
    asked = ask(draw, operator)
    with pytest.raises(RescheduleRefused, match="两人"):
        decide(asked, operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        RescheduleRequest.objects.update(decided_by=operator, decided_at=AT, agreed=True)
    assert not Rescheduling.objects.exists()


def test_half_of_what_is_left_is_for_the_answer(
    draw: Draw, operator: User, supervisor: User
) -> None:
    """Moved to this afternoon, and names stay sealed while those who sit are asked."""
    soon = AT + 6 * HOUR
    decide(ask(draw, operator, by=draw.project.opening_at - soon), supervisor)
    draw = Draw.objects.get(pk=draw.pk)
    reach(draw, now=AT)
    assert {row.deadline_at for row in draw.invitations.all()} == {AT + 3 * HOUR}
    assert draw.reveal_at >= AT + HOUR
    assert not release(draw_id=draw.pk, now=AT)


def test_what_changed_since_is_not_agreed_to(draw: Draw, operator: User, supervisor: User) -> None:
    asked = ask(draw, operator)
    with pytest.raises(RescheduleRefused, match="待确认的提前评审"):
        ask(draw, operator, by=2 * DAY)
    later = [NewMeeting(draw.project_id, draw.project.opening_at + DAY, "北楼")]
    with pytest.raises(RescheduleRefused, match="待确认的提前评审"):
        reschedule(
            draw=draw,
            meetings=later,
            reason="延期",
            actor=operator,
            now=AT,
            entropy=SeededEntropy(9),
        )
    draw.project.place = "南楼"
    draw.project.save(update_fields=["place"])
    with pytest.raises(RescheduleRefused, match="申请之后有改动"):
        decide(asked, supervisor)
    decide(asked, supervisor, agree=False)
    assert Entry.objects.filter(action="draw.reschedule_refuse").exists()
    assert not Rescheduling.objects.exists()


def test_a_request_ends_when_its_time_comes_or_the_draw_is_void(
    draw: Draw, operator: User, supervisor: User
) -> None:
    soon = AT + 6 * HOUR
    asked = ask(draw, operator, by=draw.project.opening_at - soon)
    assert asked.expires_at == soon
    void = request_void(draw=draw, reason="有误", actor=operator, now=AT)
    with pytest.raises(RescheduleRefused, match="作废"):
        decide(asked, supervisor)
    decide_void(request=void, agree=True, note="", actor=supervisor, now=AT)
    asked.refresh_from_db()
    assert (asked.agreed, asked.decided_by) == (False, None)
