"""Nobody learns by writing 「同意」 for line after line of a panel that was moved who sits in it, or in
a sealed draw at the same time (docs/decisions/0132)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.conflicts import gone_words, seats_to_replace
from expertpool.draws.services.answers import decide_answer, request_answer
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.experts.models import Expert, Leave
from tests.factories.draws import expert_id_of, make_draw, open_names_at, reach
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THEN = 24 * 5  # hours until the sealed draw opens
ENTROPY = SeededEntropy(3)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Four who agreed to a review in three days; the pool has six."""
    for _ in range(6):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=4, reply_minutes=60)
    for row in draw.invitations.all():
        agree(row, NOW)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    return draw


def agree(row: Invitation, at: datetime) -> None:
    answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=at, entropy=ENTROPY)


def move(draw: Draw, actor: User, *, to: datetime, place: str = "三楼") -> None:
    meeting = NewMeeting(draw.project_id, to, place)
    said: dict[str, Any] = {
        "reason": "供应商答疑延期",
        "actor": actor,
        "now": NOW + HOUR,
        "entropy": ENTROPY,
    }
    reschedule(draw=draw, meetings=[meeting], **said)
    reach(draw, now=NOW + HOUR)
    draw.refresh_from_db()


def moved_beside_a_sealed_one(draw: Draw, operator: User) -> tuple[Draw, set[int]]:
    """Move ``draw`` to the time of a draw whose names are sealed; return that one, and who sits in it.

    Three of six, two of whom are not in ``draw``: some of its four sit there and some do not, whoever is drawn."""
    sealed = make_draw(now=NOW, operator=operator, seats=3, opens_in_hours=THEN)
    for row in sealed.invitations.all():
        agree(row, NOW)
    move(draw, operator, to=sealed.project.opening_at)
    return sealed, {expert_id_of(row) for row in sealed.invitations.all()}


def write_agreed(row: Invitation, operator: User, supervisor: User, now: datetime) -> str:
    """What the office sees of a hand that writes that he agreed."""
    accepted: dict[str, Any] = {"state": InvitationState.ACCEPTED, "reason": "电话答复可以参加"}
    try:
        asked = request_answer(invitation=row, actor=operator, now=now, **accepted)
        decide_answer(
            request=asked, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY
        )
    except ReplyRefused as refused:
        return str(refused)
    row.refresh_from_db()
    return f"{row.state_label} {row.via_label}"


def test_no_line_says_who_sits_in_a_sealed_draw_at_that_time(
    draw: Draw, operator: User, supervisor: User
) -> None:
    """The names of the one that is moved were public: its lines are read one after the other."""
    open_names_at(draw, NOW)
    release(draw_id=draw.pk, now=NOW, unanswered=True)
    _, sitting = moved_beside_a_sealed_one(draw, operator)
    rows = list(draw.invitations.order_by("line"))
    there = [expert_id_of(row) in sitting for row in rows]
    assert {*there} == {True, False}
    said = [write_agreed(row, operator, supervisor, NOW + 2 * HOUR) for row in rows]
    assert {*said} == {"已重新确认 经办人登记"}
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    assert not Entry.objects.filter(action="draw.refused").exists()
    assert not [one for one in Entry.objects.all() if "另一场" in f"{one.note}{one.after}"]
    # Nobody is held twice; he himself reads it.
    held = [row.holds.filter(active=True).exists() for row in rows]
    assert held == [not one for one in there]
    words = [gone_words(row, now=NOW + 2 * HOUR) for row in rows]
    assert ["另一场评审" in one for one in words] == there


def test_no_line_says_who_was_frozen_or_is_away(
    draw: Draw, operator: User, supervisor: User
) -> None:
    frozen, away, *_ = rows = list(draw.invitations.order_by("line"))
    Expert.objects.filter(pk=expert_id_of(frozen)).update(status="frozen")
    opening = draw.project.opening_at
    during = DateTimeTZRange(opening - HOUR, opening + HOUR)
    Leave.objects.create(expert_id=expert_id_of(away), during=during, reason="出差", created_at=NOW)
    move(draw, operator, to=opening, place="市公共资源交易中心 401")
    assert Hold.objects.filter(active=False).values("invitation").distinct().count() == 2
    said = {write_agreed(row, operator, supervisor, NOW + 2 * HOUR) for row in rows}
    assert said == {"已重新确认 经办人登记"}


def test_what_may_be_told_is_told_and_refused_after_the_release(
    draw: Draw, operator: User, supervisor: User, time_machine: Any
) -> None:
    sealed, sitting = moved_beside_a_sealed_one(draw, operator)
    rows = list(draw.invitations.order_by("line"))
    there = [row for row in rows if expert_id_of(row) in sitting]
    last = there[-1]
    for row in rows:
        if row != last:
            write_agreed(row, operator, supervisor, NOW + 2 * HOUR)
    now = NOW + 3 * HOUR
    time_machine.move_to(now, tick=False)
    open_names_at(draw, now)
    release(draw_id=draw.pk, now=now, unanswered=True)
    draw.refresh_from_db()
    assert seats_to_replace([draw], now=now) == {}
    open_names_at(sealed, now)
    release(draw_id=sealed.pk, now=now, unanswered=True)
    mark = "改期后不能参加：时间冲突，应更换"
    draw.refresh_from_db()
    assert seats_to_replace([draw], now=now) == {row.pk: mark for row in there}
    page = login(Client(), operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert page.count(mark) == len(there)
    assert mark in write_agreed(last, operator, supervisor, now)
