"""Requests of which nothing could come are not taken, and none says by its end what the page hides."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReleaseRefused, RescheduleRefused
from expertpool.draws.models import AnswerRequest, Draw, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.earlier import move_or_ask
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.notifications.models import Message
from expertpool.workflow.settings import OBJECTION_MINUTES
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


@pytest.fixture
def draw(operator: User, supervisor: User) -> Draw:
    for n in range(4):
        make_expert(f"专家{n}")
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=10, reveal_hours=2)
    configure(OBJECTION_MINUTES, 10)
    return draw


def agree_all(draw: Draw) -> None:
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW + MINUTE,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()


def earlier(draw: Draw, opening: datetime, operator: User) -> None:
    move_or_ask(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, opening, "北楼")],
        reason="领导出差",
        actor=operator,
        now=NOW + MINUTE,
        entropy=SeededEntropy(7),
    )


@pytest.mark.shows("DRAW-15")
def test_a_time_before_anybody_may_agree_is_not_asked_for(
    draw: Draw, operator: User, supervisor: User
) -> None:
    told = Message.objects.count()
    with pytest.raises(RescheduleRefused, match=r"09:11 起才能确认，而它 .*09:09 就失效"):
        earlier(draw, NOW + 9 * MINUTE, operator)
    assert Message.objects.count() == told
    earlier(draw, NOW + 20 * MINUTE, operator)
    assert Message.objects.count() > told


@pytest.mark.shows("DRAW-14")
def test_names_that_open_before_anybody_may_agree_are_not_asked_for(
    draw: Draw, operator: User, supervisor: User
) -> None:
    soon = draw.reveal_at - 5 * MINUTE
    agree_all(draw)
    with pytest.raises(ReleaseRefused, match="自行公开"):
        request_release(draw=draw, reason="评审提前", actor=operator, now=soon)
    request_release(draw=draw, reason="评审提前", actor=operator, now=draw.reveal_at - 15 * MINUTE)


@pytest.mark.shows("DRAW-14", "DRAW-16")
def test_a_request_for_an_answer_ends_when_all_may_answer(draw: Draw, operator: User) -> None:
    for n in (4, 5):
        make_expert(f"专家{n}")
    later = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reached=False)
    first, second = later.invitations.order_by("line")
    # The letter of the first goes out at once, that of the second some minutes later.
    Invitation.objects.filter(pk=second.pk).update(state="accepted")
    reach(later, now=NOW)
    Invitation.objects.filter(pk=second.pk).update(state="invited")
    reach(later, now=NOW + 7 * MINUTE)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.deadline_at < second.deadline_at
    shown = {row.told_until for row in board_of(later).lines}
    for row in (first, second):
        request_answer(
            invitation=row,
            state=InvitationState.DECLINED,
            ground="时间冲突",
            reason="",
            actor=operator,
            now=NOW + 8 * MINUTE,
        )
    assert set(AnswerRequest.objects.values_list("expires_at", flat=True)) == shown
    assert len(shown) == 1


def test_once_names_are_public_it_ends_with_its_own_line(draw: Draw, operator: User) -> None:
    agree_all(draw)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    request = request_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.REPLACED,
        ground="联系不上",
        reason="",
        actor=operator,
        now=draw.reveal_at + MINUTE,
    )
    assert request.expires_at == draw.project.opening_at
