"""A pause: no letter goes out, nobody's time passes, answers count; both ends with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ActionCode, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import (
    EmergencyRefused,
    PauseRefused,
    RescheduleRefused,
    VoidRefused,
)
from expertpool.draws.models import Draw, DrawEvent, DrawPause, Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.board import board_of
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.emergency import request_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in
from expertpool.draws.services.overdue import overdue
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import answer, expire
from expertpool.draws.services.rescheduling import checked_reason
from expertpool.draws.services.voiding import request_void
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from tests.factories.answers import declare_emergency
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
_seeds = count(5)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Two seats, asked at nine, an hour to reply."""
    with once():
        for n in range(5):
            make_expert(email=f"e{n}@example.cn")
        return make_draw(now=NOW, seats=2, reply_minutes=60, channels=("email",))


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


def pause(draw: Draw, actor: User, minutes: int = 20) -> DrawPause:
    return pause_draw(draw=draw, reason="评审地点待定", actor=actor, now=NOW + minutes * MINUTE)


def resume(draw: Draw, actor: User, minutes: int) -> DrawPause:
    return resume_draw(draw=draw, reason="地点已定", actor=actor, now=NOW + minutes * MINUTE)


def reply(row: Invitation, minutes: int, *, accept: bool) -> None:
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "时间冲突",
        via=ReplyVia.LINK,
        now=NOW + minutes * MINUTE,
        entropy=SeededEntropy(next(_seeds)),
    )


@pytest.mark.shows("DRAW-15")
def test_a_pause_stops_the_time_and_gives_it_back(draw: Draw, operator: User) -> None:
    pause(draw, operator)
    rows = list(draw.invitations.all())
    assert {(row.time_left, row.runs_until) for row in rows} == {(40 * MINUTE, None)}
    late = NOW + 90 * MINUTE
    assert not expire(invitation_id=rows[0].pk, now=late, entropy=SeededEntropy(2))
    assert overdue(now=late) == []
    resume(draw, operator, 120)
    deadline = NOW + 160 * MINUTE
    assert set(draw.invitations.values_list("deadline_at", "time_left")) == {(deadline, None)}
    assert not expire(invitation_id=rows[0].pk, now=deadline - MINUTE, entropy=SeededEntropy(2))
    assert expire(invitation_id=rows[0].pk, now=deadline, entropy=SeededEntropy(2))
    notes = dict(
        Entry.objects.filter(action__in=("draw.pause", "draw.resume")).values_list("action", "note")
    )
    assert notes == {"draw.pause": "评审地点待定", "draw.resume": "地点已定"}


def test_the_record_says_it_without_the_reason(draw: Draw, operator: User) -> None:
    pause(draw, operator)
    resume(draw, operator, 30)
    notes = [
        event.content
        for event in DrawEvent.objects.filter(draw=draw, content__type="note").order_by("n")
    ]
    assert [note["code"] for note in notes] == ["paused", "resumed"]
    assert {note["by"]["account"] for note in notes} == {alias_in(draw, operator)}
    assert "评审地点待定" not in str(notes)
    for row in draw.invitations.all():
        reply(row, 40, accept=True)
    draw.refresh_from_db()
    assert vdraw.find_difference(build_record(draw)) is None


def test_answers_count_and_whoever_comes_next_hears_of_it_afterwards(
    draw: Draw, operator: User
) -> None:
    pause(draw, operator)
    first, second = draw.invitations.order_by("line")
    reply(first, 100, accept=True)  # his time would have been over
    reply(second, 101, accept=False)
    third = draw.invitations.get(line=3)
    letter = Message.objects.get(about_id=str(third.pk))
    deliver(message_id=letter.pk, now=NOW + 102 * MINUTE)
    letter.refresh_from_db()
    assert (letter.state, letter.due_at) == ("queued", draw.project.opening_at)
    resume(draw, operator, 120)
    letter.refresh_from_db()
    assert letter.due_at == NOW + 120 * MINUTE
    deliver(message_id=letter.pk, now=NOW + 121 * MINUTE)
    keep_clock(invitation_id=third.pk)
    third.refresh_from_db()
    assert third.deadline_at == NOW + 181 * MINUTE


def test_a_letter_on_its_way_starts_its_clock_after_the_pause(draw: Draw, operator: User) -> None:
    row = draw.invitations.order_by("line")[0]
    written_otherwise(row, reached_at=None, deadline_at=draw.project.opening_at)
    pause(draw, operator)
    Message.objects.filter(about_id=str(row.pk)).update(sent_at=NOW + 21 * MINUTE)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    assert (row.time_left, row.runs_until) == (60 * MINUTE, None)
    resume(draw, operator, 120)
    row.refresh_from_db()
    assert row.deadline_at == NOW + 180 * MINUTE


def test_a_pause_ends_at_the_opening_and_with_the_draw(draw: Draw, operator: User) -> None:
    pause(draw, operator)
    opening = draw.project.opening_at
    first, second = draw.invitations.order_by("line")
    reply(first, 100, accept=True)
    assert expire(invitation_id=second.pk, now=opening, entropy=SeededEntropy(2))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert DrawPause.objects.get().resumed_at == opening
    assert vdraw.find_difference(build_record(draw)) is None


def test_a_reason_loses_nothing_of_its_end(draw: Draw, operator: User) -> None:
    with pytest.raises(PauseRefused, match="最多写 200 字，现有 201 字"):
        pause_draw(draw=draw, reason="因" * 201, actor=operator, now=NOW)
    with pytest.raises(RescheduleRefused, match="最多写 200 字"):
        checked_reason("因" * 201)
    with pytest.raises(EmergencyRefused, match="最多写 200 字"):
        request_emergency(draw=draw, reason="因" * 201, minutes=15, actor=operator, now=NOW)
    with pytest.raises(VoidRefused, match="最多写 500 字，现有 10,001 字"):
        request_void(draw=draw, reason="因" * 10_001, actor=operator, now=NOW)
    assert not DrawPause.objects.exists()
    kept = pause_draw(draw=draw, reason=f"{'因' * 199}末", actor=operator, now=NOW)
    kept.refresh_from_db()
    assert kept.reason.endswith("末")


def test_lists_and_the_home_page_say_that_it_is_paused(
    draw: Draw, operator: User, supervisor: User, client: Client
) -> None:
    pages = (
        reverse("draws:list"),
        reverse("projects:detail", args=[draw.project_id]) + "?tab=draw",
    )
    home = reverse("portal:home")
    login(client, operator)
    with time_machine.travel(NOW + 21 * MINUTE, tick=False):
        assert not any("已暂停" in client.get(page).content.decode() for page in pages)
        pause(draw, operator)
        assert all("已暂停" in client.get(page).content.decode() for page in pages)
        todo = f"恢复抽取：{draw.title}"
        assert todo in client.get(home).content.decode()
        assert todo not in login(Client(), supervisor).get(home).content.decode()
        resume(draw, operator, 21)
        assert not any("已暂停" in client.get(page).content.decode() for page in pages)
        assert todo not in client.get(home).content.decode()


def test_what_may_be_done_says_so(draw: Draw, operator: User) -> None:
    def allowed() -> set[ActionCode]:
        actions = actions_for(Draw.objects.get(pk=draw.pk), operator, now=NOW + 30 * MINUTE)
        return {code for code in (ActionCode.PAUSE, ActionCode.RESUME) if actions[code].allowed}

    assert allowed() == {ActionCode.PAUSE}
    with pytest.raises(PauseRefused, match="没有暂停"):
        resume(draw, operator, 20)
    with pytest.raises(PauseRefused, match="写明原因"):
        pause_draw(draw=draw, reason=" ", actor=operator, now=NOW)
    pause(draw, operator)
    assert allowed() == {ActionCode.RESUME}
    with pytest.raises(PauseRefused, match="已经暂停"):
        pause(draw, operator)
    with pytest.raises(EmergencyRefused, match="先恢复"):
        declare_emergency(draw=draw, reason="急用", minutes=15, actor=operator, now=NOW)
    assert draw.invitations.filter(state=InvitationState.INVITED).count() == 2


def test_the_letter_of_whoever_comes_to_a_seat_in_a_pause_waits(
    client: Client, draw: Draw, operator: User
) -> None:
    first = draw.invitations.get(line=1)
    pause(draw, operator)
    reply(first, 30, accept=False)
    board = board_of(draw)
    assert (len(board.lines), board.invited_count) == (3, 3)
    assert board.invited_note == "其中 1 人的邀请恢复后发出"
    with time_machine.travel(NOW + 31 * MINUTE, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    text = page.content.decode()
    assert (text.count("恢复后发出"), text.count("恢复后邀请")) == (
        1,
        1,
    )  # at the number, in his line
    seen = board.version
    resume(draw, operator, 40)
    board = board_of(draw)
    assert (board.invited_count, board.invited_note) == (3, "")
    assert board.version != seen
