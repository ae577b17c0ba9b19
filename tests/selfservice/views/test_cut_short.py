"""Whoever was invited so late that the panel sat before his time was over did not fail to answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.replies import expire_due
from expertpool.points.queries.facts import facts_of
from tests.draws.views.letters import link_of
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENING = NOW + timedelta(hours=5)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def draw(operator: User) -> Draw:
    """One seat, an hour to reply; no letter has gone out."""
    make_expert()
    return make_draw(
        now=NOW, operator=operator, seats=1, reply_minutes=60, opens_in_hours=5, reached=False
    )


def line_of(draw: Draw) -> Invitation:
    return Invitation.objects.get(draw=draw)


def end_at_opening(draw: Draw) -> Invitation:
    expire_due(draw_id=draw.pk, now=OPENING, entropy=SeededEntropy(1))
    return line_of(draw)


def page_at(draw: Draw, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        response = Client().get(link_of(line_of(draw)))
    assert response.status_code == 410
    return str(response.content.decode())


def test_seconds_before_the_opening_are_no_time_to_answer(draw: Draw) -> None:
    reach(draw, now=OPENING - timedelta(seconds=7))
    before = page_at(draw, OPENING)  # the job has not run yet
    line = end_at_opening(draw)
    assert line.state == InvitationState.CONFLICT
    assert line.told_state == InvitationState.NO_ANSWER  # when he was reached stays sealed
    for page in (before, page_at(draw, OPENING)):
        assert "评审已经开始，不能再答复；您来不及答复，不记为未答复" in page
        assert "递补" not in page
    draw.refresh_from_db()
    assert difference_in(draw) is None
    (left,) = (row.content for row in draw.events.all() if row.content["type"] == "exit")
    assert (left["reason"], left["reason_code"], left["via"]) == (
        "conflict",
        "panel_sits",
        "deadline",
    )
    draw.released_at = OPENING
    line.draw = draw
    assert line.told_state == InvitationState.CONFLICT
    assert not list(facts_of(draw))


def test_who_had_all_his_time_until_the_opening_has_not_answered(draw: Draw) -> None:
    reach(draw, now=OPENING - HOUR)
    assert line_of(draw).deadline_at == OPENING
    assert "邀请未在时限内答复，链接已停用" in page_at(draw, OPENING)
    assert end_at_opening(draw).state == InvitationState.NO_ANSWER


def test_nor_has_he_whose_draw_was_paused_in_his_time(draw: Draw, operator: User) -> None:
    reach(draw, now=OPENING - 90 * MINUTE)
    pause_draw(draw=draw, reason="停电检修", actor=operator, now=OPENING - 80 * MINUTE)
    resume_draw(draw=draw, reason="来电", actor=operator, now=OPENING - 20 * MINUTE)
    assert end_at_opening(draw).state == InvitationState.CONFLICT
