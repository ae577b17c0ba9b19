"""Names stay sealed past their time while invitations wait for an answer, at the latest until the panel
sits: held back at night, paused, not reached or with time left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind, ReplyVia
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.models import Draw, Invitation, RevealRule
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, read_names, readable_draws, release
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.overdue import overdue
from expertpool.draws.services.pausing import pause_draw
from expertpool.draws.services.replies import answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NIGHT = timezone.make_aware(datetime(2026, 11, 24, 22, 5))  # noqa: DTZ001
DAY = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def drawn(operator: User, now: datetime, *, reached: bool = True, **plan: object) -> Draw:
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    return make_draw(
        now=now, operator=operator, seats=2, channels=("email",), reached=reached, **plan
    )


def is_sealed(draw: Draw, user: User, now: datetime) -> bool:
    """Whether nothing opens the names: no page, no job, and nothing is told to be late."""
    draw.refresh_from_db()
    late = [one for one in overdue(now=now + 2 * MINUTE) if one.kind == AlarmKind.RELEASE]
    readable = may_read(draw, user, now=now) or draw in readable_draws(user, now=now)
    return not (readable or late or release(draw_id=draw.pk, now=now))


def accept(row: Invitation, now: datetime) -> None:
    by = {"reason": "", "via": ReplyVia.LINK, "entropy": SeededEntropy(3)}
    answer(invitation=row, accept=True, now=now, **by)  # type: ignore[arg-type]


@pytest.mark.shows("EXP-39")
@pytest.mark.usefixtures("quiet_hours")
def test_names_of_a_draw_at_night_wait_for_the_morning(operator: User, client: Client) -> None:
    draw = drawn(
        operator, NIGHT, reached=False, opens_in_hours=12, reveal_hours=11, reply_minutes=60
    )
    morning = NIGHT.replace(hour=8, minute=0) + timedelta(days=1)
    assert draw.reveal_at == morning  # an hour of those that count
    assert is_sealed(draw, operator, NIGHT + 90 * MINUTE)
    assert is_sealed(
        draw, operator, morning + MINUTE
    )  # the worker was down, say: nobody was reached
    with pytest.raises(NamesSealed, match="邀请都有结果"):
        read_names(draw=draw, actor=operator, now=morning + MINUTE, purpose="查看")
    with time_machine.travel(morning + MINUTE, tick=False):
        page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    text = " ".join(page.content.decode().split())
    assert "名单等邀请都有结果后公开" in text
    assert "还有 2 位专家没有答复。 其中 2 位的邀请还没有送达" in text
    assert "最晚 2026-11-25 10:05（评审开始）" in text
    opening = draw.project.opening_at
    assert may_read(draw, operator, now=opening)
    assert release(draw_id=draw.pk, now=opening)


def test_a_pause_and_time_that_is_left_put_them_off(operator: User, supervisor: User) -> None:
    draw = drawn(operator, DAY, opens_in_hours=4, reveal_hours=3, reply_minutes=60)
    RevealRule.objects.create(role=supervisor.roles.get(), hours=3)
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=DAY + 20 * MINUTE)
    reveal = draw.reveal_at
    assert reveal == DAY + HOUR
    assert is_sealed(draw, operator, reveal + HOUR)
    assert is_sealed(draw, supervisor, reveal + HOUR)  # a role with hours of its own
    first, second = draw.invitations.order_by("line")
    accept(first, reveal + HOUR)
    assert is_sealed(draw, operator, reveal + HOUR)
    accept(second, reveal + HOUR)
    draw.refresh_from_db()
    assert may_read(draw, operator, now=reveal + HOUR)
    assert release(draw_id=draw.pk, now=reveal + HOUR)


def test_who_comes_after_one_that_declined_is_waited_for(operator: User) -> None:
    draw = drawn(operator, DAY, opens_in_hours=4, reveal_hours=3, reply_minutes=60)
    first, second = draw.invitations.order_by("line")
    accept(first, DAY)
    by = {"reason": "出差", "via": ReplyVia.LINK, "entropy": SeededEntropy(3)}
    answer(invitation=second, accept=False, now=DAY + 50 * MINUTE, **by)  # type: ignore[arg-type]
    assert is_sealed(draw, operator, draw.reveal_at)
    accept(draw.invitations.order_by("line").last(), draw.reveal_at + MINUTE)
    assert release(draw_id=draw.pk, now=draw.reveal_at + MINUTE)


def test_the_page_before_the_button_says_until_when(operator: User) -> None:
    make_expert()
    project = make_ready_project(now=DAY, seats=1, opens_in_hours=48, reveal_hours=24)
    outset = look_ahead(plan=plan_for(project), members=[project], actor=operator, now=DAY)
    assert (
        "名单保密到 2026-11-25 09:00、邀请都有结果时（最晚 2026-11-26 09:00 评审开始）"
        in outset.steps[-1]
    )
