"""A list chosen by hand is sealed as a draw: whoever did not choose it learns no name by choosing others,
and nobody learns who declined (docs/decisions/0011)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawKind, ReplyVia
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.picking import lists_to_complete
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.voiding import request_void
from expertpool.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.picks import allow_manual_ways, make_list
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    allow_manual_ways()


@pytest.fixture
def units() -> list[list[Expert]]:
    """Four employers, each with two experts."""
    employers = [make_unit(f"第{n}设计院") for n in range(4)]
    return [[make_expert(employer=one) for _ in range(2)] for one in employers]


def choose(units: list[list[Expert]], admin: User, supervisor: User, **more: Any) -> Draw:
    """The first of each of three employers, chosen by ``admin``."""
    project = make_ready_project(now=NOW, seats=3, unit_cap=1)
    chosen = [one[0] for one in units[:3]]
    return make_list(project, chosen, actor=admin, second=supervisor, now=NOW, **more)


def decline(draw: Draw, expert: Expert) -> None:
    rows = Invitation.objects.filter(draw=draw)
    row = next(row for row in rows if expert_id_of(row) == expert.pk)
    answer(
        invitation=row,
        accept=False,
        reason="工作冲突",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(1),
    )


def ask(client: Client, draw: Draw, expert: Expert, **more: str) -> HttpResponse:
    data = {"reason": "补选", "pick": f"g1:{expert.pk}"} | more
    return client.post(reverse("draws:pick_more", args=[draw.pk]), data, follow=True)


def told(answer: HttpResponse) -> list[str]:
    """Line by line, without what is new in each answer."""
    return [line for line in answer.content.decode().splitlines() if "csrf" not in line]


@pytest.mark.shows("DRAW-04")
def test_who_did_not_choose_it_is_offered_and_refused_nobody(
    client: Client, admin: User, supervisor: User, units: list[list[Expert]]
) -> None:
    draw = choose(units, admin, supervisor)
    decline(draw, units[0][0])
    another = make_user("admin")
    page = login(client, another).get(reverse("draws:pick_more", args=[draw.pk]), follow=True)
    assert "只能由选定或确认过全部人选的人另选" in page.content.decode()
    for expert in (one for ones in units for one in ones):
        assert expert.number not in page.content.decode()
    on_it, free = units[1][0], units[3][0]
    for more in ({}, {"op": "search"}):
        one, other = (told(ask(client, draw, expert, **more)) for expert in (on_it, free))
        assert [line for line in one if line not in other] == []
    assert lists_to_complete(another, now=NOW) == []
    assert lists_to_complete(admin, now=NOW) == [draw]
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert lists_to_complete(another, now=NOW) == [draw]
    assert "已提交" in ask(client, draw, free).content.decode()


def refusals(client: Client, draw: Draw, units: list[list[Expert]]) -> list[tuple[bool, bool]]:
    """Of the colleague of each who was chosen: whether he is refused, for the cap."""
    said = [ask(client, draw, colleague).content.decode() for _, colleague in units[:3]]
    return [("同一单位最多 1 人" in text, "退出的也算在内" in text) for text in said]


@pytest.mark.parametrize("exit_of", range(3))
def test_who_chose_it_learns_not_by_the_cap_of_employers_who_declined(
    client: Client, admin: User, supervisor: User, units: list[list[Expert]], exit_of: int
) -> None:
    draw = choose(units, admin, supervisor)
    decline(draw, units[exit_of][0])
    login(client, admin)
    assert refusals(client, draw, units) == [(True, True)] * 3


@pytest.mark.parametrize("exit_of", range(3))
def test_nor_by_what_an_allocation_proposes(
    client: Client, admin: User, supervisor: User, units: list[list[Expert]], exit_of: int
) -> None:
    draw = choose(units, admin, supervisor, kind=DrawKind.ALLOCATED)
    decline(draw, units[exit_of][0])
    page = login(client, admin).get(reverse("draws:pick_more", args=[draw.pk])).content.decode()
    proposed = re.findall(r'value="g1:(\d+)"[^>]* checked', page.replace("\n", " "))
    assert proposed == [str(units[3][0].pk)]


def test_nor_by_the_line_that_is_left(
    admin: User, supervisor: User, units: list[list[Expert]]
) -> None:
    chosen = [one[0].pk for one in units[:3]]
    orders = set()
    for hours in range(6):
        project = make_ready_project(now=NOW, opens_in_hours=72 + 24 * hours, seats=3)
        experts = list(Expert.objects.filter(pk__in=chosen).order_by("pk"))
        draw = make_list(project, experts, actor=admin, second=supervisor, now=NOW)
        rows = Invitation.objects.filter(draw=draw).order_by("line")
        orders.add(tuple(expert_id_of(row) for row in rows))
    assert len(orders) > 1


def test_why_a_list_is_void_names_nobody_of_it(
    units: list[list[Expert]], admin: User, supervisor: User, operator: User
) -> None:
    """Who may not read the names reads the reason; who does not know them learns nothing by a refusal."""
    draw = choose(units, admin, supervisor)
    named = f"原专家 {' '.join(units[0][0].name)} 不合适"
    with pytest.raises(VoidRefused, match="不能写出名单中专家的姓名"):
        request_void(draw=draw, reason=named, actor=admin, now=NOW)
    assert request_void(draw=draw, reason=named, actor=operator, now=NOW).reason == named
