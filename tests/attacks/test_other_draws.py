"""Nobody empties the hat of a sealed draw by another one: turns lost to holds that came after the seal stop
it where the other draw is that of who runs this one, or where they are more than chance would bring."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPause
from expertpool.draws.queries.hands import hand_steps_of
from expertpool.draws.queries.pool_changes import changes_in_words
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.pool_pauses import is_more_than_chance
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    drawn_of,
    go_on,
    order,
    reasons,
    reply,
    sealed,
    sitting,
    told,
)

pytestmark = pytest.mark.django_db
OLD, YOUNG = date(1960, 1, 1), date(1990, 1, 1)


@pytest.fixture
def pool() -> list[Expert]:
    """Six friends, and fourteen others whom a condition on the age finds."""
    friends = [make_expert(f"友{n}", email=f"f{n}@example.cn", birth_date=OLD) for n in range(6)]
    others = [make_expert(f"他{n}", email=f"o{n}@example.cn", birth_date=YOUNG) for n in range(14)]
    return [*friends, *others]


def taking(age: str, seats: int, operator: User, *, minutes: int = 5, hours: int = 72) -> Draw:
    """Another draw, that sits ``hours`` after NOW: of those at most 50 years old, or at least."""
    return make_draw(
        now=NOW + minutes * MINUTE,
        operator=operator,
        opens_in_hours=hours - minutes / 60,
        groups=[GroupInput("综合", seats, [{"all": [{"field": "age", "op": age, "value": 50}]}])],
        channels=("email",),
    )


def stands(draw: Draw, supervisor: User) -> DrawPause:
    """That ``draw`` stopped with all who were drawn on their seats, and its supervisors know why."""
    pause = DrawPause.objects.get(draw=draw, resumed_at=None)
    assert sitting(draw) == {expert.pk for expert in drawn_of(draw)[:5]}
    assert told([supervisor]) == [supervisor.name]
    assert set(pause.told["kinds"]) == {"时间冲突"}
    return pause


@pytest.mark.shows("DRAW-12")
def test_who_runs_a_draw_does_not_empty_its_hat_by_another(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    taking("lte", 14, operator)
    order(draw, operator, supervisor)
    pause = stands(draw, supervisor)
    assert f"{operator.username}，经办人）封存抽取 1 次" in changes_in_words(pause.told)
    # Whom another draw holds does not sit, and that stands in the record.
    assert go_on(draw, supervisor)
    assert sitting(draw) <= {expert.pk for expert in pool[:6]}
    lost = [one for one in reasons(draw) if one[0] != "note"]
    assert len(lost) == pause.told["count"]
    assert {why for _, why in lost} == {"pool_changed"}
    assert hand_steps_of(draw) == 1
    assert difference_in(draw) is None


def test_nor_by_one_that_was_put_off_to_its_time(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    other = taking("lte", 14, operator, minutes=-60, hours=48)
    draw = sealed(operator)
    new = [NewMeeting(other.project_id, draw.project.opening_at, other.project.place)]
    reschedule(
        draw=other,
        meetings=new,
        reason="会议室",
        actor=operator,
        now=NOW + 5 * MINUTE,
        entropy=SeededEntropy(5),
    )
    order(draw, operator, supervisor)
    pause = stands(draw, supervisor)
    assert f"{operator.username}，经办人）改期 1 次" in changes_in_words(pause.told)


def test_nor_does_a_colleague_where_it_is_more_than_chance(
    pool: list[Expert], operator: User, supervisor: User
) -> None:
    draw = sealed(operator)
    colleague = make_user("operator")
    taking("lte", 14, colleague)
    order(draw, operator, supervisor)
    pause = stands(draw, supervisor)
    assert colleague.username in changes_in_words(pause.told)


@pytest.mark.parametrize("own", [False, True])
def test_one_who_was_taken_by_another_draw_stops_nothing_but_of_the_same_operator(
    pool: list[Expert], operator: User, own: bool
) -> None:
    draw = make_draw(now=NOW, operator=operator, seats=2, channels=("email",))
    third, fourth = drawn_of(draw)[2:4]
    Expert.objects.exclude(pk=third.pk).update(birth_date=YOUNG)
    Expert.objects.filter(pk=third.pk).update(birth_date=OLD)
    other = operator if own else make_user("operator")
    taking("gte", 1, other)
    reply(draw.invitations.get(line=1), 10, accept=False)
    assert third.pk not in sitting(draw)
    assert DrawPause.objects.filter(draw=draw).exists() is own
    assert (fourth.pk in sitting(draw)) is not own
    assert hand_steps_of(draw) == int(own)


@pytest.mark.parametrize(
    ("lost", "turns", "more"), [(1, 1, False), (2, 6, False), (2, 5, True), (5, 14, True)]
)
def test_more_than_a_third_of_the_turns_and_at_least_two(lost: int, turns: int, more: bool) -> None:
    assert is_more_than_chance(lost, turns) is more
