"""Many items to many experts: against brute force, and three verifiers of one mind."""

import copy
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vdraw
from tests.vdraw.samples import opening_of, paths, shifted, spoil
from tests.vdraw.test_javascript import differences
from tools.vectors import altered, assignment_vectors
from vdraw import assignment
from vdraw.assignment.board import Board
from vdraw.exceptions import EngineError
from vdraw.verify import find_difference, find_misfit

VECTORS = json.loads(Path(vdraw.__file__).with_name("assignments.json").read_text())
RECORDS: list[dict[str, Any]] = VECTORS["records"]

Case = tuple[list[tuple[str, int]], list[tuple[list[str], list[str]]], int]


def order_of(case: Case, seed: int = 0, hash_name: str = "sha256") -> assignment.AssignmentOrder:
    *_, per_expert = case
    nonce = random.Random(seed).randbytes(32)
    rule = assignment.build_assignment_rule(
        draw_id="D1",
        classes={"a": "甲类", "b": "乙类", "c": "丙类"},
        per_expert=per_expert,
        nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_name),
        contributors=["operator"],
        salt="00" * vdraw.RULE_SALT_BYTES,
        hash_name=hash_name,
    )
    reveals = [vdraw.Reveal("system", nonce.hex()), vdraw.Reveal("operator", "36")]
    sealed = assignment.seal_assignment(rule, *sealed_things(case, hash_name))
    return assignment.order_assignment(sealed, reveals)


def sealed_things(
    case: Case, hash_name: str = "sha256"
) -> tuple[list[assignment.Item], list[assignment.Judge]]:
    items, people, _ = case
    return (
        [assignment.Item(f"i{n}", key, count) for n, (key, count) in enumerate(items)],
        [
            assignment.Judge(opening_of(n, hash_name).commit, tuple(classes), tuple(barred))
            for n, (classes, barred) in enumerate(people)
        ],
    )


@st.composite
def cases(draw: st.DrawFn, most_items: int = 4, most_people: int = 4) -> Case:
    items = draw(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(1, 3)), min_size=1, max_size=most_items
        )
    )
    ids = [f"i{n}" for n in range(len(items))]
    kinds = st.sets(st.sampled_from("abc"), min_size=1).map(sorted)
    bars = st.sets(st.sampled_from(ids), max_size=2).map(sorted)
    people = draw(st.lists(st.tuples(kinds, bars), max_size=most_people))
    return items, people, draw(st.integers(1, 3))


def fits_of(case: Case) -> list[list[int]]:
    items, people, _ = case
    return [
        [n for n, (key, _) in enumerate(items) if key in classes and f"i{n}" not in barred]
        for classes, barred in people
    ]


def every_assignment(case: Case) -> Iterator[tuple[int, list[int]]]:
    """By trying everything: how many places are filled, and the loads."""
    items, _, per_expert = case

    def subsets(fit: list[int]) -> list[tuple[int, ...]]:
        sizes = range(min(len(fit), per_expert) + 1)
        return [rows for size in sizes for rows in itertools.combinations(fit, size)]

    for given_ in itertools.product(*(subsets(fit) for fit in fits_of(case))):
        count = Counter(item for row in given_ for item in row)
        if all(count[n] <= wanted for n, (_, wanted) in enumerate(items)):
            yield sum(count.values()), [len(row) for row in given_]


def loads_of(case: Case, state: assignment.AssignmentState) -> list[int]:
    return [len(state.items_of(opening_of(n).commit)) for n in range(len(case[1]))]


@given(cases(), st.integers(0, 1000))
@pytest.mark.shows("DRAW-03")
def test_it_fills_as_many_places_as_can_be_filled_and_nothing_is_more_even(
    case: Case, seed: int
) -> None:
    step = assignment.assign_first(order_of(case, seed))
    loads = loads_of(case, step.state)
    filled, best = max(
        (places, -sum(load * load for load in rows)) for places, rows in every_assignment(case)
    )
    assert (sum(loads), -sum(load * load for load in loads)) == (filled, best)
    wanted = sum(count for _, count in case[0])
    assert (step.state.lacking == {}) == (filled == wanted)
    fits = fits_of(case)
    for one, other in itertools.combinations(range(len(fits)), 2):
        if fits[one] == fits[other]:
            assert abs(loads[one] - loads[other]) <= 1


@given(cases(6, 6), st.integers(0, 1000))
def test_everybody_gets_what_he_may_judge_and_no_more_than_allowed(case: Case, seed: int) -> None:
    state = assignment.assign_first(order_of(case, seed)).state
    items, _, per_expert = case
    fits = fits_of(case)
    count: Counter[str] = Counter()
    for n, fit in enumerate(fits):
        mine = state.items_of(opening_of(n).commit)
        assert {*mine} <= {f"i{item}" for item in fit}
        assert len(mine) <= per_expert
        count.update(mine)
    assert all(count[f"i{n}"] <= wanted for n, (_, wanted) in enumerate(items))


@given(cases(6, 6))
def test_what_is_missing_is_told_by_halls_reason(case: Case) -> None:
    """The items named want more than those who may judge any of them can take; and all that is lacking
    is told, before the seal as after the draw."""
    order = order_of(case)
    items, _, per_expert = case
    fits = fits_of(case)
    before = assignment.check_assignable(order.sealed.rule, *sealed_things(case))
    for shortage in before:
        wanted = sum(items[n][1] for n in shortage.items)
        places = sum(min(per_expert, len({*fit}.intersection(shortage.items))) for fit in fits)
        assert (shortage.wanted, shortage.places) == (wanted, places)
        assert shortage.lack > 0
        assert {*shortage.experts} == {
            n for n, fit in enumerate(fits) if {*fit}.intersection(shortage.items)
        }
    after = assignment.assign_first(order)
    lacking = sum(after.state.lacking.values())
    assert sum(one.lack for one in before) == lacking
    assert sum(one.lack for one in after.shortages) == lacking


def test_a_shortage_names_items_and_experts() -> None:
    case: Case = (
        [("a", 3), ("a", 3), ("b", 1)],
        [(["a"], []), (["a", "b"], ["i1"]), (["b"], [])],
        2,
    )
    first, second = assignment.check_assignable(order_of(case).sealed.rule, *sealed_things(case))
    assert (first.items, first.experts, first.wanted, first.places) == ((0,), (0, 1), 3, 2)
    assert (second.items, second.experts, second.lack) == ((1,), (0,), 2)


def test_experts_alike_have_equal_chances() -> None:
    """Each of six is as often given the one item of two places; chi-square, 5 degrees, 0.1 %."""
    case: Case = ([("a", 2)], [(["a"], []) for _ in range(6)], 1)
    rounds, count = 600, Counter[int]()
    for seed in range(rounds):
        loads = loads_of(case, assignment.assign_first(order_of(case, seed)).state)
        count.update(n for n, load in enumerate(loads) if load)
    expected = rounds * 2 / 6
    assert sum((count[n] - expected) ** 2 / expected for n in range(6)) < 20.515


def test_one_order_of_experts_serves_for_all_places_of_an_item() -> None:
    """Each place was another order of all of them: of 2,000 items with three places most of the time of a draw."""
    items, people = sealed_things(([("a", 3)] * 4, [(["a"], [])] * 12, 2))
    asked = []

    def rank(item: int, experts: Iterable[int]) -> list[int]:
        asked.append(item)
        return sorted(experts)

    board = Board(items, people, 2, [() for _ in people], (), ())
    board.fill(range(4), rank)
    assert asked == [0, 1, 2, 3]
    assert sorted(map(len, board.held)) == [1] * 12


def test_the_order_of_items_and_experts_changes_nothing() -> None:
    items, people = sealed_things(([("a", 2), ("b", 1)] * 3, [(["a", "b"], ["i1"])] * 5, 3))
    rule = order_of(([("a", 1)], [], 3)).sealed.rule
    one = assignment.seal_assignment(rule, items, people)
    other = assignment.seal_assignment(rule, items[::-1], people[::-1])
    assert one == other


# --- Lives, and the three verifiers --------------------------------------------------------------


def random_life(seed: int) -> dict[str, Any]:
    rnd = random.Random(seed)
    items = [(rnd.choice("abc"), rnd.randint(1, 3)) for _ in range(rnd.randint(1, 8))]
    ids = [f"i{n}" for n in range(len(items))]
    people = [
        (sorted(rnd.sample("abc", rnd.randint(1, 3))), sorted(rnd.sample(ids, rnd.randint(0, 1))))
        for _ in range(rnd.randint(0, 8))
    ]
    order = order_of(
        (items, people, rnd.randint(1, 3)), seed, hash_name := rnd.choice(["sha256", "sm3"])
    )
    step = assignment.assign_first(order)
    state, events = step.state, list(step.events)

    def take(made: assignment.AssignmentStep) -> None:
        nonlocal state
        state = made.state
        events.extend(made.events)

    for _ in range(rnd.randrange(4)):
        for _ in range(rnd.randrange(3)):
            if leaver := somebody(state, rnd):
                mine, leaves = state.items_of(leaver), rnd.random() < 0.6
                back = rnd.sample(mine, rnd.randint(0 if leaves else 1, len(mine)))
                take(assignment.give_up(state, leaver, "conflict", back, leaves=leaves))
        if state.lacking:
            rows = enumerate(order.sealed.reviewers)
            present = [one.commit for at, one in rows if at not in state.out]
            away = {commit: "busy" for commit in present if rnd.random() < 0.2}
            made = assignment.supplement_items(state, away)
            if made.shares or state.is_due:
                take(made)
    take(assignment.end_assignment(state, closed=rnd.random() < 0.5 or state.is_due))
    if rnd.random() < 0.2:
        by = [vdraw.Person("operator", "张"), vdraw.Person("supervisor", "李")]
        take(assignment.void_assignment(state, "名单有误", by))
    hand = {
        "by": {"role": "operator", "account": "zhang"},
        "via": "operator",
        "reason_code": "told",
        "supervisor": "监督人",
        "witness": "ab" * 32,
        "at": "2026-11-26T01:30:00+00:00",
    }
    told = [replace(event, further=hand) for event in events]
    chained = assignment.chain_entries(order.sealed.rule, order.seed, told)
    used = {order.sealed.reviewers[at].commit for at in state.used}
    openings = [opening_of(n, hash_name) for n in range(len(people))]
    opened = [one for one in openings if one.commit in used]
    return assignment.build_assignment_record(order, chained, opened).to_dict()


def somebody(state: assignment.AssignmentState, rnd: random.Random) -> str | None:
    rows = enumerate(state.order.sealed.reviewers)
    still = [one.commit for at, one in rows if state.held[at] and at not in state.out]
    return rnd.choice(still) if still else None


def engine_difference(record: dict[str, Any]) -> str | None:
    """What the engine finds in a record; None where nothing differs."""
    try:
        read = assignment.AssignmentRecord.from_dict(record)
        order = read.reorder()
        state = assignment.replay_assignment(order, read.events)
        made = assignment.build_assignment_record(order, read.events, read.openings).to_dict()
        if vdraw.canonical_json(made) != vdraw.canonical_json(record):
            return "记录的写法不同"
    except (ValueError, TypeError, AttributeError) as error:
        return str(error) or "格式不对"
    used = sorted(order.sealed.reviewers[at].commit for at in state.used)
    if sorted(item.commit for item in read.openings) not in ([], used):
        return "开封的不是分到过的人"
    return None if state.end else "记录没有结束"


def spoiled_records() -> Iterator[dict[str, Any]]:
    rnd = random.Random(20261129)
    wrong = [None, True, -1, 0, 2, "", "甲", [], {}, "ab", ["001"], {"001": 1}]
    for number in range(len(RECORDS)):
        places = list(paths(RECORDS[number]))
        for path in rnd.sample(places, min(60, len(places))):
            record = copy.deepcopy(RECORDS[number])
            spoil(record, path, shifted)
            yield record
        for _ in range(60):
            path = rnd.choice(places)
            record = copy.deepcopy(RECORDS[number])
            value = copy.deepcopy(rnd.choice(wrong))
            spoil(record, path[: rnd.randint(1, len(path))], lambda _, value=value: value)
            yield record
        for name in ("items", "candidates", "reveals", "events", "openings"):
            changes: list[Callable[[list[Any]], Any]] = [
                list.pop, list.reverse, lambda rows: rows.append(rows[0])
            ]  # fmt: skip
            for change in changes:
                record = copy.deepcopy(RECORDS[number])
                if record[name]:
                    change(record[name])
                yield record


def test_engine_library_verifier_and_browser_are_of_one_mind() -> None:
    sound = [*RECORDS, *(random_life(seed) for seed in range(120))]
    refused = [altered(RECORDS, [], case) for case in VECTORS["negative"]]
    records = [*sound, *refused, *spoiled_records()]
    answers = differences(records)
    assert answers[: len(sound)] == [None] * len(sound)
    for record, answer in zip(records, answers, strict=True):
        assert answer == find_difference(record)
        assert bool(answer) == bool(engine_difference(record)), answer
    assert all(answers[len(sound) : len(sound) + len(refused)])
    assert len([answer for answer in answers[len(sound) :] if answer]) > 500


@pytest.mark.parametrize("case", VECTORS["negative"], ids=lambda case: case["what"])
def test_what_must_be_refused_is_named(case: dict[str, Any]) -> None:
    assert find_difference(altered(RECORDS, [], case)) == case["says"]
    assert case["says"]


def test_the_vectors_are_those_of_the_tool() -> None:
    assert assignment_vectors() == VECTORS


def test_a_short_record_is_of_no_assignment() -> None:
    short = json.loads(Path(vdraw.__file__).with_name("short.json").read_text())[0]["record"]
    assert "一次分配" in (find_misfit(short, RECORDS[0]) or "")


# --- Replacing -----------------------------------------------------------------------------------


def test_nobody_loses_what_he_holds_when_another_is_replaced() -> None:
    case: Case = ([("a", 2)] * 6, [(["a"], []) for _ in range(6)], 4)
    before = assignment.assign_first(order_of(case)).state
    leaver = before.order.sealed.reviewers[0].commit
    kept, *back = before.items_of(leaver)
    step = assignment.give_up(before, leaver, "leave", back, leaves=True)
    after = assignment.supplement_items(step.state, {}).state
    assert after.lacking == {}
    assert after.items_of(leaver) == (kept,)
    for one in before.order.sealed.reviewers[1:]:
        assert {*before.items_of(one.commit)} <= {*after.items_of(one.commit)}


def test_what_somebody_gave_up_never_comes_back() -> None:
    case: Case = ([("a", 1)], [(["a"], [])], 4)
    state = assignment.assign_first(order_of(case)).state
    commit = state.order.sealed.reviewers[0].commit
    state = assignment.give_up(state, commit, "conflict", ["i0"], leaves=False).state
    step = assignment.supplement_items(state, {})
    assert step.shares == ()
    assert step.shortages[0].lack == 1


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s, c: assignment.give_up(s, c, "bored", ["i0"], leaves=True), "未知的退出原因"),
        (lambda s, c: assignment.give_up(s, "00" * 32, "leave", [], leaves=True), "专家里没有"),
        (lambda s, c: assignment.give_up(s, c, "leave", ["i9"], leaves=True), "不在"),
        (lambda s, c: assignment.give_up(s, c, "leave", [], leaves=False), "必须写明"),
        (lambda s, c: assignment.supplement_items(s, {}), "没有空缺"),
        (lambda s, c: assignment.end_assignment(assignment.end_assignment(s).state), "已经结束"),
        (lambda s, c: assignment.void_assignment(s, "", []), "原因"),
        (lambda s, c: assignment.void_assignment(s, "x", [vdraw.Person("operator", "a")]), "两名"),
        (lambda s, c: gone(s, c, assignment.end_assignment), "尚未补充"),
        (lambda s, c: gone(s, c, lambda after: assignment.supplement_items(after, {c: "x"})), "跳过"),
        (lambda s, c: gone(s, c, lambda after: assignment.supplement_items(after, {c: "busy"})), "退出"),
        (lambda s, c: gone(s, c, lambda after: assignment.give_up(after, c, "leave", [], leaves=True)), "没有评审对象"),
    ],
)  # fmt: skip
def test_what_the_engine_refuses(act: Callable[..., Any], words: str) -> None:
    state = assignment.assign_first(order_of(([("a", 1)], [(["a"], [])], 1))).state
    with pytest.raises(EngineError, match=words):
        act(state, state.order.sealed.reviewers[0].commit)


def gone(state: Any, commit: str, act: Callable[[Any], Any]) -> Any:
    return act(assignment.give_up(state, commit, "leave", ["i0"], leaves=True).state)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (([], [], 1), "没有评审对象"),
        (([("z", 1)], [], 1), "类别 z"),
        (([("a", 0)], [], 1), "experts"),
        (([("a", 1)], [([], [])], 1), "没有可评的类别"),
        (([("a", 1)], [(["z"], [])], 1), "类别 z 不存在"),
        (([("a", 1)], [(["a"], ["i7"])], 1), "回避 i7 不存在"),
        (([("a", 1)], [(["b", "a"], [])], 1), "升序"),
        (([("a", 1)], [(["a"], [])], 0), "per_expert"),
    ],
)
def test_what_cannot_be_sealed_is_named(case: Case, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        order_of(case)
