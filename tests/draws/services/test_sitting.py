"""A panel of several reviews: what is over stays as it was, whoever comes or goes afterwards."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode, InvitationState, Knowledge
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Invitation, RevealRule
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.queries.participation import participations
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, readable_draws, release
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.replies import expire
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from expertpool.selfservice.queries.letters import letter_of
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, reach
from tests.factories.experts import make_expert
from tests.factories.reviews import DAY, HOUR, MINUTE, NAMES, NOW, Batch, reply
from tests.factories.widening import start_widened_draw
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return Batch()


@pytest.mark.shows("PRJ-02")
def test_who_replaces_somebody_after_a_review_sits_in_the_next_alone(
    batch: Batch, operator: User
) -> None:
    new = batch.replace_after_move(operator)
    stayed, left = batch.stayed.pk, batch.left.pk
    assert batch.panels() == [{stayed, left}, {stayed, new.pk}]
    assert all(one.has_agreed for one in members_of_panel(batch.first))


def test_a_review_that_is_over_changes_its_state_no_more(batch: Batch, operator: User) -> None:
    batch.move_second(operator)
    assert batch.states() == (DrawState.SUCCESS, DrawState.DRAWING)
    for row in (batch.stayed, batch.left):
        reply(row, batch.over + 2 * MINUTE, accept=False)
    assert batch.states() == (DrawState.SUCCESS, DrawState.DRAWING)
    for row in batch.draw.invitations.filter(state=InvitationState.INVITED):
        reply(row, batch.over + 3 * MINUTE, accept=False)
    assert batch.states() == (DrawState.SUCCESS, DrawState.UNSATISFIED)


def test_nor_by_a_leave_that_two_persons_record(operator: User) -> None:
    batch = Batch(pool=NAMES[:2])
    record_answer(
        invitation=batch.left,
        state=InvitationState.LEAVE,
        reason="生病",
        actor=operator,
        now=batch.over + MINUTE,
        entropy=SeededEntropy(1),
    )
    assert batch.states() == (DrawState.SUCCESS, DrawState.UNSATISFIED)
    both = {batch.stayed.pk, batch.left.pk}
    assert batch.panels() == [both, {batch.stayed.pk}]


def test_who_leaves_before_its_end_was_not_in_it(operator: User) -> None:
    batch = Batch(pool=NAMES[:2])
    record_answer(
        invitation=batch.left,
        state=InvitationState.LEAVE,
        reason="生病",
        actor=operator,
        now=batch.over - MINUTE,
        entropy=SeededEntropy(1),
    )
    assert batch.states() == (DrawState.UNSATISFIED, DrawState.UNSATISFIED)
    assert batch.panels() == [{batch.stayed.pk}] * 2


def test_a_review_that_begins_short_says_so_while_the_next_is_filled() -> None:
    for name in NAMES[:3]:
        make_expert(name)
    members = make_members(24, 48, now=NOW, duration_minutes=60)
    draw = draw_batch(make_batch(members, now=NOW, seats=2, reply_minutes=60), now=NOW)
    first, second = draw.invitations.order_by("line")
    reach(draw, now=NOW)
    reply(first, NOW + MINUTE)
    opening = members[0].opening_at
    # He says nothing until the first review begins.
    with time_machine.travel(opening, tick=False):
        expire(invitation_id=second.pk, now=opening, entropy=SeededEntropy(2))
    states = [Project.objects.get(pk=one.pk).draw_state for one in members]
    assert states == [DrawState.UNSATISFIED, DrawState.DRAWING]
    new = draw.invitations.get(state=InvitationState.INVITED)
    reply(new, opening + MINUTE)
    states = [Project.objects.get(pk=one.pk).draw_state for one in members]
    assert states == [DrawState.UNSATISFIED, DrawState.SUCCESS]
    assert [len(members_of_panel(one)) for one in members] == [1, 2]


@pytest.mark.shows("DRAW-26")
def test_the_sheet_says_who_takes_part_in_which(batch: Batch, operator: User) -> None:
    new = batch.replace_after_move(operator)
    batch.let_open()
    rows = {row.name: row for row in build_stored_sheet(draw=batch.draw, now=batch.over).rows}
    one, two = batch.first.number, batch.second.number
    assert rows[batch.name_of(batch.stayed)].attends == "参加"
    for row, in_it, not_in_it in ((batch.left, one, two), (new, two, one)):
        said = rows[batch.name_of(row)]
        assert said.attends == "部分参加"
        assert f"参加 {in_it}，不参加 {not_in_it}" in said.remark


@pytest.mark.shows("DRAW-11")
def test_the_published_result_names_for_each_the_reviews_he_was_in(
    batch: Batch, operator: User, supervisor: User
) -> None:
    new = batch.replace_after_move(operator)
    batch.let_open()
    one, two = batch.first.number, batch.second.number
    after = batch.second.opening_at + HOUR
    draw = publish_result(draw=batch.draw, actor=supervisor, now=after)
    assert draw.publication is not None
    assert {row["name"]: row["projects"] for row in draw.publication} == {
        batch.name_of(batch.stayed): [one, two],
        batch.name_of(batch.left): [one],
        batch.name_of(new): [two],
    }
    with time_machine.travel(after, tick=False):
        page = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    table = page.split("<h2>评审专家</h2>")[1].split("</table>")[0]
    lines = {name: row for row in table.split("<tr>") for name in NAMES if name in row}
    assert one in lines[batch.name_of(batch.left)]
    assert two not in lines[batch.name_of(batch.left)]
    assert one not in lines[batch.name_of(new)]
    assert "人数不满足" not in page


def test_the_published_result_says_which_review_was_short(operator: User, supervisor: User) -> None:
    batch = Batch(pool=NAMES[:2])
    batch.move_second(operator)
    reply(batch.left, batch.over + 2 * MINUTE, accept=False)
    reply(batch.stayed, batch.over + 2 * MINUTE)
    batch.read()
    batch.let_open()
    after = batch.second.opening_at + HOUR
    draw = publish_result(draw=batch.draw, actor=supervisor, now=after)
    with time_machine.travel(after, tick=False):
        page = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert f"{batch.second.number} 空缺 1 席" in page
    assert f"{batch.first.number} 空缺" not in page


def test_the_page_of_each_project_shows_its_own_panel(batch: Batch, operator: User) -> None:
    new = batch.replace_after_move(operator)
    batch.let_open()
    texts = []
    with time_machine.travel(batch.draw.reveal_at, tick=False):
        client = login(Client(), make_user("admin"))
        for project in (batch.first, batch.second):
            address = reverse("projects:detail", args=[project.pk])
            pages = [client.get(address, {"tab": tab}).content.decode() for tab in ("", "experts")]
            texts.append([page.split("<main", 1)[-1] for page in pages])
    stayed, left, came = (batch.name_of(row) for row in (batch.stayed, batch.left, new))
    (first_card, first_tab), (second_card, second_tab) = texts
    for page in (first_card, first_tab):
        assert (stayed in page, left in page, came in page) == (True, True, False)
        assert "冲突" not in page
    assert (left in second_card, came in second_card) == (False, True)
    assert "冲突" in second_tab


def test_the_interface_says_for_which_projects_somebody_sits(batch: Batch, operator: User) -> None:
    new = batch.replace_after_move(operator)
    batch.let_open()
    api = Caller(make_user("admin"))
    with time_machine.travel(batch.draw.reveal_at, tick=False):
        rows = api.get(f"/draws/{batch.draw.pk}/names").json()
    one, two = batch.first.number, batch.second.number
    assert {row["name"]: row["projects"] for row in rows} == {
        batch.name_of(batch.stayed): [one, two],
        batch.name_of(batch.left): [one],
        batch.name_of(new): [two],
    }


@pytest.mark.shows("PRJ-26")
def test_each_took_part_when_he_sat(batch: Batch, operator: User) -> None:
    new = batch.replace_after_move(operator)
    batch.let_open()
    stayed, left, came = (expert_id_of(row) for row in (batch.stayed, batch.left, new))
    begin, between, end = NOW, batch.over, batch.second.opening_at + HOUR
    for knowing in Knowledge:
        assert participations(begin, end, knowing=knowing) == dict.fromkeys((stayed, left, came), 1)
        assert participations(begin, between, knowing=knowing) == {stayed: 1, left: 1}
        assert participations(between, end, knowing=knowing) == {stayed: 1, came: 1}


def test_names_are_sealed_again_until_the_next_review(batch: Batch, operator: User) -> None:
    reader = make_user("operator", name="读名人")
    assert may_read(batch.draw, reader, now=batch.over)
    batch.replace_after_move(operator)
    opening = batch.second.opening_at
    assert batch.draw.reveal_at == opening - 2 * HOUR
    for at, sees in ((batch.over + HOUR, False), (batch.draw.reveal_at, True)):
        assert may_read(batch.draw, reader, now=at) is sees
        assert readable_draws(reader, now=at).filter(pk=batch.draw.pk).exists() is sees


def test_who_reads_earlier_than_others_waits_for_the_next_review_too(
    batch: Batch, operator: User
) -> None:
    reader = make_user("operator", name="读名人")
    roles = [grant.role for grants in reader.grants.values() for grant in grants]
    RevealRule.objects.create(role=roles[0], hours=24)
    batch.replace_after_move(operator)
    opening = batch.second.opening_at
    for at, sees in ((batch.over + HOUR, False), (opening - DAY, True)):
        assert may_read(batch.draw, reader, now=at) is sees
        assert readable_draws(reader, now=at).filter(pk=batch.draw.pk).exists() is sees


def test_a_draw_that_completes_a_panel_which_has_begun_is_sealed_until_its_own_review(
    operator: User,
) -> None:
    batch = Batch(pool=NAMES[:2])
    batch.move_second(operator)
    reply(batch.left, batch.over + 2 * MINUTE, accept=False)
    reply(batch.stayed, batch.over + 2 * MINUTE)
    batch.read()
    make_expert("后来")
    make_expert("再来")
    at = batch.over + HOUR
    widened = start_widened_draw(
        base=batch.draw,
        reason="无人递补",
        actor=operator,
        now=at,
        entropy=SeededEntropy(17),
    )
    widened.refresh_from_db()
    reader = make_user("operator", name="读名人")
    assert widened.reveal_at == batch.second.opening_at - 2 * HOUR
    assert not release(draw_id=widened.pk, now=at + HOUR)
    assert not may_read(widened, reader, now=at + HOUR)
    (new,) = widened.invitations.all()
    reach(widened, now=at)
    reply(new, at + MINUTE)
    assert batch.states() == (DrawState.SUCCESS, DrawState.SUCCESS_SUPPLEMENT)
    assert batch.panels() == [
        {batch.stayed.pk, batch.left.pk},
        {batch.stayed.pk, new.pk},
    ]


def test_nobody_records_an_exit_once_all_is_over(batch: Batch, operator: User) -> None:
    after = batch.second.closing_at
    action = actions_for(batch.draw, operator, now=after)[ActionCode.RECORD_REPLY]
    assert (action.allowed, "已过预定的评审结束时间" in action.why_not) == (False, True)
    with pytest.raises(ReplyRefused, match="已过预定的评审结束时间"):
        record_answer(
            invitation=batch.left,
            state=InvitationState.LEAVE,
            reason="生病",
            actor=operator,
            now=after,
            entropy=SeededEntropy(1),
        )


def test_he_who_left_reads_that_he_was_there(batch: Batch, operator: User) -> None:
    batch.replace_after_move(operator)
    row = Invitation.objects.select_related("draw__project").get(pk=batch.left.pk)
    assert letter_of(row, now=batch.over + HOUR).state_label == "已参加 1 场，改期后不能参加"
