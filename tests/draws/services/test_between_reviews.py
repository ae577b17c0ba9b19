"""Between two reviews of a batch each question is asked of the review that is meant (docs/decisions/0213)."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.home import todos_for
from expertpool.draws import settings as office
from expertpool.draws.enums import DrawStatus, InvitationState, PanelRole
from expertpool.draws.exceptions import SignInRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.conflicts import left_seats
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.queries.presence import presence_of, sign_in_code
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.panel_roles import set_panel_roles
from expertpool.draws.services.presence import open_when_present, sign_in
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.replies import may_take_leave
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.experts.models import Expert
from expertpool.experts.services.leave import file_leave
from expertpool.projects.enums import DrawState
from expertpool.reports.queries.exposure import exposures_in
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw, reach
from tests.factories.experts import give_account, make_expert
from tests.factories.reviews import HOUR, MINUTE, NAMES, NOW, Batch, reply
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, start_widened_draw
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def away(expert: Expert, begin: datetime, end: datetime, *, actor: User, now: datetime) -> None:
    file_leave(expert=expert, start=begin, end=end, reason="出差", actor=actor, now=now)


def holds(row: Invitation) -> set[datetime]:
    found = Hold.objects.filter(invitation=row, active=True).values_list("during", flat=True)
    return {period.lower for period in found}


# --- Who can come to the next -------------------------------------------------------------------


def test_an_appointment_at_a_review_that_is_over_keeps_nobody_from_the_next(operator: User) -> None:
    batch = Batch(pool=NAMES[:3])
    (third,) = Expert.objects.exclude(pk__in=map(expert_id_of, (batch.stayed, batch.left)))
    # He was away while the first review took place, and is back for the second.
    give_account(third, himself := make_user("expert"))
    away(third, batch.first.opening_at, batch.over, actor=himself, now=NOW)
    batch.move_second(operator)
    reply(batch.left, batch.over + 2 * MINUTE, accept=False)
    new = batch.draw.invitations.get(state=InvitationState.INVITED, asked_again_at=None)
    assert expert_id_of(new) == third.pk
    assert holds(new) == {batch.second.opening_at}


def test_a_review_that_runs_keeps_its_holds_when_the_next_is_moved_and_declined(
    operator: User,
) -> None:
    batch = Batch(pool=NAMES[:2])
    batch.over -= 30 * MINUTE  # the move comes while the first review goes on
    batch.move_second(operator)
    both = {batch.first.opening_at, batch.second.opening_at}
    assert holds(batch.left) == holds(batch.stayed) == both
    reply(batch.left, batch.over + 2 * MINUTE, accept=False)
    assert holds(batch.left) == {batch.first.opening_at}
    record_answer(
        invitation=batch.stayed,
        state=InvitationState.REPLACED,
        reason="身体不适",
        actor=operator,
        now=batch.over + 3 * MINUTE,
        entropy=SeededEntropy(1),
    )
    assert not holds(batch.stayed)


def test_a_leave_of_the_office_counts_for_the_reviews_to_come_alone(operator: User) -> None:
    batch = Batch()
    expert = Expert.objects.get(pk=expert_id_of(batch.left))
    filed = batch.over - MINUTE
    away(expert, batch.first.opening_at, batch.over, actor=operator, now=filed)
    assert left_seats([batch.draw], now=filed) == {batch.left.pk: "评审期间请假，应更换"}
    assert not left_seats([batch.draw], now=batch.over + MINUTE)


# --- What waits for whom ------------------------------------------------------------------------


def short_after_the_first(operator: User) -> Batch:
    """The lead is over and was full; the later project lacks one, and nobody is left to ask."""
    batch = Batch(pool=NAMES[:2])
    batch.move_second(operator)
    reply(batch.left, batch.over + 2 * MINUTE, accept=False)
    reply(batch.stayed, batch.over + 2 * MINUTE)
    assert batch.states() == (DrawState.SUCCESS, DrawState.UNSATISFIED)
    return batch


def test_a_later_project_that_is_short_waits_on_the_home_page(operator: User) -> None:
    batch = short_after_the_first(operator)
    at = batch.over + HOUR
    (todo,) = [one for one in todos_for(operator, now=at) if one.title.startswith("补足专家")]
    assert str(batch.second.pk) in todo.url
    assert f"{timezone.localtime(batch.second.opening_at):%m-%d %H:%M} 评审" in todo.text
    with time_machine.travel(at, tick=False):
        assert "放宽条件" in login(Client(), operator).get(todo.url).content.decode()
    later = batch.second.opening_at + MINUTE
    assert not [one for one in todos_for(operator, now=later) if "补足" in one.title]


def test_a_batch_whose_projects_are_all_short_waits_once(operator: User) -> None:
    make_expert()
    members = make_members(24, 48, now=NOW)
    draw = draw_batch(make_batch(members, now=NOW, seats=2), now=NOW)
    accept_all(draw, now=NOW + MINUTE)
    (todo,) = [one for one in todos_for(operator, now=NOW + HOUR) if "补足" in one.title]
    assert str(members[0].pk) in todo.url


def test_a_draw_that_completes_a_batch_asks_for_its_value_until_its_own_review(
    operator: User, supervisor: User
) -> None:
    batch = short_after_the_first(operator)
    configure(office.REQUIRED_CONTRIBUTORS, ("supervisor",))
    for name in ("后来", "再来"):
        make_expert(name)
    at = batch.over + HOUR
    widened = start_widened_draw(
        base=batch.draw, reason="无人递补", actor=operator, now=at, entropy=SeededEntropy(5)
    )
    assert widened.status == DrawStatus.SEALED
    todos = todos_for(supervisor, now=at + MINUTE)
    assert [one.url for one in todos if one.title.startswith("提供随机值")] == [
        reverse("draws:detail", args=[widened.pk])
    ]
    tab = f"{reverse('projects:detail', args=[batch.second.pk])}?tab=draw"
    with time_machine.travel(at + MINUTE, tick=False):
        page = login(Client(), operator).get(tab).content.decode()
    assert "已封存，等待提供随机值" in page
    assert "只能放弃" not in page


# --- At the place -------------------------------------------------------------------------------


@pytest.fixture
def present() -> Batch:
    """A batch whose names open once all who sit have signed in."""
    configure(office.REVEAL_BY, office.ALL_PRESENT)
    for own in office.OWN_REVEAL_BY.values():
        configure(own, office.ALL_PRESENT)
    return Batch(release_names=False)


def come(row: Invitation, now: datetime) -> Invitation:
    row = Invitation.objects.select_related("draw__project").get(pk=row.pk)
    return sign_in(invitation=row, code=sign_in_code(row.draw, now=now), now=now)


def opened(draw: Draw, now: datetime) -> bool:
    open_when_present(draw_id=draw.pk, now=now)
    return Draw.objects.get(pk=draw.pk).released_at is not None


def counts(draw: Draw, now: datetime) -> tuple[int, int]:
    found = presence_of(Draw.objects.get(pk=draw.pk), now=now)
    assert found
    return found.signed, found.seated


def test_who_is_invited_for_the_next_review_is_not_missed_at_this_one(
    present: Batch, operator: User
) -> None:
    batch, there = present, present.first.opening_at - 10 * MINUTE
    come(batch.stayed, there)
    during = batch.first.opening_at + 10 * MINUTE
    # The other does not come: he is replaced while the review goes on, by who is asked for the next one.
    record_answer(
        invitation=batch.left,
        state=InvitationState.REPLACED,
        reason="没有到",
        actor=operator,
        now=during,
        entropy=SeededEntropy(1),
    )
    new = batch.draw.invitations.get(state=InvitationState.INVITED)
    assert counts(batch.draw, during) == (1, 1)
    assert opened(batch.draw, during)
    reach(batch.draw, now=during)
    reply(new, during + MINUTE)
    with pytest.raises(SignInRefused, match="没有确认参加"):
        come(new, during + 2 * MINUTE)
    # The next day all who sit then sign in, and who has been here before may take leave until late.
    stayed = Invitation.objects.select_related("draw__project").get(pk=batch.stayed.pk)
    assert not may_take_leave(stayed, now=during)
    assert may_take_leave(stayed, now=batch.over + MINUTE)
    next_day = batch.second.opening_at - 10 * MINUTE
    assert counts(batch.draw, next_day) == (0, 2)
    assert come(batch.stayed, next_day).signed_in_at == next_day
    come(new, next_day)
    assert counts(batch.draw, next_day) == (2, 2)


# --- What is said of whom -----------------------------------------------------------------------


@pytest.mark.shows("DRAW-25")
def test_a_leader_chosen_between_two_reviews_leads_the_second(
    batch: Batch, operator: User, supervisor: User
) -> None:
    set_panel_roles(
        draw=batch.draw,
        roles={batch.left.pk: PanelRole.LEADER, batch.stayed.pk: PanelRole.MEMBER},
        actor=operator,
        now=NOW + HOUR,
    )
    batch.move_second(operator)
    for row in (batch.left, batch.stayed):
        reply(row, batch.over + 2 * MINUTE)
    new_roles = {batch.stayed.pk: PanelRole.LEADER, batch.left.pk: ""}
    with time_machine.travel(batch.over + HOUR, tick=False):
        form = reverse("draws:panel_roles", args=[batch.draw.pk])
        drawer = login(Client(), operator).get(form, headers={"HX-Request": "true"})
    assert f"{batch.first.number} 已过预定的评审结束时间，当时的角色不变" in drawer.content.decode()
    set_panel_roles(draw=batch.draw, roles=new_roles, actor=operator, now=batch.over + HOUR)
    batch.read()
    roles = [
        {one.invitation_id: one.role for one in members_of_panel(project)}
        for project in (batch.first, batch.second)
    ]
    stayed, left = batch.stayed.pk, batch.left.pk
    assert roles == [
        {left: PanelRole.LEADER, stayed: PanelRole.MEMBER},
        {left: None, stayed: PanelRole.LEADER},
    ]
    batch.let_open()
    one, two = batch.first.number, batch.second.number
    rows = {row.name: row for row in build_stored_sheet(draw=batch.draw, now=batch.over).rows}
    assert f"委员（{one}）、组长（{two}）" in rows[batch.name_of(batch.stayed)].remark
    reader = make_user("admin")
    signs = build_sign_in(draw=batch.draw, actor=reader, now=batch.draw.reveal_at)
    assert dict(signs.head)["项目编号"] == two
    said = {row.name: row.category for row in signs.rows}
    assert "（组长）" in said[batch.name_of(batch.stayed)]
    assert "（" not in said[batch.name_of(batch.left)]
    after = batch.second.opening_at + HOUR
    published = publish_result(draw=batch.draw, actor=supervisor, now=after).publication
    assert published is not None
    assert {row["name"]: row["role"] for row in published} == {
        batch.name_of(batch.stayed): f"委员（{one}）、组长（{two}）",
        batch.name_of(batch.left): f"组长（{one}）",
    }


@pytest.mark.shows("EXP-28")
def test_records_and_figures_say_that_he_sat_in_what_is_over(batch: Batch, operator: User) -> None:
    batch.replace_after_move(operator)
    batch.let_open()
    draw = Draw.objects.get(pk=batch.draw.pk)
    found = exposures_in([draw])
    for row in (batch.stayed, batch.left):
        exposure = found[expert_id_of(row)]
        assert (exposure.asked, exposure.accepted, exposure.declined) == (1, 1, 0)
    address = reverse("experts:detail", args=[expert_id_of(batch.left)])
    with time_machine.travel(draw.reveal_at + MINUTE, tick=False):
        client = login(Client(), make_user("admin"))
        page = client.get(address, {"tab": "draws"}).content.decode()
        detail = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "各场之间专家有变动" in detail
    cells = page.split("<tbody>")[1].split("</tr>")[0]
    assert "被抽中 1 次：同意 1" in page
    assert cells.index(batch.first.number) < cells.index("同意") < cells.index(batch.second.number)
    assert "冲突" in cells.split(batch.second.number)[1]


# --- Who may still take a seat ------------------------------------------------------------------


def test_the_form_says_who_moves_up_once_the_review_has_begun(operator: User) -> None:
    make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=48)
    accept_all(draw, now=NOW)
    texts = []
    for at in (NOW + HOUR, NOW + 48 * HOUR + MINUTE):
        with time_machine.travel(at, tick=False):
            client = login(Client(), operator)
            address = reverse("draws:answer", args=[draw.pk, 1])
            page = client.get(address, headers={"HX-Request": "true"}).content.decode()
            texts.append(page)
    assert "评审已经开始" not in texts[0]
    assert "有候补的由候补递补，不再补抽新的专家" in texts[1]


@pytest.fixture
def batch() -> Batch:
    return Batch()
