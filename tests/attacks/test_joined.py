"""Nobody fills units, or joins records, after the seal to choose who sits: a turn that this takes from
somebody stops the draw. What the panel's own draws bring about stops nothing."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.directory.services.merging import merge_units
from expertpool.draws.models import Draw, DrawPause
from expertpool.draws.queries.pool_changes import changes_in_words
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.widening import widen_plan
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.profile import update_expert
from tests.attacks.test_pool_rows import write
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    go_on,
    order,
    reasons,
    reply,
    sitting,
    told,
)
from tests.factories.widening import OTHER, REASON, SENIOR, accept_all, start_widened_draw

pytestmark = pytest.mark.django_db
SEATS = 4
OLD, YOUNG = date(1960, 1, 1), date(1990, 1, 1)


# --- Units ----------------------------------------------------------------------------------------


@pytest.fixture
def base(operator: User, supervisor: User) -> Draw:
    """A panel of which only one was found, by a rule of one for each unit."""
    make_expert("在席", title_level=4, employer=make_unit(), email="s@example.cn")
    project = make_ready_project(
        now=NOW,
        groups=[GroupInput("技术", SEATS + 1, [SENIOR])],
        unit_cap=1,
        contributors=["operator", "supervisor"],
        channels=("email",),
    )
    draw = start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))
    order(draw, operator, supervisor, minutes=1)
    accept_all(draw, now=NOW + 2 * MINUTE)
    return draw


@pytest.fixture
def others() -> list[Expert]:
    """Whom the wider conditions find beside as many friends as there are seats."""
    made = [
        make_expert(f"专家{n:02}", title_level=1, employer=make_unit(), email=f"e{n}@example.cn")
        for n in range(16)
    ]
    return made[SEATS:]


def widen(base: Draw, operator: User, supervisor: User) -> Draw:
    """A widened draw that waits for its values."""
    at = NOW + 5 * MINUTE
    widen_plan(project=base.project, levels={"g1": [SENIOR, OTHER]}, actor=operator, now=at)
    return start_widened_draw(
        base=base,
        reason=REASON,
        actor=operator,
        second=supervisor,
        now=at,
        entropy=SeededEntropy(5),
    )


def friend_of(base: Draw) -> Expert:
    return Expert.objects.get(pk=expert_id_of(base.invitations.get(line=1)))


def employ(expert: Expert, unit: Unit, by: User) -> None:
    expert.refresh_from_db()
    update_expert(expert=expert, values={"employer": unit}, actor=by, now=NOW + 10 * MINUTE)


def stands(draw: Draw, meant: set[int], supervisor: User) -> str:
    """That ``draw`` stopped with all who were drawn on their seats; by what, supervisors are told."""
    pause = DrawPause.objects.get(draw=draw, resumed_at=None)
    assert sitting(draw) == meant
    assert told([supervisor]) == [supervisor.name]
    assert set(pause.told["kinds"]) == {"所在单位人数已满（本项目）"}
    return changes_in_words(pause.told)


@pytest.mark.shows("DRAW-12")
@pytest.mark.parametrize("way", ["an edit", "a merge", "a row"])
def test_nobody_is_made_a_colleague_of_who_sits(
    base: Draw, others: list[Expert], admin: User, operator: User, supervisor: User, way: str
) -> None:
    widened = widen(base, operator, supervisor)
    unit, keeper = friend_of(base).employer, make_user("admin", name="单位管理员")
    assert unit
    for one in others:
        if way == "an edit":
            employ(one, unit, admin)
        elif way == "a merge":
            assert one.employer
            merge_units(unit=one.employer, into=unit, actor=keeper, now=NOW + 10 * MINUTE)
        else:
            write("update experts_expert set employer_id = %s where id = %s", unit.pk, one.pk)
    order(widened, operator, supervisor)
    meant = {expert.pk for expert in drawn_of(widened)[:SEATS]}
    words = stands(widened, meant, supervisor)
    who = {"an edit": admin.username, "a merge": keeper.username, "a row": "没有对应的记录"}
    assert who[way] in words
    # Who still is a colleague loses his turn, in the record.
    assert go_on(widened, supervisor)
    assert not sitting(widened) & {one.pk for one in others}
    lost = [why for kind, why in reasons(widened) if kind in ("exit", "skip")]
    assert set(lost) == {"pool_changed"}


@pytest.mark.parametrize("way", ["an edit", "a row"])
def test_nor_is_who_sits_made_theirs(
    base: Draw, others: list[Expert], admin: User, operator: User, supervisor: User, way: str
) -> None:
    unit = make_unit("大院")
    Expert.objects.filter(pk__in=[one.pk for one in others]).update(employer=unit)
    widened = widen(base, operator, supervisor)
    friend = friend_of(base)
    if way == "an edit":
        employ(friend, unit, admin)
    else:
        write("update experts_expert set employer_id = %s where id = %s", unit.pk, friend.pk)
    order(widened, operator, supervisor)
    seated = {expert_id_of(row) for row in widened.invitations.all()}
    assert seated & {one.pk for one in others}
    words = stands(widened, seated, supervisor)
    assert (admin.username if way == "an edit" else "没有对应的记录") in words


# --- Records --------------------------------------------------------------------------------------


@pytest.fixture
def pool() -> list[Expert]:
    return [make_expert("王小明", email=f"e{n}@example.cn") for n in range(12)]


def next_of(draw: Draw) -> Expert:
    """Who is next in the order of ``draw``, which has one seat."""
    return drawn_of(draw)[1]


def seated(draw: Draw) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=1)))


def merge(keep: Expert, close: Expert, by: User, minutes: int = 5) -> Expert:
    at = NOW + minutes * MINUTE
    return merge_experts(keep=keep, close=close, taken=(), reason="同一人", actor=by, now=at)


def write_merge(keep: Expert, close: Expert) -> None:
    write(
        "update experts_expert set status = 'deleted', deleted_at = now(),"
        " status_before_deletion = 'formal', merged_into_id = %s where id = %s",
        *(keep.pk, close.pk),
    )


@pytest.mark.shows("DRAW-12")
@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("kind", ["时间冲突", "超过参评次数上限"], ids=["held", "cap"])
def test_nobody_loses_his_turn_by_the_record_of_another(
    pool: list[Expert], admin: User, supervisor: User, kind: str, written: bool
) -> None:
    """Who sits elsewhere, or took part often, is said to be whoever is next."""
    held = kind == "时间冲突"
    other = make_draw(
        now=NOW - MINUTE, seats=1, opens_in_hours=72 if held else 20, channels=("email",)
    )
    reply(other.invitations.get(), 0, accept=True)
    cap = {} if held else {"frequency_cap": 1, "frequency_days": 365}
    draw = make_draw(now=NOW, seats=1, channels=("email",), **cap)
    one, close = next_of(draw), seated(other)
    if written:
        write_merge(one, close)
    else:
        merge(one, close, admin)
    reply(draw.invitations.get(), 10, accept=False)
    pause = DrawPause.objects.get(draw=draw, resumed_at=None)
    assert pause.told["kinds"] == {kind: 1}
    assert told([supervisor]) == [supervisor.name]
    words = changes_in_words(pause.told)
    assert ("没有对应的记录" if written else admin.username) in words
    assert draw.invitations.count() == 1
    if written:
        # Put back, it was for nothing.
        write(
            "update experts_expert set status = 'formal', deleted_at = null,"
            " status_before_deletion = '', merged_into_id = null where id = %s",
            close.pk,
        )
        assert go_on(draw, supervisor)
        assert sitting(draw) == {one.pk}


@pytest.mark.parametrize("led_on", [False, True])
def test_a_merge_of_before_the_seal_counts_as_the_log_has_it(admin: User, led_on: bool) -> None:
    """By way of a third record, too. One that a row leads to somebody else since is nobody's."""
    pool = [make_expert(f"专家{n}", email=f"e{n}@example.cn", birth_date=YOUNG) for n in range(4)]
    closed = {}
    for expert in pool:
        first, second = make_expert(expert.name), make_expert(expert.name)
        merge(second, first, admin, minutes=-20)
        merge(expert, second, admin, minutes=-10)
        closed[expert.pk] = first
    draw = make_draw(now=NOW, seats=1, channels=("email",))
    one, last = drawn_of(draw)[1:3]
    if led_on:
        write(
            "update experts_expert set merged_into_id = %s where id = %s",
            *(one.pk, closed[last.pk].pk),
        )
    # Another office's draw for the same time takes whoever is next.
    Expert.objects.filter(pk=one.pk).update(birth_date=OLD)
    old = {"field": "age", "op": "gte", "value": 50}
    make_draw(
        now=NOW + 5 * MINUTE,
        opens_in_hours=72 - 5 / 60,
        groups=[GroupInput("综合", 1, [old])],
        channels=("email",),
    )
    reply(draw.invitations.get(), 10, accept=False)
    assert DrawPause.objects.filter(draw=draw).exists() is led_on
    assert (last.pk in sitting(draw)) is not led_on
