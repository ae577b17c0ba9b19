"""Code that comes after the draw is told when the panel stands, and reads who it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, PanelRole
from expertpool.draws.events import PanelSettled
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.panel import members_of_panel, panel_stands
from expertpool.draws.services.names import release
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import abandon_draw
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import EVERYBODY, make_draw, make_ready_project, open_names_at
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, make_list
from tests.factories.widening import (
    accept_all,
    leave,
    make_short_panel,
    widen_to_everybody,
)
from tests.listening import listening

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=30)


def drawn(experts: int, *, seats: int = 2, standbys: int = 0) -> Draw:
    for _ in range(experts):
        make_expert()
    return make_draw(now=NOW, groups=[GroupInput("技术", seats, [EVERYBODY], standbys)])


def settled(*draws: Draw) -> PanelSettled:
    return PanelSettled((draws[0].project_id,), tuple(draw.pk for draw in draws))


def test_it_is_told_when_the_last_has_agreed_and_not_before() -> None:
    with listening(PanelSettled) as heard:
        draw = drawn(4)
        assert (heard, panel_stands(draw.project)) == ([], False)
        accept_all(draw, now=LATER)
        assert (heard, panel_stands(draw.project)) == ([settled(draw)], True)


def test_it_is_told_again_after_somebody_left_and_was_supplemented() -> None:
    draw = drawn(3)
    accept_all(draw, now=LATER)
    before = {member.invitation_id for member in members_of_panel(draw.project)}
    with listening(PanelSettled) as heard:
        leave(Invitation.objects.filter(draw=draw)[0], now=LATER)
        assert (heard, panel_stands(draw.project)) == ([], False)  # the next has to answer
        accept_all(draw, now=LATER)
        assert heard == [settled(draw)]
        now = {member.invitation_id for member in members_of_panel(draw.project)}
        assert len(now) == 2
        assert now != before


def test_it_is_told_again_when_nobody_came_after_who_left() -> None:
    draw = drawn(2)
    accept_all(draw, now=LATER)
    with listening(PanelSettled) as heard:
        leave(Invitation.objects.filter(draw=draw)[0], now=LATER)
    assert heard == [settled(draw)]
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    assert len(members_of_panel(draw.project)) == 1


def test_a_widened_draw_settles_the_panel_of_both() -> None:
    base = make_short_panel(now=NOW)
    with listening(PanelSettled) as heard:
        widened = widen_to_everybody(base, now=LATER)
        assert heard == []
        accept_all(widened, now=LATER)
        assert heard == [settled(base, widened)]
    members = members_of_panel(base.project)
    assert {member.draw_id for member in members} == {base.pk, widened.pk}
    assert [member.place for member in members] == [1, 2, 3, 4]


def test_voiding_leaves_the_panel_of_the_others_or_none(operator: User, supervisor: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    with listening(PanelSettled) as heard:
        for draw in (widened, base):
            asked = request_void(draw=draw, reason="有误", actor=operator, now=LATER)
            decide_void(request=asked, agree=True, note="", actor=supervisor, now=LATER)
    assert heard == [settled(base), PanelSettled((base.project_id,), ())]
    assert members_of_panel(base.project) == []
    assert not panel_stands(base.project)


def test_a_draw_given_up_before_its_order_had_no_panel(operator: User) -> None:
    for _ in range(2):
        make_expert()
    draw = make_draw(now=NOW, seats=2, contributors=["operator"])
    with listening(PanelSettled) as heard:
        abandon_draw(draw=draw, reason="有误", actor=operator, now=LATER)
    assert heard == []


def test_roles_are_told_once_the_panel_stands(operator: User) -> None:
    draw = drawn(2)
    first, second = Invitation.objects.filter(draw=draw)
    with listening(PanelSettled) as heard:
        set_panel_roles(draw=draw, roles={first.pk: "leader"}, actor=operator, now=LATER)
        assert heard == []
        accept_all(draw, now=LATER)
        set_panel_roles(draw=draw, roles={second.pk: "deputy"}, actor=operator, now=LATER)
        set_panel_roles(draw=draw, roles={second.pk: "deputy"}, actor=operator, now=LATER)
        assert heard == [settled(draw), settled(draw)]  # the second time nothing changed
    roles = [member.role for member in members_of_panel(draw.project)]
    assert roles == [PanelRole.LEADER, PanelRole.DEPUTY]


def test_a_list_that_persons_chose_settles_alike(operator: User, supervisor: User) -> None:
    allow_manual_ways()
    experts = [make_expert(), make_expert()]
    project = make_ready_project(now=NOW, seats=2)
    with listening(PanelSettled) as heard:
        draw = make_list(project, experts, actor=operator, second=supervisor, now=NOW)
        assert heard == []
        accept_all(draw, now=LATER)
        assert heard == [settled(draw)]
        leave(Invitation.objects.filter(draw=draw)[0], now=LATER)
        assert heard == [settled(draw), settled(draw)]
    assert len(members_of_panel(project)) == 1


def test_all_projects_of_a_batch_are_named(operator: User) -> None:
    for _ in range(4):
        make_expert()
    members = make_members(72, 73, now=NOW)
    batch = make_batch(members, now=NOW, seats=2)
    draw = draw_batch(batch, now=NOW)
    with listening(PanelSettled) as heard:
        accept_all(draw, now=LATER)
    assert heard == [PanelSettled(tuple(one.pk for one in draw.covered), (draw.pk,))]
    assert members_of_panel(members[0]) == members_of_panel(members[1]) != []


def test_members_have_names_only_once_these_are_released() -> None:
    draw = drawn(3, seats=2, standbys=1)
    accept_all(draw, now=LATER)
    sealed = members_of_panel(draw.project)
    assert [(one.place, one.is_standby, one.has_agreed) for one in sealed] == [
        (1, False, True),
        (2, False, True),
        (3, True, True),
    ]
    assert [(one.group, one.group_name) for one in sealed][1:] == [
        ("g1", "技术"),
        ("s1", "技术候补"),
    ]
    assert {(one.expert_id, one.name) for one in sealed} == {(None, "")}
    open_names_at(draw, LATER)
    assert release(draw_id=draw.pk, now=LATER, unanswered=True)
    named = members_of_panel(draw.project)
    assert all(one.expert_id and one.name for one in named)
    assert [one.invitation_id for one in named] == [one.invitation_id for one in sealed]
