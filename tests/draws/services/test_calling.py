"""In an emergency the system calls first, whatever the plan says; a person learns a number as the last way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.calls import calls_of
from expertpool.draws.services import calling
from expertpool.draws.services.calling import call_again, read_contact
from expertpool.draws.services.emergency import end_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import expire
from expertpool.draws.settings import WAITS
from expertpool.experts.models import Expert
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import SendResult, SendStatus
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode, Decision, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.queries.channels import DOWN_AFTER
from expertpool.notifications.services.breaker import note_health
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from expertpool.telephone.services.health import note_agent
from tests.factories.answers import declare_emergency
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.telephone.test_draw import line  # noqa: F401 - a trunk is set

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
CALLED = "系统正在给这位专家打电话，或稍后再打"


def seal(operator: User, *, now: datetime = NOW, channels: tuple[str, ...] = ("sms",)) -> Draw:
    """Two seats, an hour to reply, five candidates; nobody is called by its plan."""
    for _ in range(5):
        make_expert()
    return make_draw(now=now, operator=operator, seats=2, reply_minutes=60, channels=channels)


def declare(draw: Draw, operator: User, *, now: datetime = NOW, minutes: int = 15) -> None:
    declare_emergency(draw=draw, reason="开标提前", minutes=minutes, actor=operator, now=now)


def calls_to(row: Invitation) -> list[Message]:
    found = Message.objects.filter(channel=ChannelCode.VOICE, about_id=str(row.pk))
    return list(found.filter(about_type="draws.invitation").order_by("pk"))


def call(outcome: CallOutcome, now: datetime) -> Message:
    """Make the call that is due, which ends so."""
    taken = calls.take(agent="a", now=now)
    assert taken is not None
    calls.end(call_id=taken.call_id, outcome=outcome, said=taken.text, now=now)
    return Message.objects.get(tries__pk=calls.Call.objects.get(pk=taken.call_id).attempt_id)


def shown(row: Invitation, operator: User, now: datetime) -> bool:
    """Tell whether whom to call is shown, and that the log has it if it is, and only then."""
    looks = Entry.objects.filter(action="draw.contact")
    before, found, refusal = looks.count(), None, ""
    try:
        found = read_contact(invitation=row, actor=operator, now=now)
    except EmergencyRefused as error:
        refusal = str(error)
    assert looks.count() - before == (found is not None)
    if found is None:
        assert CALLED in refusal
        return False
    expert = Expert.objects.get(pk=expert_id_of(row))
    assert (found.name, found.phone) == (expert.name, expert.phone)
    return True


@pytest.mark.shows("DRAW-14", "DRAW-31")
def test_each_open_line_is_called_though_its_plan_calls_nobody(operator: User) -> None:
    draw = seal(operator)
    rows = list(draw.invitations.order_by("line"))
    assert not any(map(calls_to, rows))
    declare(draw, operator)
    for row in rows:
        (letter,) = calls_to(row)
        assert (letter.state, letter.occasion) == (DeliveryState.QUEUED, "draw.invitation")
        assert letter.answer_code  # he answers by a key
        assert not shown(row, operator, NOW)
    board = calls_of(draw, board_of(draw).lines, now=NOW + MINUTE)
    assert board is not None  # the page tells how the calls of the panel stand
    # Whoever is asked later is called as well.
    expire(invitation_id=rows[0].pk, now=NOW + 15 * MINUTE, entropy=SeededEntropy(1))
    later = draw.invitations.get(line=3)
    assert len(calls_to(later)) == 1
    assert not shown(later, operator, NOW + 15 * MINUTE)


def test_the_number_is_shown_once_all_calls_are_used_up(operator: User) -> None:
    draw = seal(operator)
    Invitation.objects.filter(line=2).update(state=InvitationState.DECLINED)
    row = draw.invitations.get(line=1)
    declare(draw, operator, minutes=60)
    taken = calls.take(agent="a", now=NOW)
    assert taken is not None
    assert not shown(row, operator, NOW)  # it rings
    calls.end(call_id=taken.call_id, outcome=CallOutcome.NO_ANSWER, now=NOW + MINUTE)
    assert not shown(row, operator, NOW + MINUTE)  # he is called again in ten minutes
    call(CallOutcome.NO_ANSWER, NOW + 11 * MINUTE)
    assert not shown(row, operator, NOW + 12 * MINUTE)
    call(CallOutcome.NO_ANSWER, NOW + 21 * MINUTE)
    assert [one.state for one in calls_to(row)] == [DeliveryState.FAILED]
    assert shown(row, operator, NOW + 22 * MINUTE)


def test_a_call_that_comes_too_late_is_none(operator: User) -> None:
    draw = seal(operator)
    declare(draw, operator, minutes=10)
    row = Invitation.objects.get(pk=call(CallOutcome.OFF, NOW).about_id)  # again in half an hour
    assert shown(row, operator, NOW + MINUTE)


def test_the_next_call_is_made_at_once_when_somebody_asks(operator: User) -> None:
    draw = seal(operator)
    declare(draw, operator, minutes=60)
    row = draw.invitations.get(line=1)
    with pytest.raises(EmergencyRefused, match="系统正在或马上"):
        call_again(invitation=row, actor=operator, now=NOW)
    while Invitation.objects.get(pk=call(CallOutcome.BUSY, NOW).about_id) != row:
        pass
    configure(voice.MOST, 2)
    assert calls.take(agent="a", now=NOW + MINUTE) is None or row.line == 1
    call_again(invitation=row, actor=operator, now=NOW + MINUTE)
    assert Entry.objects.get(action="draw.call_again").subject_id == str(row.pk)
    assert not shown(row, operator, NOW + MINUTE)
    with pytest.raises(EmergencyRefused, match="系统正在或马上"):  # a second click calls nobody
        call_again(invitation=row, actor=operator, now=NOW + MINUTE)
    while Invitation.objects.get(pk=call(CallOutcome.BUSY, NOW + MINUTE).about_id) != row:
        pass
    # No oftener than the office allows.
    with pytest.raises(EmergencyRefused, match="系统不再给这位专家打电话"):
        call_again(invitation=row, actor=operator, now=NOW + 2 * MINUTE)
    assert shown(row, operator, NOW + 2 * MINUTE)


def test_who_was_to_be_called_after_other_letters_is_called_at_once(operator: User) -> None:
    """And that his time is shorter he is told by what tells it: a plan that calls could have no emergency at all."""
    configure(WAITS[ChannelCode.VOICE], 20 * MINUTE)
    draw = seal(operator, channels=("sms", "voice"))
    rows = list(draw.invitations.order_by("line"))
    assert {one.due_at for row in rows for one in calls_to(row)} == {NOW + 20 * MINUTE}
    declare(draw, operator)
    assert [[one.due_at for one in calls_to(row)] for row in rows] == [[NOW], [NOW]]
    told = Message.objects.filter(occasion="draw.emergency", channel=ChannelCode.SMS)
    assert {one.about_id for one in told} == {str(row.pk) for row in rows}


def test_a_second_emergency_calls_again_whose_calls_were_used_up(
    operator: User, supervisor: User
) -> None:
    draw = seal(operator)
    declare(draw, operator)
    row = Invitation.objects.get(pk=call(CallOutcome.BAD_NUMBER, NOW).about_id)
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=NOW + MINUTE)
    declare(draw, operator, now=NOW + 2 * MINUTE)
    assert [one.state for one in calls_to(row)] == [DeliveryState.FAILED, DeliveryState.QUEUED]
    other = draw.invitations.exclude(pk=row.pk).get()
    assert len(calls_to(other)) == 1  # his first call still waits


@pytest.mark.shows("DRAW-14")
def test_without_a_line_that_works_a_person_calls(operator: User) -> None:
    configure(voice.TRUNK, voice.NONE)
    plain = seal(operator)
    declare(plain, operator)
    assert all(shown(row, operator, NOW) for row in plain.invitations.all())
    configure(voice.TRUNK, voice.SIP)
    down = SendResult(SendStatus.DOWN, detail="线路不通")
    for _ in range(DOWN_AFTER):
        note_health(CHANNELS[ChannelCode.VOICE], down, now=NOW)
    draw = seal(operator)
    declare(draw, operator)
    assert not any(map(calls_to, draw.invitations.all()))
    assert all(shown(row, operator, NOW) for row in draw.invitations.all())


def test_where_no_call_begins_a_person_calls_and_where_all_lines_are_busy_he_waits(
    operator: User,
) -> None:
    draw = seal(operator)
    declare(draw, operator)
    rows = list(draw.invitations.all())
    late = NOW + 3 * MINUTE
    assert all(shown(row, operator, late) for row in rows)
    taken = calls.take(agent="a", now=NOW)
    assert taken is not None
    calls.keep_alive(agent="a", call_ids=[taken.call_id], now=late)
    assert not any(shown(row, operator, late) for row in rows)


def test_the_pages_say_so(client: Client, operator: User) -> None:
    draw = seal(operator, now=timezone.now())
    declare(draw, operator, now=timezone.now(), minutes=60)
    login(client, operator)
    page = reverse("draws:detail", args=[draw.pk])
    assert "系统先打电话" not in client.get(page).content.decode()  # nobody does
    note_agent(now=timezone.now())
    assert "系统先打电话" in client.get(page).content.decode()
    drawer = client.get(reverse("draws:answer", args=[draw.pk, 1])).content.decode()
    again = reverse("draws:call_again", args=[draw.pk, 1])
    assert again in drawer
    assert client.post(reverse("draws:contact", args=[draw.pk, 1])).status_code == 409
    assert client.post(again).status_code == 409
    for _ in range(2):
        call(CallOutcome.BUSY, timezone.now())
    assert "正在再次呼叫" in client.post(again).content.decode()
    configure(voice.TRUNK, voice.NONE)
    assert again not in client.get(reverse("draws:answer", args=[draw.pk, 1])).content.decode()


def test_a_call_that_begins_while_somebody_looks_is_one(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited no more when the waiting ones were asked for, and did not run before: name and number were shown."""
    draw = seal(operator)
    declare(draw, operator)
    rows = {str(row.pk): row for row in draw.invitations.all()}
    first = min(
        (message for row in rows.values() for message in calls_to(row)), key=lambda one: one.pk
    )

    begun: list[int] = []

    def meanwhile() -> bool:
        """As `delivery.claim` does it."""
        sending = {"state": DeliveryState.SENDING, "sending_at": NOW, "attempts": 1}
        begun.append(Message.objects.filter(pk=first.pk).update(**sending))
        return True

    monkeypatch.setattr(calling, "can_call", meanwhile)
    assert not shown(rows[first.about_id], operator, NOW)
    assert begun == [1]  # and is taken back with the refusal


def test_who_has_pressed_a_key_is_shown_to_nobody_before_it_is_entered(operator: User) -> None:
    draw = seal(operator)
    declare(draw, operator)
    taken = calls.take(agent="a", now=NOW)
    assert taken is not None
    calls.note_answered(call_id=taken.call_id, now=NOW)
    calls.press(call_id=taken.call_id, decision=Decision.YES, now=NOW)
    calls.end(call_id=taken.call_id, outcome=CallOutcome.YES, now=NOW)
    letter = Message.objects.get(tries__pk=calls.Call.objects.get(pk=taken.call_id).attempt_id)
    row = draw.invitations.get(pk=letter.about_id)
    assert row.state == InvitationState.INVITED  # the job that enters it has not run
    with pytest.raises(EmergencyRefused, match="刚刚答复，正在登记"):
        read_contact(invitation=row, actor=operator, now=NOW + MINUTE)
    assert not Entry.objects.filter(action="draw.contact").exists()
    # Where nobody enters it a person calls.
    assert shown(row, operator, NOW + 3 * MINUTE)
