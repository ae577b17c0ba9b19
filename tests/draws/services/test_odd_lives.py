"""Lives of a draw that nobody plans: after each step the record holds before all who check it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.checking import difference_in, looks_bent
from expertpool.draws.services.emergency import (
    decide_emergency,
    decide_emergency_end,
    request_emergency,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.answers import record_answer
from tests.factories.draws import EVERYBODY, make_draw, reach
from tests.factories.experts import make_expert
from tests.factories.widening import accept_all, reply

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_seeds = count(40)


def whole(draw: Draw) -> list[str]:
    """What each check says of ``draw`` after a step; nothing where all hold."""
    draw.refresh_from_db()
    found = difference_in(draw)
    return [*filter(None, [found]), *(["bent"] if looks_bent(draw) else [])]


def move(draw: Draw, actor: User, days: int, at: datetime) -> None:
    draw.refresh_from_db()
    meeting = NewMeeting(draw.project_id, draw.project.opening_at + days * DAY, f"{days} 楼")
    reschedule(
        draw=draw,
        meetings=[meeting],
        reason="供应商答疑延期",
        actor=actor,
        now=at,
        entropy=SeededEntropy(next(_seeds)),
    )
    draw.refresh_from_db()


def waiting(draw: Draw) -> Invitation:
    found = draw.invitations.filter(state=InvitationState.INVITED).order_by("line").first()
    assert found
    return found


def steps(draw: Draw, operator: User, supervisor: User) -> Iterator[str]:
    """Each thing that happens, one after the other; yields what it was."""
    for minutes in (30, 40):
        by = {"draw": draw, "reason": "开标提前", "actor": operator, "now": NOW}
        asked = request_emergency(minutes=minutes, **by)
        decide_emergency(
            request=asked, agree=True, note="", actor=supervisor, now=NOW, entropy=SeededEntropy(7)
        )
        yield f"an emergency of {minutes} minutes"
        if minutes == 30:
            end = request_emergency_end(**by)
            decide_emergency_end(request=end, agree=True, note="", actor=supervisor, now=NOW)
            yield "taken back"
    reply(waiting(draw), accept=False, now=NOW + MINUTE)
    yield "declined and supplemented"
    accept_all(draw, now=NOW + 2 * MINUTE)
    yield "ended"
    move(draw, operator, 2, NOW + 3 * MINUTE)
    yield "moved after a supplement"
    reach(draw, now=NOW + 3 * MINUTE)
    record_answer(
        invitation=waiting(draw),
        state=InvitationState.REPLACED,
        reason="突发疾病",
        actor=operator,
        now=NOW + 4 * MINUTE,
        entropy=SeededEntropy(next(_seeds)),
    )
    yield "replaced by hand after a move"
    reply(waiting(draw), accept=False, now=NOW + 5 * MINUTE)
    yield "cannot come at the new time"
    accept_all(draw, now=NOW + 6 * MINUTE)
    draw.refresh_from_db()
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    yield "names open"
    at = draw.reveal_at + MINUTE
    move(draw, operator, 3, at)
    yield "moved once names were open"
    accept_all(draw, now=at + MINUTE)
    draw.refresh_from_db()
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    yield "names open again"
    at = draw.reveal_at + MINUTE
    void = request_void(draw=draw, reason="条件有误", actor=operator, now=at)
    decide_void(request=void, agree=True, note="", actor=supervisor, now=at)
    yield "void"


@pytest.mark.shows("DRAW-11")
def test_an_odd_life_holds_after_each_step(operator: User, supervisor: User) -> None:
    for _ in range(9):
        make_expert()
    groups = [GroupInput("综合", 2, [EVERYBODY], standby_seats=1)]
    draw = make_draw(now=NOW, operator=operator, groups=groups, opens_in_hours=30)
    told = {step: whole(draw) for step in steps(draw, operator, supervisor)}
    assert {step: found for step, found in told.items() if found} == {}
    assert len(told) == 12
