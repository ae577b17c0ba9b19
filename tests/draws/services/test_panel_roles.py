"""Roles of the panel: set for several at once, one leader; the record stays as it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState, PanelRole
from expertpool.draws.exceptions import RolesRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.records import build_record
from expertpool.draws.services.sheets import build_sheet
from expertpool.projects.enums import RegimeOption
from expertpool.projects.settings import ALLOWED
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LEADER, DEPUTY, MEMBER = PanelRole.LEADER, PanelRole.DEPUTY, PanelRole.MEMBER


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=3)


def roles_of(draw: Draw) -> list[str]:
    return list(draw.invitations.order_by("line").values_list("panel_role", flat=True))


def set_roles(draw: Draw, roles: dict[int, str], actor: User) -> list[Invitation]:
    """``roles`` by line."""
    ids = dict(draw.invitations.values_list("line", "pk"))
    roles = {ids[line]: role for line, role in roles.items()}
    return set_panel_roles(draw=draw, roles=roles, actor=actor, now=NOW)


def answer_all(draw: Draw, operator: User, state: InvitationState) -> None:
    for row in Invitation.objects.filter(draw=draw):
        record_answer(
            invitation=row,
            state=state,
            reason="电话",
            actor=operator,
            now=NOW,
            entropy=SeededEntropy(1),
        )


@pytest.mark.shows("DRAW-29")
def test_roles_are_set_for_several_at_once_and_change_hands(draw: Draw, operator: User) -> None:
    set_roles(draw, {1: LEADER, 2: DEPUTY, 3: MEMBER}, operator)
    assert roles_of(draw) == [LEADER, DEPUTY, MEMBER]
    changed = set_roles(draw, {1: MEMBER, 2: LEADER}, operator)
    assert [row.line for row in changed] == [1, 2]
    assert roles_of(draw) == [MEMBER, LEADER, MEMBER]
    entry = Entry.objects.filter(action="draw.roles").order_by("pk").last()
    assert entry
    assert entry.after == {
        f"{draw.number} 第 1 行": "委员",
        f"{draw.number} 第 2 行": "组长",
    }


@pytest.mark.shows("DRAW-29")
def test_a_panel_has_one_leader(draw: Draw, operator: User) -> None:
    with pytest.raises(RolesRefused, match="只能有一名组长"):
        set_roles(draw, {1: LEADER, 2: LEADER}, operator)
    assert roles_of(draw) == ["", "", ""]
    with pytest.raises(IntegrityError):
        draw.invitations.update(panel_role=LEADER)


@pytest.mark.shows("DRAW-29")
def test_where_the_regime_asks_for_a_leader_there_is_one(
    draw: Draw, operator: User, admin: User
) -> None:
    configure(ALLOWED[draw.project.regime], (RegimeOption.ONE_LEADER.value,))
    with pytest.raises(RolesRefused, match="必须有一名组长"):
        set_roles(draw, {1: MEMBER}, operator)
    set_roles(draw, {1: LEADER}, operator)


def test_who_left_has_no_role_and_another_may_lead(draw: Draw, operator: User) -> None:
    set_roles(draw, {1: LEADER}, operator)
    record_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.DECLINED,
        reason="电话",
        actor=operator,
        now=NOW,
        entropy=SeededEntropy(1),
    )
    with pytest.raises(RolesRefused, match="退出"):
        set_roles(draw, {1: MEMBER}, operator)
    set_roles(draw, {2: LEADER}, operator)
    assert roles_of(draw) == [LEADER, LEADER, ""]


@pytest.mark.shows("DRAW-29")
def test_roles_stand_on_the_sheet_and_leave_the_record_alone(draw: Draw, operator: User) -> None:
    answer_all(draw, operator, InvitationState.ACCEPTED)
    draw.refresh_from_db()
    before = build_record(draw)
    set_roles(draw, {2: LEADER}, operator)
    assert build_record(draw) == before
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at + timedelta(minutes=1))
    roles = [row.remark.partition("，代登记")[0] for row in sheet.rows]
    assert roles == ["综合", "组长，综合", "综合"]
