"""A sealed draw that waits for values says so to whoever gives them, and to who has to give it up in the end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawAlarm
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.sealing import (
    abandon_draw,
    ask_again_for_values,
    contribute,
    start_draw,
)
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.pool_changes import told
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENS = NOW + timedelta(hours=4)


@pytest.fixture
def draw(operator: User, supervisor: User) -> Draw:
    for n in range(4):
        make_expert(f"专家{n}")
    project = make_ready_project(
        now=NOW, seats=2, opens_in_hours=4, contributors=["operator", "supervisor"]
    )
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))


def letters(user: User) -> int:
    found = Message.objects.filter(recipient_key=recipient_key(user.username))
    return found.filter(occasion="draw.value").count()


def home_of(user: User) -> str:
    return login(Client(), user).get(reverse("portal:home")).content.decode()


@pytest.mark.shows("DRAW-16")
def test_who_gives_a_value_is_asked_at_the_seal_and_again_before_the_opening(
    draw: Draw, operator: User, supervisor: User
) -> None:
    # He who sealed it stands before its page.
    assert told([operator, supervisor], "draw.value") == [supervisor.name]
    body = Message.objects.filter(occasion="draw.value")[0].body
    assert draw.number in body
    assert "2026-11-24 13:00" in body
    job = ProcrastinateJob.objects.get(task_name="draws.ask_for_values")
    assert job.scheduled_at == NOW + timedelta(hours=2)  # within a day: half of the time
    contribute(
        draw=draw,
        role="supervisor",
        value="六",
        actor=supervisor,
        now=NOW + timedelta(hours=1),
        entropy=SeededEntropy(4),
    )
    ask_again_for_values(draw_id=draw.pk, now=NOW + timedelta(hours=2))
    assert (letters(operator), letters(supervisor)) == (1, 1)  # who gave his is left alone
    ask_again_for_values(draw_id=draw.pk, now=NOW + timedelta(hours=3))
    assert letters(operator) == 1
    ask_again_for_values(draw_id=draw.pk, now=OPENS)
    assert letters(operator) == 1


@pytest.mark.shows("DRAW-15")
def test_a_draw_that_was_never_ordered_is_told_and_given_up(
    draw: Draw, operator: User, supervisor: User, time_machine: Traveller
) -> None:
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    assert "等待您提供随机值" in home_of(supervisor)
    assert "未定序，评审已过" not in home_of(operator)
    sweep(now=OPENS - timedelta(minutes=1), entropy=SeededEntropy(5))
    assert not DrawAlarm.objects.exists()
    time_machine.move_to(OPENS + timedelta(minutes=1), tick=False)
    for minutes in (1, 2):
        sweep(now=OPENS + timedelta(minutes=minutes), entropy=SeededEntropy(5))
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.UNORDERED, None)
    assert told([operator, supervisor], "draw.alarm") == [operator.name, supervisor.name]
    for user in (operator, supervisor):
        page = home_of(user)
        assert "未定序，评审已过" in page
        assert "放弃" in page
        assert "等待您提供随机值" not in page
    page = login(Client(), operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "本次抽取只能由经办人放弃" in page
    abandon_draw(
        draw=draw, reason="无人提供随机值", actor=operator, now=OPENS + timedelta(minutes=3)
    )
    alarm.refresh_from_db()
    assert alarm.done_at == OPENS + timedelta(minutes=3)
    assert "未定序，评审已过" not in home_of(operator) + home_of(supervisor)
