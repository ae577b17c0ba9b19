"""Nobody is left waiting: reminders once each, and letters to whom the review is called off."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import readable_invitations
from expertpool.draws.services.pausing import pause_draw
from expertpool.draws.services.reminders import remind
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.settings import REMIND_HOURS, REMIND_SHARE
from expertpool.notifications.models import Message
from expertpool.notifications.services.attachments import load_files
from expertpool.notifications.services.delivery import deliver
from tests.draws.views.letters import link_of
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPENING = NOW + 72 * HOUR
ENTROPY = SeededEntropy(9)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats in three days, asked at nine, an hour to reply."""
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    return make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60, channels=("email",))


def agree(row: Invitation, at: datetime) -> None:
    answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=at, entropy=ENTROPY)


def told(occasion: str) -> Counter[str]:
    """How many letters of ``occasion`` each line got."""
    return Counter(Message.objects.filter(occasion=occasion).values_list("about_id", flat=True))


@pytest.mark.shows("DRAW-15")
def test_who_has_not_answered_is_reminded_once_with_a_link(draw: Draw, client: Client) -> None:
    first, second = draw.invitations.order_by("line")
    agree(first, NOW + MINUTE)
    assert remind(now=NOW + 29 * MINUTE, entropy=ENTROPY) == 0
    assert remind(now=NOW + 30 * MINUTE, entropy=ENTROPY) == 1
    assert remind(now=NOW + 31 * MINUTE, entropy=ENTROPY) == 0
    assert told("draw.answer_reminder") == {str(second.pk): 1}
    letter = Message.objects.get(occasion="draw.answer_reminder")
    deliver(message_id=letter.pk, now=NOW + 31 * MINUTE)
    letter.refresh_from_db()
    assert "2026-11-24 10:00" in letter.body  # his deadline, as it goes out
    assert link_of(second) in letter.body
    assert client.get(link_of(second)).status_code in (200, 410)


def test_the_share_is_a_setting_and_nobody_is_reminded_during_a_pause(
    draw: Draw, operator: User
) -> None:
    configure(REMIND_SHARE, 80)
    assert remind(now=NOW + 47 * MINUTE, entropy=ENTROPY) == 0
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=NOW + 47 * MINUTE)
    assert remind(now=NOW + 50 * MINUTE, entropy=ENTROPY) == 0
    configure(REMIND_SHARE, 0)
    draw.pauses.update(resumed_at=NOW)
    assert remind(now=NOW + 50 * MINUTE, entropy=ENTROPY) == 0


@pytest.mark.shows("DRAW-15")
def test_who_agreed_is_reminded_once_before_the_review(draw: Draw) -> None:
    first, second = draw.invitations.order_by("line")
    agree(first, NOW + MINUTE)
    configure(REMIND_HOURS, 24)
    assert remind(now=OPENING - 24 * HOUR - MINUTE, entropy=ENTROPY) == 0
    Invitation.objects.filter(pk=second.pk).update(
        state=InvitationState.ACCEPTED, replied_at=OPENING - 23 * HOUR
    )
    assert remind(now=OPENING - 22 * HOUR, entropy=ENTROPY) == 1
    assert remind(now=OPENING - 22 * HOUR, entropy=ENTROPY) == 0
    assert told("draw.reminder") == {str(first.pk): 1}  # the other agreed an hour ago
    assert "2026-11-27 09:00" in Message.objects.get(occasion="draw.reminder").body


@pytest.mark.shows("DRAW-15")
def test_who_agrees_gets_a_word_of_it_with_an_entry_for_his_calendar(
    draw: Draw, operator: User
) -> None:
    """To him alone: neither who watches over messages nor the page of the draw learns who it was."""
    first, second = draw.invitations.order_by("line")
    agree(first, NOW + MINUTE)
    assert told("draw.confirmed") == {str(first.pk): 1}
    letter = Message.objects.get(occasion="draw.confirmed")
    assert draw.project.place in letter.body
    assert "2026-11-27 09:00" in letter.body
    (file,) = load_files(letter)
    assert (file.name, file.content_type) == ("review.ics", "text/calendar")
    assert b"DTSTART:20261127T010000Z" in file.content
    with time_machine.travel(NOW + HOUR, tick=False):
        assert not readable_invitations(operator, [str(first.pk)])
    record_answer(
        invitation=second,
        state=InvitationState.ACCEPTED,
        reason="电话同意",
        actor=operator,
        now=NOW + 2 * MINUTE,
        entropy=ENTROPY,
    )
    assert told("draw.confirmed") == {str(first.pk): 1, str(second.pk): 1}


def test_who_agrees_to_another_time_gets_it_anew_and_who_declines_gets_none(
    draw: Draw, operator: User
) -> None:
    first, second = draw.invitations.order_by("line")
    agree(first, NOW + MINUTE)
    later = [NewMeeting(draw.project_id, OPENING + 24 * HOUR, "北楼")]
    reschedule(
        draw=draw, meetings=later, reason="延期", actor=operator, now=NOW + HOUR, entropy=ENTROPY
    )
    first.refresh_from_db()
    agree(first, NOW + 2 * HOUR)
    letters = Message.objects.filter(occasion="draw.confirmed").order_by("pk")
    assert [one.state for one in letters] == ["cancelled", "queued"]
    assert "北楼" in letters[1].body
    second.refresh_from_db()
    answer(
        invitation=second,
        accept=False,
        reason="有事",
        via=ReplyVia.LINK,
        now=NOW + 2 * HOUR,
        entropy=ENTROPY,
    )
    assert told("draw.confirmed") == {str(first.pk): 2}


def test_of_another_time_he_is_reminded_again(draw: Draw, operator: User) -> None:
    for row in draw.invitations.all():
        agree(row, NOW + MINUTE)
    assert remind(now=OPENING - 20 * HOUR, entropy=ENTROPY) == 2
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, OPENING + 48 * HOUR, draw.project.place)],
        reason="答疑延期",
        actor=operator,
        now=OPENING - 19 * HOUR,
        entropy=ENTROPY,
    )
    for row in draw.invitations.all():
        agree(row, OPENING - 18 * HOUR)
    assert remind(now=OPENING - 17 * HOUR, entropy=ENTROPY) == 0
    assert remind(now=OPENING + 30 * HOUR, entropy=ENTROPY) == 2
    assert set(told("draw.reminder").values()) == {2}


def void(draw: Draw, operator: User, at: datetime) -> None:
    request = request_void(draw=draw, reason="名单泄露", actor=operator, now=at)
    supervisor = make_user("supervisor")
    decide_void(request=request, agree=True, note="", actor=supervisor, now=at)


@pytest.mark.shows("DRAW-16")
def test_a_void_draw_is_called_off_by_letter(draw: Draw, operator: User, client: Client) -> None:
    first, second = draw.invitations.order_by("line")
    agree(first, NOW + MINUTE)
    void(draw, operator, NOW + 5 * MINUTE)
    assert told("draw.cancelled") == {str(first.pk): 1, str(second.pk): 1}
    body = Message.objects.filter(occasion="draw.cancelled")[0].body
    assert "对您的邀请已取消" in body
    assert "重新抽取时抽中您的，会再次邀请" in body
    assert "评审已取消" not in body  # that nobody has decided
    assert "照常" not in body
    assert "名单泄露" not in body  # the reason may name somebody
    page = client.get(link_of(first))
    assert page.status_code == 410
    assert "邀请已取消" in page.content.decode()


def test_whom_no_letter_reached_hears_nothing_and_nobody_after_the_review(operator: User) -> None:
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    silent = make_draw(now=NOW, operator=operator, seats=2, channels=("email",), reached=False)
    void(silent, operator, NOW + MINUTE)
    over = make_draw(now=NOW, operator=operator, seats=2, channels=("email",))
    for row in over.invitations.all():
        agree(row, NOW + MINUTE)
    void(over, operator, OPENING + HOUR)
    assert not told("draw.cancelled")


@pytest.mark.shows("DRAW-15")
def test_who_is_released_from_his_seat_hears_of_it(draw: Draw, operator: User) -> None:
    first = draw.invitations.order_by("line")[0]
    agree(first, NOW + MINUTE)
    first.refresh_from_db()
    record_answer(
        invitation=first,
        state=InvitationState.REPLACED,
        reason="另有安排",
        actor=operator,
        now=NOW + 2 * MINUTE,
        entropy=ENTROPY,
    )
    assert told("draw.released") == {str(first.pk): 1}
    body = Message.objects.get(occasion="draw.released").body
    assert "2026-11-27 09:00" in body
    assert "已另行安排专家，您不再担任" in body
    assert "另有安排" not in body  # the reason may name somebody


@pytest.mark.usefixtures("quiet_hours")
def test_letters_of_the_night_wait_for_the_morning(draw: Draw, operator: User) -> None:
    for row in draw.invitations.all():
        agree(row, NOW + MINUTE)
    night = NOW.replace(hour=23)
    void(draw, operator, night)
    letter = Message.objects.filter(occasion="draw.cancelled")[0]
    deliver(message_id=letter.pk, now=night)
    letter.refresh_from_db()
    assert timezone.localtime(letter.due_at).hour == 7


@pytest.mark.shows("DRAW-24")
def test_an_invitation_by_mail_brings_an_entry_that_names_no_project(operator: User) -> None:
    """Until he agrees; then the same entry says what it is."""
    make_expert(email="e@example.cn")
    plan = {"seats": 1, "channels": ("email",), "reached": False}
    draw = make_draw(now=NOW, operator=operator, **plan)
    row = draw.invitations.get()
    letter = Message.objects.get(occasion="draw.invitation")
    (file,) = load_files(letter)
    text = file.content.decode()
    assert (file.name, file.content_type) == ("review.ics", "text/calendar")
    assert "SUMMARY:评审邀请（待答复）" in text
    assert "STATUS:TENTATIVE" in text
    assert draw.project.name not in text
    agree(row, NOW + MINUTE)
    (agreed,) = load_files(Message.objects.get(occasion="draw.confirmed"))
    assert f"UID:invitation-{row.pk}@" in text
    assert f"UID:invitation-{row.pk}@" in agreed.content.decode()
