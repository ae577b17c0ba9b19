"""A panel of several reviews: what is over stays as it was, whoever comes or goes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode, InvitationState, Knowledge
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Invitation, RevealRule
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.queries.participation import participations
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, readable_draws, release
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.replies import expire
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.experts.models import Expert
from expertpool.projects.enums import DrawState, Regime
from expertpool.projects.models import Project
from expertpool.selfservice.queries import letter_of
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, reach
from tests.factories.experts import make_expert, make_unit
from tests.factories.widening import accept_all, start_widened_draw
from tests.factories.widening import reply as answer_as_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("王一", "李二", "张三", "赵四")
_seeds = count(300)


def reply(row: Invitation, at: datetime, *, accept: bool = True) -> None:
    """As its link does: the row is read anew."""
    answer_as_expert(Invitation.objects.get(pk=row.pk), accept=accept, now=at)


class Batch:
    """Two reviews of an hour, a day and two ahead, with one panel of two, and who else may step in; the names
    were released before the first."""

    def __init__(self, *, pool: Sequence[str] = NAMES) -> None:
        for name in pool:
            make_expert(name, employer=make_unit(f"{name}的单位"))
        members = make_members(24, 48, now=NOW, duration_minutes=60, regime=Regime.PROCUREMENT)
        self.draw = draw_batch(
            make_batch(members, now=NOW, seats=2, reply_minutes=60, reveal_hours=2), now=NOW
        )
        reach(self.draw, now=NOW)
        accept_all(self.draw, now=NOW + MINUTE)
        self.first, self.second = members
        self.stayed, self.left = self.draw.invitations.order_by("line")
        self.over = self.first.opening_at + HOUR  # of the first review
        self.read()
        assert release(draw_id=self.draw.pk, now=self.draw.reveal_at)
        self.read()

    def read(self) -> None:
        self.draw = Draw.objects.select_related("project__department", "operator").get(
            pk=self.draw.pk
        )
        self.first.refresh_from_db()
        self.second.refresh_from_db()

    def move_second(self, actor: User, *, days: int = 5) -> None:
        """Put off the second review alone, a minute after the first is over."""
        meeting = NewMeeting(self.second.pk, self.second.opening_at + days * DAY, "三楼 302 室")
        reschedule(
            draw=self.draw,
            meetings=[meeting],
            reason="供应商质疑",
            actor=actor,
            now=self.over + MINUTE,
            entropy=SeededEntropy(next(_seeds)),
        )
        self.read()

    def replace_after_move(self, actor: User) -> Invitation:
        """The one cannot come to the second review at its new time, and somebody else does."""
        self.move_second(actor)
        reply(self.left, self.over + 2 * MINUTE, accept=False)
        reply(self.stayed, self.over + 2 * MINUTE)
        new = self.draw.invitations.get(state=InvitationState.INVITED)
        reach(self.draw, now=self.over + 2 * MINUTE)
        reply(new, self.over + 3 * MINUTE)
        self.read()
        return new

    def states(self) -> tuple[str, str]:
        self.read()
        return self.first.draw_state, self.second.draw_state

    def panels(self) -> list[set[int]]:
        return [
            {one.invitation_id for one in members_of_panel(project)}
            for project in (self.first, self.second)
        ]

    def let_open(self) -> None:
        assert release(draw_id=self.draw.pk, now=self.draw.reveal_at)
        self.read()

    def name_of(self, row: Invitation) -> str:
        return Expert.objects.get(pk=expert_id_of(row)).name


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
        entropy=SeededEntropy(next(_seeds)),
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
    assert (action.allowed, "评审已经结束" in action.why_not) == (False, True)
    with pytest.raises(ReplyRefused, match="评审已经结束"):
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
