"""A panel that was found, and lacks somebody again, is told to whoever runs and supervises its draw."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, ReplyVia
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer, take_leave
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.pool_changes import told

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(minutes=20)


def found(operator: User, experts: int) -> Draw:
    for n in range(experts):
        make_expert(f"专家{n}")
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=10, leave_hours=0)
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=SOON,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    return draw


def leave(draw: Draw) -> Expert:
    row = draw.invitations.get(line=1)
    take_leave(
        invitation=row, reason="急病", via=ReplyVia.LINK, now=LATER, entropy=SeededEntropy(2)
    )
    draw.refresh_from_db()
    return Expert.objects.get(pk=expert_id_of(row))


@pytest.mark.shows("DRAW-15")
def test_who_runs_and_who_supervises_hears_that_a_found_panel_lacks_somebody(
    operator: User, supervisor: User
) -> None:
    draw = found(operator, experts=4)
    assert not Message.objects.filter(occasion="draw.reopened").exists()
    expert = leave(draw)
    assert draw.status == DrawStatus.INVITING
    assert told([operator, supervisor], "draw.reopened") == [operator.name, supervisor.name]
    message = Message.objects.filter(occasion="draw.reopened")[0]
    # Neither who nor whose seat: names are sealed.
    for word in (expert.name, "第 1 位", "请假"):
        assert word not in message.subject + message.body


def test_a_panel_that_cannot_be_filled_again_is_told_once(operator: User, supervisor: User) -> None:
    draw = found(operator, experts=2)
    leave(draw)
    assert draw.status == DrawStatus.UNSATISFIED
    assert told([operator, supervisor], "draw.short") == [operator.name, supervisor.name]
    assert not Message.objects.filter(occasion="draw.reopened").exists()
