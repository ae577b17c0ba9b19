"""Sealed names: nobody reads them before his time, every look is logged, release happens once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.models import Draw, Invitation, RevealRule
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import (
    may_read,
    read_names,
    readable_invitations,
    release,
)
from expertpool.draws.services.records import build_record
from tests.factories.answers import record_answer
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def draw() -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, seats=2, opens_in_hours=10, reveal_hours=2)


def test_names_open_at_the_reveal_time_and_not_before(draw: Draw, operator: User) -> None:
    before, at = NOW + timedelta(hours=7, minutes=59), NOW + timedelta(hours=8)
    assert not may_read(draw, operator, now=before)
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=operator, now=before, purpose="查看")
    assert may_read(draw, operator, now=at)


@pytest.mark.parametrize("who", ["finance", "department_user"])
def test_who_lacks_the_right_never_reads_them(
    draw: Draw, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert not may_read(draw, user, now=NOW + timedelta(days=30))


def test_a_role_may_have_a_time_of_its_own(draw: Draw, operator: User, supervisor: User) -> None:
    RevealRule.objects.create(role=supervisor.roles.get(), hours=5)
    at = NOW + timedelta(hours=5)
    assert may_read(draw, supervisor, now=at)
    assert not may_read(draw, operator, now=at)


def test_every_look_is_logged_with_its_purpose(draw: Draw, operator: User) -> None:
    rows = read_names(draw=draw, actor=operator, now=NOW + timedelta(hours=8), purpose="打印抽取表")
    assert [row.expert.pk for row in rows] == [
        expert_id_of(row) for row in Invitation.objects.filter(draw=draw)
    ]
    entry = Entry.objects.get(action="draw.names")
    assert (entry.actor, entry.note) == (operator, "打印抽取表")


def test_release_fills_the_experts_once_and_only_in_time(draw: Draw, operator: User) -> None:
    assert not release(draw_id=draw.pk, now=draw.reveal_at - timedelta(seconds=1))
    assert not Invitation.objects.exclude(expert=None).exists()
    for row in Invitation.objects.filter(draw=draw):
        record_answer(
            invitation=row,
            state=InvitationState.ACCEPTED,
            reason="电话确认",
            actor=operator,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    assert build_record(draw)["openings"] == []

    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert not release(draw_id=draw.pk, now=draw.reveal_at)
    rows = Invitation.objects.filter(draw=draw)
    assert [row.expert_id for row in rows] == [expert_id_of(row) for row in rows]
    draw.refresh_from_db()
    refs = {opening["ref"] for opening in build_record(draw)["openings"]}
    assert refs == {row.expert.number for row in rows if row.expert}


def test_messages_of_a_sealed_draw_are_unreadable(draw: Draw, operator: User) -> None:
    ids = {str(row.pk) for row in Invitation.objects.filter(draw=draw)}
    with time_machine.travel(draw.reveal_at - timedelta(seconds=1), tick=False):
        assert readable_invitations(operator, ids) == set()
    with time_machine.travel(draw.reveal_at, tick=False):
        assert readable_invitations(operator, ids) == ids


@pytest.mark.parametrize("more", [0, 2])
def test_which_messages_may_be_read_is_asked_once_for_all_draws(
    draw: Draw, operator: User, more: int, django_assert_num_queries: Any
) -> None:
    for at in range(1, 1 + more):
        make_draw(now=NOW, seats=2, opens_in_hours=10 + 20 * at, reveal_hours=2 + 20 * at)
    ids = {str(row.pk) for row in Invitation.objects.all()}
    assert len(ids) == 2 + 2 * more
    assert operator.grants  # they are read once
    # Two of them ask when the sweep ran last, and for pauses.
    with time_machine.travel(draw.reveal_at, tick=False), django_assert_num_queries(6):
        assert readable_invitations(operator, ids) == ids
