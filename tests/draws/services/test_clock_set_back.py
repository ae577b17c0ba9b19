"""The clock of the machine was ahead and is set back, or that of another machine differs: what was done before has a
later time, and nothing of it is false."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation, VoidRequest
from expertpool.draws.services import replies
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import make_expert
from vdraw.verify import find_difference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
AHEAD = NOW + 20 * MINUTE


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats and a standby, an hour to reply, of seven; the panel sits in three days."""
    for _ in range(7):
        make_expert()
    groups = [GroupInput("技术", 2, [EVERYBODY], 1)]
    return make_draw(now=NOW, operator=operator, groups=groups, reply_minutes=60)


def reply(row: Invitation, now: datetime, *, accept: bool = False) -> None:
    replies.answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(row.pk),
    )


def asked(draw: Draw) -> Iterator[Invitation]:
    while row := draw.invitations.filter(state=InvitationState.INVITED).order_by("line").first():
        yield row


def check(draw: Draw) -> None:
    assert difference_in(Draw.objects.get(pk=draw.pk), anew=True) is None


def test_who_comes_after_an_exit_of_a_later_time_makes_no_record_false(draw: Draw) -> None:
    """He is invited at a time before that of the step by which he is."""
    first, second, _ = draw.invitations.order_by("line")
    reply(first, AHEAD)
    reply(second, NOW + MINUTE)
    check(draw)
    for row in asked(draw):
        reply(row, NOW + 2 * MINUTE, accept=True)
    check(draw)
    assert find_difference(build_record(Draw.objects.get(pk=draw.pk))) is None


def test_nor_who_moves_up_or_is_called_off(draw: Draw, operator: User) -> None:
    first, second, standby = draw.invitations.order_by("line")
    reply(standby, AHEAD, accept=True)
    reply(first, AHEAD)
    reply(second, NOW + MINUTE)
    check(draw)
    request_void(draw=draw, reason="需求变更", actor=operator, now=NOW + 2 * MINUTE)
    decide_void(
        request=VoidRequest.objects.get(draw=draw),
        agree=True,
        note="",
        actor=make_user("supervisor"),
        now=NOW + 30 * MINUTE,
    )
    assert Draw.objects.get(pk=draw.pk).status == DrawStatus.VOID
    check(draw)


@pytest.mark.parametrize("name", ["invited_at", "replied_at"])
def test_a_time_that_somebody_else_writes_is_told_all_the_same(draw: Draw, name: str) -> None:
    first, second, _ = draw.invitations.order_by("line")
    reply(first, AHEAD)
    reply(second, NOW + MINUTE)
    row = draw.invitations.order_by("-line").first() if name == "invited_at" else second
    assert row is not None
    Invitation.objects.filter(pk=row.pk).update(**{name: NOW - 5 * MINUTE})
    assert "时间" in (difference_in(Draw.objects.get(pk=draw.pk)) or "")
