"""What draws announce to whoever stands above."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.core import events
from expertpool.draws.enums import InvitationState
from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
KINDS = (DrawSealed, DrawEnded, InvitationAnswered, NamesReleased)


@pytest.fixture
def heard() -> Iterator[list[object]]:
    facts: list[object] = []
    for kind in KINDS:
        events._receivers[kind].append(facts.append)
    yield facts
    for kind in KINDS:
        events._receivers[kind].remove(facts.append)


def test_a_draw_announces_its_steps_once(heard: list[object]) -> None:
    now = timezone.now()
    make_expert()
    draw = make_draw(now=now, seats=1)
    row = Invitation.objects.get(draw=draw)
    assert heard == [DrawSealed(draw.pk)]
    record_answer(
        invitation=row,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=draw.operator,
        now=now,
        entropy=SeededEntropy(1),
    )
    assert heard[1:] == [InvitationAnswered(row.pk), DrawEnded(draw.pk)]
    for _ in range(2):
        release(draw_id=draw.pk, now=draw.reveal_at + timedelta(minutes=1))
    assert heard[3:] == [NamesReleased(draw.pk)]


def test_a_draw_that_is_given_up_or_voided_has_ended(heard: list[object]) -> None:
    now, operator = timezone.now(), make_user("operator")
    make_expert()
    project = make_ready_project(now=now, seats=1, contributors=["operator"])
    given_up = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
    abandon_draw(draw=given_up, reason="条件有误", actor=operator, now=now)
    assert heard == [DrawSealed(given_up.pk), DrawEnded(given_up.pk)]
    draw = make_draw(now=now, seats=1)
    request = request_void(draw=draw, reason="条件有误", actor=operator, now=now)
    decide_void(request=request, agree=True, note="", actor=make_user("supervisor"), now=now)
    assert heard[-1] == DrawEnded(draw.pk)
