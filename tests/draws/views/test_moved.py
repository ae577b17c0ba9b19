"""Who works for another unit since the seal: where it is one that the project avoids, or the panel has enough
of, he is told himself, and marked for whoever has to replace him once names are public (docs/decisions/0165)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.conflicts import NO_AGREEING_TIED, NOT_COMING_TIED, gone_words
from expertpool.draws.queries.moved import MOVED, OVER_CAP
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release, tell_gone
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sheets import build_sheet
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.employers import assign_employer
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.profile import update_expert
from expertpool.notifications.models import Message
from expertpool.projects.models import Avoidance
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.pool_changes import told
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
Move = Callable[[Expert, Unit, User, datetime], object]


def by_form(expert: Expert, unit: Unit, admin: User, now: datetime) -> None:
    """The form, the updating import and the interface go this way."""
    update_expert(expert=expert, values={"employer": unit}, actor=admin, now=now)


def by_many(expert: Expert, unit: Unit, admin: User, now: datetime) -> None:
    assign_employer(experts=[expert], into=unit, actor=admin, now=now)


def by_merge(expert: Expert, unit: Unit, admin: User, now: datetime) -> None:
    other = make_expert(expert.name, employer=unit)
    merge_experts(keep=other, close=expert, taken=(), reason="同一人", actor=admin, now=now)


def by_relation(expert: Expert, unit: Unit, admin: User, now: datetime) -> None:
    row = AvoidanceUnit(expert=expert, unit=unit, kind=AvoidanceKind.CURRENT_EMPLOYER)
    add_avoidance_unit(row=row, actor=admin, now=now)


WAYS = (by_form, by_many, by_merge, by_relation)


@pytest.fixture
def draw(operator: User) -> Draw:
    for n in range(4):
        make_expert(f"专家{n}", employer=make_unit(f"第{n}研究所"))
    draw = make_draw(
        now=NOW, operator=operator, seats=2, opens_in_hours=10, reveal_hours=2, unit_cap=1
    )
    Avoidance.objects.create(project=draw.project, subject="unit", unit=make_unit("招标单位"))
    return draw


def expert_of(draw: Draw, line: int) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=line)))


def avoided() -> Unit:
    return Unit.objects.get(name="招标单位")


def agree(row: Invitation, now: datetime = SOON) -> None:
    answer(
        invitation=row,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(1),
    )


def jobs() -> list[dict[str, int]]:
    rows = ProcrastinateJob.objects.filter(task_name="draws.tell_gone")
    return [job.args for job in rows]


def page_of(draw: Draw, user: User) -> str:
    return login(Client(), user).get(reverse("draws:detail", args=[draw.pk])).content.decode()


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("move", WAYS)
def test_while_names_are_sealed_only_he_himself_is_told(
    draw: Draw, admin: User, operator: User, move: Move
) -> None:
    expert, before = expert_of(draw, 1), page_of(draw, operator)
    move(expert, avoided(), admin, SOON)
    first, second = draw.invitations.order_by("line")
    assert (gone_words(first, now=SOON), gone_words(second, now=SOON)) == (NO_AGREEING_TIED, "")
    with pytest.raises(ReplyRefused, match="须回避"):
        agree(first)
    agree(second)
    assert jobs() == []
    assert not Message.objects.filter(occasion="draw.gone").exists()
    page = page_of(draw, operator)
    assert MOVED not in page + before
    assert expert.name not in page
    # A hand may ask as for everybody: a refusal would say who sits.
    request_answer(
        invitation=first,
        state=InvitationState.ACCEPTED,
        ground="",
        reason="电话答复",
        actor=operator,
        now=SOON,
    )


@pytest.mark.shows("DRAW-14", "DRAW-16")
@pytest.mark.parametrize("move", WAYS)
@pytest.mark.parametrize("after_release", [False, True])
def test_the_office_hears_of_it_once_names_are_public(
    draw: Draw,
    admin: User,
    operator: User,
    supervisor: User,
    time_machine: Traveller,
    move: Move,
    after_release: bool,
) -> None:
    for row in draw.invitations.all():
        agree(row)
    expert, later = expert_of(draw, 1), draw.reveal_at + timedelta(minutes=1)
    if not after_release:
        move(expert, avoided(), admin, SOON)
        assert gone_words(draw.invitations.get(line=1), now=SOON) == NOT_COMING_TIED
    time_machine.move_to(later, tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    if after_release:
        move(expert, avoided(), admin, later)
        assert {"draw_id": draw.pk} in jobs()
        tell_gone(draw_id=draw.pk, now=later)
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    body = Message.objects.filter(occasion="draw.gone")[0].body
    assert "有 1 人" in body
    assert "工作单位变动" in body
    assert expert.name not in body
    assert page_of(draw, operator).count(MOVED) == 1
    sheet = build_sheet(draw=draw, actor=operator, now=later)
    assert [MOVED in row.remark for row in sheet.rows] == [True, False]
    # Nobody is thrown out by it: who edits would choose the panel.
    assert draw.invitations.get(line=1).state == InvitationState.ACCEPTED


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("move", [by_form, by_many, by_merge])
def test_one_too_many_of_a_unit_cannot_agree_while_his_colleague_sits(
    draw: Draw, admin: User, operator: User, move: Move
) -> None:
    colleague = expert_of(draw, 2)
    assert colleague.employer
    move(expert_of(draw, 1), colleague.employer, admin, SOON)
    first, second = draw.invitations.order_by("line")
    # Not that it is for a colleague: whoever knows his unit would know who sits.
    assert (gone_words(first, now=SOON), gone_words(second, now=SOON)) == (NO_AGREEING_TIED, "")
    with pytest.raises(ReplyRefused, match="须回避"):
        agree(first)
    answer(
        invitation=second,
        accept=False,
        reason="出差",
        via=ReplyVia.LINK,
        now=SOON,
        entropy=SeededEntropy(1),
    )
    agree(first)


@pytest.mark.shows("DRAW-14", "DRAW-16")
def test_one_too_many_of_a_unit_is_marked_once_names_are_public(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    for row in draw.invitations.all():
        agree(row)
    colleague, mover = expert_of(draw, 2), expert_of(draw, 1)
    assert colleague.employer
    by_form(mover, colleague.employer, admin, SOON)
    assert OVER_CAP not in page_of(draw, operator)
    later = draw.reveal_at + timedelta(minutes=1)
    time_machine.move_to(later, tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    assert page_of(draw, operator).count(OVER_CAP) == 1
    sheet = build_sheet(draw=draw, actor=operator, now=later)
    assert [OVER_CAP in row.remark for row in sheet.rows] == [True, False]
    # Once he works elsewhere again there is nothing to say.
    by_form(mover, make_unit("第九研究所"), admin, later)
    assert OVER_CAP not in page_of(draw, operator)


def test_no_hand_writes_that_he_agreed_once_his_name_is_public(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    by_form(expert_of(draw, 1), avoided(), admin, SOON)
    time_machine.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    first = draw.invitations.get(line=1)
    with pytest.raises(ReplyRefused, match="应回避"):
        request_answer(
            invitation=first,
            state=InvitationState.ACCEPTED,
            ground="",
            reason="电话答复",
            actor=operator,
            now=draw.reveal_at + timedelta(minutes=1),
        )


def test_another_change_of_a_record_says_nothing(draw: Draw, admin: User) -> None:
    expert = expert_of(draw, 1)
    update_expert(expert=expert, values={"name": "张三丰"}, actor=admin, now=SOON)
    by_form(expert_of(draw, 2), make_unit("第九研究所"), admin, SOON)
    assert [gone_words(row, now=SOON) for row in draw.invitations.all()] == ["", ""]
