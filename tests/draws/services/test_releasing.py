"""Names are made public early by two persons with a reason, and by nobody alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import NamesSealed, ReleaseRefused
from expertpool.draws.models import Draw, Invitation, ReleaseRequest, RevealRule
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.hands import hand_steps_of
from expertpool.draws.services.names import may_read, read_names, release
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.settings import REVEAL_EARLIEST
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=2)


def ask(draw: Draw, operator: User) -> ReleaseRequest:
    return request_release(draw=draw, reason="评审提前", actor=operator, now=LATER)


def agree(request: ReleaseRequest, actor: User) -> None:
    decide_release(request=request, agree=True, note="", actor=actor, now=LATER)


def test_two_persons_open_nothing_before_the_earliest_time_that_was_sealed(
    operator: User, supervisor: User
) -> None:
    for _ in range(4):
        make_expert()
    configure(REVEAL_EARLIEST, 4)
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=2)
    configure(REVEAL_EARLIEST, 720)  # too late for what is sealed
    with pytest.raises(
        ReleaseRefused, match=r"最早在评审前 4 小时公开，2026-11-26 05:00 之前不能提前公开"
    ):
        ask(draw, operator)
    assert (
        "最早在评审前 4 小时"
        in actions_for(draw, operator, now=LATER)[ActionCode.ASK_RELEASE].why_not
    )
    in_time = NOW + timedelta(hours=44)
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=in_time)
    decide_release(request=asked, agree=True, note="", actor=supervisor, now=in_time)
    draw.refresh_from_db()
    assert draw.released_at == in_time


@pytest.mark.shows("DRAW-14")
def test_two_persons_make_names_public_at_once(
    draw: Draw, operator: User, supervisor: User
) -> None:
    request, steps = ask(draw, operator), hand_steps_of(draw)
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=supervisor, now=LATER, purpose="查看")
    agree(request, supervisor)
    draw.refresh_from_db()
    assert (draw.reveal_at, draw.released_at) == (LATER, LATER)
    assert hand_steps_of(draw) == steps + 1
    for row in Invitation.objects.filter(draw=draw):
        assert row.expert_id == expert_id_of(row)
    assert len(read_names(draw=draw, actor=operator, now=LATER, purpose="查看")) == 2
    assert request.decided_by == supervisor
    entry = Entry.objects.get(action="draw.release_early")
    assert (entry.actor, entry.note) == (supervisor, "评审提前")
    assert entry.before != entry.after
    assert Entry.objects.get(action="draw.release_request").actor == operator


def test_nobody_does_it_alone_and_the_attempt_is_logged(draw: Draw, operator: User) -> None:
    request = ask(draw, operator)
    with pytest.raises(ReleaseRefused, match="两人"):
        agree(request, operator)
    draw.refresh_from_db()
    assert draw.released_at is None
    assert not may_read(draw, operator, now=LATER)
    assert "提前公开名单" in Entry.objects.get(action="draw.refused").note
    with pytest.raises(IntegrityError), transaction.atomic():
        ReleaseRequest.objects.update(decided_by=operator, decided_at=LATER, agreed=True)


def test_a_role_with_a_time_of_its_own_keeps_it(
    draw: Draw, operator: User, supervisor: User, auditor: User
) -> None:
    RevealRule.objects.create(role=auditor.roles.get(), hours=0)
    agree(ask(draw, operator), supervisor)
    draw.refresh_from_db()
    assert may_read(draw, operator, now=LATER)
    assert not may_read(draw, auditor, now=LATER)


def test_a_request_needs_a_reason_and_is_the_only_open_one(draw: Draw, operator: User) -> None:
    with pytest.raises(ReleaseRefused, match="原因"):
        request_release(draw=draw, reason=" ", actor=operator, now=LATER)
    ask(draw, operator)
    with pytest.raises(ReleaseRefused, match="待确认"):
        ask(draw, operator)


def test_turned_down_nothing_changes(draw: Draw, operator: User, supervisor: User) -> None:
    request = ask(draw, operator)
    decide_release(request=request, agree=False, note="未到时间", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    assert draw.released_at is None
    with pytest.raises(ReleaseRefused, match="已经有人处理"):
        agree(request, supervisor)
    ask(draw, operator)


def test_time_and_voiding_end_a_request(draw: Draw, operator: User, supervisor: User) -> None:
    request = ask(draw, operator)
    void = request_void(draw=draw, reason="有误", actor=operator, now=LATER)
    decide_void(request=void, agree=True, note="", actor=supervisor, now=LATER)
    with pytest.raises(ReleaseRefused, match="已经有人处理"):
        agree(request, supervisor)
    with pytest.raises(ReleaseRefused, match="没有作废"):
        ask(draw, operator)

    other = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=72)
    request = ask(other, operator)
    release(draw_id=other.pk, now=other.reveal_at)
    request.refresh_from_db()
    assert (request.decided_at, request.decided_by) == (other.reveal_at, None)
    with pytest.raises(ReleaseRefused, match="已经公开"):
        ask(other, operator)
