"""A panel that several draws found: late exits, voiding, roles, sheets, batches."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode, DrawStatus, InvitationState, PanelRole
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.draws.services.sheet_values import draw_sheet_values
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.widening import widen_plan
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from expertpool.projects.queries.archive import obstacles
from expertpool.projects.queries.measures import with_details, with_measures
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import come_back, make_expert, make_unit
from tests.factories.widening import (
    JUNIOR,
    OTHER,
    SENIOR,
    accept_all,
    leave,
    make_pool,
    make_short_draw,
    make_short_panel,
    make_short_while_somebody_waits,
    people,
    reply,
    state_of,
    widen_to,
    widen_to_everybody,
)
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=30)


@pytest.mark.shows("DRAW-34", "DRAW-31")
def test_who_leaves_the_first_draw_later_is_supplemented_from_its_order() -> None:
    """技术 was short and is completed; then somebody of 经济 leaves, whose group has a reserve."""
    make_pool(2, 2, 3)
    base = make_short_draw(now=NOW)
    widened = widen_to(base, now=LATER, g1=[SENIOR, OTHER])
    accept_all(widened, now=LATER)
    row = Invitation.objects.get(draw=base, group="g2")
    leave(row, now=LATER)
    assert state_of(base) == DrawState.DRAWING
    accept_all(base, now=LATER)
    assert base.status == DrawStatus.UNSATISFIED  # its own record still lacks one
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    assert find_difference(build_record(base)) is None


@pytest.mark.shows("DRAW-34", "DRAW-33")
def test_where_its_order_has_nobody_the_panel_is_short_again_and_widened_again() -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    leave(Invitation.objects.get(draw=base, group="g2"), now=LATER)
    assert state_of(base) == DrawState.UNSATISFIED
    found = shortfall_of(Project.objects.get(pk=base.project_id))
    assert found
    assert found.lacking == {"g2": 1}
    third = widen_to(widened, now=LATER, g2=[EVERYBODY])
    accept_all(third, now=LATER)
    assert third.rule.widens == widened.number
    assert [group.code for group in third.rule.groups] == ["g2"]
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT


@pytest.mark.shows("DRAW-34")
def test_a_skipped_candidate_does_not_take_a_seat_that_another_draw_filled() -> None:
    base, waiting = make_short_while_somebody_waits(now=NOW)
    widened = widen_to(base, now=LATER, g1=[SENIOR, OTHER])
    accept_all(widened, now=LATER)
    come_back(waiting, now=LATER)  # free again, and next in the order
    leave(Invitation.objects.get(draw=base, group="g2", state=InvitationState.ACCEPTED), now=LATER)
    accept_all(base, now=LATER)
    assert waiting not in people(base)
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    skips = base.events.filter(content__type="skip", content__reason="ineligible")
    assert skips.count() == 1
    assert find_difference(build_record(base)) is None


def test_who_declined_the_widened_draw_is_not_asked_by_the_first_one() -> None:
    """A reserve of 经济, drawn by widened 技术, declined: 经济 does not call him a second time."""
    make_pool(2, 2)
    base = make_short_draw(now=NOW)
    widened = widen_to(base, now=LATER, g1=[EVERYBODY])
    (reserve,) = people(widened)
    reply(Invitation.objects.get(draw=widened), accept=False, now=LATER)
    leave(Invitation.objects.get(draw=base, group="g2", state=InvitationState.ACCEPTED), now=LATER)
    base.refresh_from_db()
    assert reserve not in people(base)
    assert state_of(base) == DrawState.UNSATISFIED


@pytest.mark.shows("DRAW-34")
def test_a_later_supplement_respects_the_units_of_the_whole_panel() -> None:
    unit = make_unit("市设计院")
    make_expert(title_level=4)
    juniors = [make_expert(title_level=3), make_expert(title_level=3, employer=unit)]
    base = make_short_draw(
        now=NOW,
        groups=[GroupInput("技术", 2, [SENIOR]), GroupInput("经济", 1, [JUNIOR])],
        unit_cap=1,
        seed=1,
    )
    if people(base, group="g2") == [juniors[1].pk]:
        Expert.objects.filter(pk=juniors[0].pk).update(employer=unit)
        Expert.objects.filter(pk=juniors[1].pk).update(employer=None)
    colleague = make_expert(title_level=1, employer=unit)
    widened = widen_to(base, now=LATER, g1=[SENIOR, OTHER])
    accept_all(widened, now=LATER)
    assert people(widened) == [colleague.pk]
    leave(Invitation.objects.get(draw=base, group="g2"), now=LATER)
    assert len(people(base, group="g2")) == 1  # the reserve works for the same unit
    assert not DrawPause.objects.exists()
    assert state_of(base) == DrawState.UNSATISFIED


def test_a_supplement_follows_the_sealed_conditions_not_the_widened_ones(operator: User) -> None:
    """Who waited has another title now: he fits the wider conditions, but not those of the seal."""
    base, waiting = make_short_while_somebody_waits(now=NOW)
    levels = {"g1": [SENIOR, EVERYBODY]}
    widen_plan(project=base.project, levels=levels, actor=operator, now=LATER)
    come_back(waiting, now=LATER)
    Expert.objects.filter(pk=waiting).update(title_level=1)
    # A title that nobody filed is for the supervisor to look at, not for the wider conditions.
    assert add_supplement(draw=base, actor=operator, now=LATER, entropy=SeededEntropy(1)) == 0
    assert waiting not in people(base)
    assert DrawPause.objects.filter(draw=base, resumed_at=None).exists()


@pytest.mark.shows("DRAW-34")
def test_standbys_of_the_first_draw_move_up_as_before() -> None:
    make_pool(2, 2, 3)
    groups = [
        GroupInput("技术", 3, [SENIOR]),
        GroupInput("经济", 1, [JUNIOR], standby_seats=1),
    ]
    base = make_short_draw(now=NOW, groups=groups)
    widened = widen_to_everybody(base, now=LATER)
    assert widened.rule_content["panel_seats"] == {"g1": 3, "g2": 1}
    assert [group.code for group in widened.rule.groups] == ["g1"]
    accept_all(widened, now=LATER)
    (standby,) = people(base, group="s2")
    leave(Invitation.objects.get(draw=base, group="g2"), now=LATER)
    accept_all(base, now=LATER)
    assert people(base, group="g2", state=InvitationState.ACCEPTED) == [standby]
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    assert find_difference(build_record(base)) is None


# --- Voiding


@pytest.mark.shows("DRAW-34")
def test_the_latest_is_voided_first(operator: User, admin: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    with pytest.raises(VoidRefused, match=widened.number):
        request_void(draw=base, reason="程序有误", actor=operator, now=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=base.pk).update(status=DrawStatus.VOID)
    asked = request_void(draw=widened, reason="程序有误", actor=operator, now=LATER)
    decide_void(request=asked, agree=True, note="", actor=admin, now=LATER)
    assert state_of(base) == DrawState.UNSATISFIED
    # The review goes on, and letters say so.
    body = Message.objects.get(occasion="draw.cancelled", channel="site").body
    assert "评审照常进行，空缺的席位另行抽取专家" in body
    again = widen_to(base, now=LATER)
    assert again.rule.supersedes == widened.number
    for draw in (again, base):
        asked = request_void(draw=draw, reason="重来", actor=operator, now=LATER)
        decide_void(request=asked, agree=True, note="", actor=admin, now=LATER)
    assert state_of(base) == DrawState.NOT_DRAWN
    first = start_draw(project=base.project, actor=operator, now=LATER, entropy=SeededEntropy(8))
    assert first.rule.supersedes == base.number


# --- The panel is one


@pytest.mark.shows("DRAW-29")
def test_the_panel_has_one_leader_whichever_draw_found_him(operator: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    first = Invitation.objects.filter(draw=base).first()
    new = Invitation.objects.get(draw=widened)
    assert first
    set_panel_roles(draw=base, roles={new.pk: PanelRole.LEADER}, actor=operator, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=first.pk).update(panel_role=PanelRole.LEADER)
    set_panel_roles(
        draw=widened,
        roles={first.pk: PanelRole.LEADER, new.pk: PanelRole.MEMBER},
        actor=operator,
        now=LATER,
    )
    new.refresh_from_db()
    assert new.panel_role == PanelRole.MEMBER


@pytest.mark.shows("DRAW-26", "DRAW-34")
def test_each_draw_has_its_sheet_and_the_panel_one_sign_in_sheet(operator: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    public = base.reveal_at + timedelta(minutes=1)
    sheet = build_sheet(draw=widened, actor=operator, now=public)
    assert len(sheet.rows) == 1
    assert f"补充 {base.number}" in dict(sheet.head)["放宽条件补抽"]
    values = draw_sheet_values(widened, sheet).fields
    assert values["抽取方式"] == f"随机抽取（放宽条件，补充 {base.number}）"
    other = build_sheet(draw=base, actor=operator, now=public)
    assert len(other.rows) == 3
    assert widened.number in dict(other.head)["缺额"]
    for draw in (base, widened):
        sign_in = build_sign_in(draw=draw, actor=operator, now=public)
        assert len([row for row in sign_in.rows if row.name]) == 4


@pytest.mark.shows("PRJ-02", "DRAW-34")
def test_a_batch_is_widened_for_all_its_projects() -> None:
    for _ in range(2):
        make_expert(title_level=4)
    members = make_members(72, 96, now=NOW)
    base = draw_batch(
        make_batch(members, now=NOW, groups=[GroupInput("技术", 3, [SENIOR])]), now=NOW
    )
    accept_all(base, now=NOW)
    new = make_expert(title_level=1)
    widened = widen_to_everybody(base, now=LATER)
    assert [one.pk for one in widened.covered] == [one.pk for one in base.covered]
    accept_all(widened, now=LATER)
    assert people(widened) == [new.pk]
    assert set(Project.objects.values_list("draw_state", flat=True)) == {
        DrawState.SUCCESS_SUPPLEMENT
    }


def test_the_database_keeps_what_widens_what() -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=widened.pk).update(widens=None)
    other = make_draw(now=NOW, seats=1, opens_in_hours=300)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=other.pk).update(widens=base)


@pytest.mark.shows("PRJ-24", "DRAW-34")
def test_statistics_and_export_count_the_panel_once(admin: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    (project,) = with_details(with_measures(Project.objects.all(), admin), admin)
    assert (project.draw_count, project.seat_count) == (2, 4)
    assert (project.drawn_count, project.accepted_count, project.supplement_count) == (4, 4, 1)
    assert [row["number"] for row in project.participants] == [""] * 4


def test_a_project_is_archived_once_every_draw_of_its_panel_is_done() -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    public = base.reveal_at + timedelta(minutes=1)
    project = Project.objects.get(pk=base.project_id)
    release(draw_id=base.pk, now=public)
    store_sheet(draw_id=base.pk, now=public)
    assert obstacles(project) == ["名单尚未公开，请在名单公开后归档"]
    release(draw_id=widened.pk, now=public)
    assert obstacles(project) == ["抽取表正在生成，请稍后再归档"]
    store_sheet(draw_id=widened.pk, now=public)
    assert obstacles(project) == []


def test_a_panel_is_not_moved_while_a_void_of_any_of_its_draws_is_asked_for(operator: User) -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    request_void(draw=widened, reason="条件有误", actor=operator, now=LATER)
    for draw in (base, widened):
        why_not = actions_for(draw, operator, now=LATER)[ActionCode.RESCHEDULE].why_not
        assert "有待确认的作废申请" in why_not
