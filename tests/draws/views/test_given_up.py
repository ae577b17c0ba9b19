"""A draw that was given up, or can only be given up, says what is so: nobody was ever on it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.core.exporting import EXPORTS
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.projects.models import Project
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-15")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENS = NOW + timedelta(hours=4)
LATER = OPENS + timedelta(days=5)


@pytest.fixture
def draw(operator: User, time_machine: Traveller) -> Draw:
    time_machine.move_to(NOW, tick=False)
    for _ in range(4):
        make_expert()
    project = make_ready_project(now=NOW, seats=2, opens_in_hours=4, contributors=["supervisor"])
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))


def page_of(draw: Draw, user: User) -> str:
    page = login(Client(), user).get(reverse("draws:detail", args=[draw.pk]))
    return page.content.decode()


def test_it_says_who_gave_it_up_and_why_and_shows_no_list(
    draw: Draw, operator: User, time_machine: Traveller
) -> None:
    time_machine.move_to(OPENS + timedelta(minutes=3), tick=False)
    abandon_draw(draw=draw, reason="监督人在外", actor=operator, now=timezone.now())
    page = page_of(draw, operator)
    assert f"2026-11-24 13:03：{operator}：监督人在外" in page
    assert "没有可抽取的专家" not in page
    assert "显示姓名" not in page
    assert "本次抽取在定序之前已放弃，没有抽过任何人" in page
    # No names of it will ever be public.
    room = login(Client(), operator).get(reverse("draws:room", args=[draw.pk])).content.decode()
    for text in (page, room):
        assert "没有抽取，没有名单" in text
        assert "2026-11-24 11:00 后" not in text
    project = reverse("projects:detail", args=[draw.project_id])
    evidence = login(Client(), operator).get(project, {"tab": "evidence"}).content.decode()
    assert "没有抽取，没有名单和抽取记录" in evidence
    assert "名单公开后有" not in evidence


def test_it_keeps_the_time_for_which_it_was_sealed(
    draw: Draw, operator: User, time_machine: Traveller
) -> None:
    time_machine.move_to(OPENS + timedelta(minutes=3), tick=False)
    abandon_draw(draw=draw, reason="监督人在外", actor=operator, now=timezone.now())
    Project.objects.update(opening_at=LATER)
    page = page_of(Draw.objects.get(pk=draw.pk), operator)
    assert "2026-11-24 13:00" in page
    assert "2026-11-29 13:00" not in page
    exporter = EXPORTS["draws.draws"]
    opening = next(one for one in exporter.columns if one.code == "opening")
    row = exporter.rows(operator, {}).get(pk=draw.pk)
    assert opening.value(row) == OPENS.astimezone(timezone.get_current_timezone()).replace(
        tzinfo=None
    )


def test_nobody_is_asked_for_a_value_once_it_is_too_late(
    draw: Draw, operator: User, time_machine: Traveller
) -> None:
    tab = f"{reverse('projects:detail', args=[draw.project_id])}?tab=draw"
    client = login(Client(), operator)
    assert "去提供随机值" in client.get(tab).content.decode()
    assert "请监督人用自己的账号登录后，在本页提供" in page_of(draw, operator)
    time_machine.move_to(OPENS, tick=False)
    page = page_of(draw, operator)
    assert "没有抽取，没有名单" in page
    assert "在本页提供" not in page
    assert "等待提供" not in page
    assert "评审开始时间已过，不能再抽取；请放弃本次抽取" in page
    text = client.get(tab).content.decode()
    assert "去提供随机值" not in text
    assert "等待提供随机值" not in text
    assert "评审开始时仍没有定序，只能放弃" in text
    room = client.get(reverse("draws:room", args=[draw.pk])).content.decode()
    assert "等待提供" not in room
