"""再补抽一次 of a draw that ended short: its refusal rests on what is sealed (docs/decisions/0112)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import DrawNotReady, HeldRefused, WideningRefused
from expertpool.draws.models import Draw, WideningRequest
from expertpool.draws.queries.tries import HELD
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.experts.models import Expert
from tests.factories.draws import EVERYBODY, make_draw
from tests.factories.experts import make_expert
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    freeze,
    go_on,
    reply,
    sitting,
    told,
)
from tests.factories.widening import SENIOR, make_short_while_somebody_waits, start_widened_draw
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db


class Short(NamedTuple):
    """A draw that ended short while the ``rest`` of its candidates sat in the draw ``elsewhere``."""

    draw: Draw
    rest: list[Expert]
    elsewhere: Draw


@pytest.fixture
def short(operator: User) -> Short:
    for n in range(3):
        make_expert(email=f"s{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=2, channels=("email",))
    rest = drawn_of(draw)[2:]
    elsewhere = make_draw(now=NOW, seats=1)
    assert sitting(elsewhere) == {expert.pk for expert in rest}
    for row in draw.invitations.order_by("line"):
        reply(row, 10, accept=row.line == 2)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    return Short(draw, rest, elsewhere)


def again(draw: Draw, actor: User, minutes: int) -> int:
    return add_supplement(
        draw=draw, actor=actor, now=NOW + minutes * MINUTE, entropy=SeededEntropy(1)
    )


@pytest.mark.shows("DRAW-14")
def test_refused_it_is_a_try_that_is_told_and_limited(
    short: Short, operator: User, supervisor: User
) -> None:
    for minute in range(3):
        with pytest.raises(HeldRefused):
            again(short.draw, operator, 20 + minute)
    assert Entry.objects.filter(action="draw.held_refused").count() == 3
    assert told([supervisor], "draw.held_refused") == [supervisor.name]
    for row in short.elsewhere.invitations.all():
        reply(row, 25, accept=False)
    with pytest.raises(DrawNotReady, match="24 小时内") as refused:
        again(short.draw, operator, 30)
    # It goes on by what was sealed: an approval of the plan does not help it, waiting does.
    assert "请把抽取方案提交审核" not in str(refused.value)
    assert "请过 24 小时再试" in str(refused.value)
    assert again(short.draw, operator, 24 * 60 + 23) == 1


def test_what_it_says_of_wider_conditions_helps(operator: User, supervisor: User) -> None:
    base, _ = make_short_while_somebody_waits(now=NOW)
    for n in range(3):
        record(HELD, actor=operator, now=NOW + n * MINUTE, subject=base.project)
    with pytest.raises(DrawNotReady, match="放宽条件，把放宽后的方案提交审核"):
        again(base, operator, 30)
    later = NOW + 31 * MINUTE
    plan = widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=later
    )

    def ask() -> WideningRequest:
        return request_widening(
            base=base, reason="没有人了", version=plan.version, actor=operator, now=later
        )

    with pytest.raises(DrawNotReady, match="提交审核"):
        ask()
    submit_plan(project=base.project, version=plan.version, actor=operator, now=later)
    decide_plan(
        project=base.project,
        version=plan.version,
        agree=True,
        note="同意",
        actor=supervisor,
        now=later,
    )
    assert ask().plan_version == plan.version


def test_a_hand_stops_it_and_it_ends_again_as_it_was(
    short: Short, admin: User, operator: User, supervisor: User
) -> None:
    freeze(short.rest, admin)
    assert again(short.draw, operator, 20) == 0
    short.draw.refresh_from_db()
    assert short.draw.status == DrawStatus.INVITING
    assert go_on(short.draw, supervisor)
    short.draw.refresh_from_db()
    assert short.draw.status == DrawStatus.UNSATISFIED
    assert find_difference(build_record(short.draw)) is None
    assert difference_in(short.draw) is None


def test_stopped_until_the_panel_sits_it_ends_as_it_was(
    short: Short, admin: User, operator: User
) -> None:
    freeze(short.rest, admin)
    assert again(short.draw, operator, 20) == 0
    over = short.draw.project.opening_at + 2 * MINUTE
    sweep(now=over, entropy=SeededEntropy(1))
    short.draw.refresh_from_db()
    assert short.draw.status == DrawStatus.UNSATISFIED
    assert find_difference(build_record(short.draw)) is None


def test_nor_does_a_hand_open_the_way_to_wider_conditions(
    short: Short, admin: User, operator: User, supervisor: User
) -> None:
    freeze(short.rest, admin)
    make_expert(email="friend@example.cn")
    widen_plan(project=short.draw.project, levels={}, actor=operator, now=NOW + 20 * MINUTE)
    with pytest.raises(WideningRefused):
        start_widened_draw(
            base=short.draw,
            reason="没有人了",
            second=supervisor,
            actor=operator,
            now=NOW + 21 * MINUTE,
            entropy=SeededEntropy(1),
        )


def test_who_is_on_leave_makes_nobody_a_suspect(operator: User, supervisor: User) -> None:
    """The words are those of a refusal that rests on sealed draws; nobody is told, and it counts for nothing."""
    base, _ = make_short_while_somebody_waits(now=NOW)
    for minute in range(4):
        with pytest.raises(DrawNotReady, match="候选人中没有还能补抽的专家") as refused:
            again(base, operator, 20 + minute)
        assert not isinstance(refused.value, HeldRefused)
    assert not Entry.objects.filter(action=HELD).exists()
    assert not told([supervisor], "draw.held_refused")


@pytest.mark.shows("DRAW-14")
def test_draws_of_few_that_had_nobody_left_are_tries(operator: User) -> None:
    """Whoever drew of two, of whom one was to decline, read in the number of letters whether the other was held."""
    for at in range(2):
        make_expert(email=f"f{at}@example.cn")
    for _ in range(3):
        draw = make_draw(now=NOW, operator=operator, seats=1, channels=("email",))
        for _ in range(2):
            reply(draw.invitations.get(state="invited"), 10, accept=False)
        draw.refresh_from_db()
        assert draw.status == DrawStatus.UNSATISFIED
    with pytest.raises(DrawNotReady, match="候选人不多而没有抽满"):
        make_draw(now=NOW + 20 * MINUTE, operator=operator, seats=1)
    assert make_draw(now=NOW + 24 * 60 * MINUTE + 20 * MINUTE, operator=operator, seats=1)
