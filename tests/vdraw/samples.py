"""Draws to test with: the published vectors, and small ones made from a few numbers."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import vdraw
from vdraw import (
    EXIT_REASONS,
    RULE_SALT_BYTES,
    SKIP_REASONS,
    Candidate,
    Event,
    Group,
    Opening,
    Order,
    Person,
    Record,
    Reveal,
    Rule,
    Sealed,
    Standing,
    build_record,
    build_rule,
    canonical_json,
    chain_events,
    check_short,
    commit_identity,
    commit_nonce,
    end_draw,
    exit_expert,
    order_candidates,
    replay,
    reschedule,
    seal_draw,
    seat_first,
    supplement,
    take_note,
    void_draw,
)

VECTORS: list[dict[str, Any]] = json.loads(
    Path(vdraw.__file__).with_name("vectors.json").read_text()
)

NEGATIVE: list[dict[str, Any]] = json.loads(
    Path(vdraw.__file__).with_name("negative.json").read_text()
)
SHORTS: list[dict[str, Any]] = json.loads(Path(vdraw.__file__).with_name("short.json").read_text())
AUTHORS = VECTORS[:8]  # records that came with the protocol; the others have chained events

Fits = Mapping[str, int]
Someone = tuple[Fits, str | None]


def vector(number: int) -> dict[str, Any]:
    """A vector of one's own to spoil."""
    return copy.deepcopy(VECTORS[number])


def opening_of(number: int, hash_name: str = "sha256") -> Opening:
    ref, salt = f"ZJ{number:06}", f"{number:032x}"
    commit = commit_identity(draw_id="D1", ref=ref, salt=salt, hash_name=hash_name)
    return Opening(commit, ref, salt)


def seal_people(
    people: Sequence[Someone],
    seats: Mapping[str, int],
    *,
    unit_cap: int | None = None,
    nonce: bytes = bytes(32),
    hash_name: str = "sha256",
    standbys: Mapping[str, int] | None = None,
    further: Mapping[str, Any] | None = None,
    chained: bool = False,
) -> Sealed:
    """A sealed draw of ``people``; by a rule of before events were ``chained``, where it is about seats."""
    rule = build_rule(
        draw_id="D1",
        projects=["P1"],
        groups=[Group(key, f"专业{key}", count) for key, count in seats.items()]
        + [
            Group(f"s{key[1:]}", f"专业{key}候补", count, {"standby_for": key})
            for key, count in (standbys or {}).items()
        ],
        nonce_commit=commit_nonce(nonce, hash_name=hash_name),
        contributors=["operator"],
        salt="00" * RULE_SALT_BYTES,
        unit_cap=unit_cap,
        hash_name=hash_name,
        further=further,
    )
    return seal_draw(
        rule if chained else unchained(rule),
        [
            Candidate(opening_of(number, hash_name).commit, fits, unit)
            for number, (fits, unit) in enumerate(people)
        ],
    )


def unchained(rule: Rule) -> Rule:
    """The same rule as draws had it before their events were chained."""
    return Rule.from_dict({key: value for key, value in rule.to_dict().items() if key != "events"})


def order_people(
    people: Sequence[Someone],
    seats: Mapping[str, int],
    *,
    seed: int = 0,
    unit_cap: int | None = None,
    hash_name: str = "sha256",
    standbys: Mapping[str, int] | None = None,
    further: Mapping[str, Any] | None = None,
    chained: bool = False,
) -> Order:
    nonce = random.Random(seed).randbytes(32)
    sealed = seal_people(
        people,
        seats,
        unit_cap=unit_cap,
        nonce=nonce,
        hash_name=hash_name,
        standbys=standbys,
        further=further,
        chained=chained,
    )
    return order_candidates(sealed, [Reveal("system", nonce.hex()), Reveal("operator", "36")])


def in_order(sealed: Sealed, numbers: Sequence[int]) -> Order:
    """The same draw with the people in a chosen order, as no real draw can have it."""
    position = {candidate.commit: i for i, candidate in enumerate(sealed.candidates)}
    ranking = tuple(position[opening_of(number).commit] for number in numbers)
    return Order(sealed=sealed, reveals=(), seed="", ranking=ranking)


def numbers_of(commits: Sequence[str], count: int, hash_name: str = "sha256") -> list[int]:
    """Which person each commitment is."""
    number = {opening_of(i, hash_name).commit: i for i in range(count)}
    return [number[commit] for commit in commits]


def seated_numbers(state: Standing, count: int) -> list[int]:
    hash_name = state.order.sealed.rule.hash_name
    return numbers_of([seat.commit for seat in state.seats], count, hash_name)


def most_seats(fits: Sequence[Fits], seats: Mapping[str, int]) -> int:
    """The size of a maximum matching, by trying everything."""
    if not fits:
        return 0
    first, rest = fits[0], fits[1:]
    best = most_seats(rest, seats)
    for group in first:
        if seats[group] > 0:
            best = max(best, 1 + most_seats(rest, {**seats, group: seats[group] - 1}))
    return best


def live(order: Order, rnd: random.Random) -> tuple[Standing, list[Event]]:
    """A draw's whole life with accidental exits and skips, if its events are chained notes, too."""
    is_chained = order.sealed.rule.is_chained
    step = seat_first(order)
    state, events = step.state, list(step.events)
    for _ in range(rnd.randrange(6)):
        for seat in rnd.sample(state.seats, min(len(state.seats), rnd.randrange(3))):
            step = exit_expert(state, seat.commit, rnd.choice(EXIT_REASONS))
            state, events = step.state, events + list(step.events)
        if state.has_free_seats:
            step = supplement(state, accident(rnd))
            if step.seats or state.is_due or not is_chained:
                state, events = step.state, events + list(step.events)
        if is_chained and rnd.random() < 0.3:
            step = take_note(state, "emergency")
            state, events = step.state, events + list(step.events)
    step = end_draw(state)
    state, events = step.state, events + list(step.events)
    if is_chained and rnd.random() < 0.3:
        step = reschedule(state, [{"opening_at": "2036-12-01T09:30+08:00"}])
        state, events = step.state, events + list(step.events)
        step = end_draw(state)
        state, events = step.state, events + list(step.events)
    if is_chained and rnd.random() < 0.3:
        step = take_note(state, "early_release")
        state, events = step.state, events + list(step.events)
    if is_chained and rnd.random() < 0.3:
        step = void_draw(state, "名单泄露", [Person("operator", "张"), Person("supervisor", "李")])
        state, events = step.state, events + list(step.events)
    return state, events


def told(order: Order, events: Sequence[Event]) -> tuple[Event, ...]:
    """``events`` with who did them, when and why, and chained if the rule says so."""
    hand = {
        "by": {"role": "operator", "account": "zhang"},
        "via": "operator",
        "reason_code": "told",
        "supervisor": "赵明华",
        "witness": "ab" * 32,
    }
    return chain_events(
        order,
        (
            replace(event, further={"at": f"2026-11-24T09:{event.n % 60:02}:00+08:00", **hand})
            for event in events
        ),
    )


def engine_difference(record: dict[str, Any]) -> str | None:
    """What the engine finds in a record; None where nothing differs. It reads its own rows: of a
    value of another type it says no more than Python does."""
    try:
        if isinstance(record, dict) and "form" in record:
            check_short(record)
            return None
        read = Record.from_dict(record)
        order = read.reorder()
        state = replay(order, read.events)
        made = build_record(order, read.events, read.openings).to_dict()
        if canonical_json(made) != canonical_json(record):  # where true is not 1
            return "记录的写法不同"
    except (ValueError, TypeError, AttributeError) as error:
        return str(error) or "格式不对"
    used = {order.sealed.candidates.commits[expert] for expert in state.used}
    if sorted(item.commit for item in read.openings) not in ([], sorted(used)):
        return "开封的不是入过席的人"
    if read.openings and not state.may_be_opened:
        return "名单没有公开"
    return None if state.end else "记录没有结束"


def accident(rnd: random.Random) -> Callable[[str], str | None]:
    return lambda commit: rnd.choice(SKIP_REASONS) if rnd.random() < 0.25 else None


def random_record(seed: int) -> Record:
    """A finished draw with groups, levels, units and accidents as the seed has it; every other one
    has standbys, of each four two have chained events."""
    rnd = random.Random(seed)
    seats = {f"g{i}": rnd.randint(1, 3) for i in range(1, rnd.randint(2, 5))}
    people: list[Someone] = [
        (
            {
                key: rnd.randint(1, 3)
                for key in rnd.sample(sorted(seats), rnd.randint(1, min(3, len(seats))))
            },
            rnd.choice([None, "U1", "U2", "单位三"]),
        )
        for _ in range(rnd.randint(0, 16))
    ]
    hash_name = rnd.choice(["sha256", "sm3"])
    order = order_people(
        people,
        seats,
        seed=seed,
        unit_cap=rnd.choice([None, 1, 2]),
        hash_name=hash_name,
        standbys={key: rnd.randint(1, 2) for key in seats if rnd.random() < 0.7}
        if seed % 2
        else {},
        chained=seed % 4 > 1,
    )
    state, events = live(order, rnd)
    if order.sealed.rule.is_chained:
        events = list(told(order, events))
    used = {order.sealed.candidates[i].commit for i in state.used}
    openings = [opening_of(i, hash_name) for i in range(len(people))]
    return build_record(order, events, [item for item in openings if item.commit in used])


@st.composite
def pools(
    draw: st.DrawFn, *, max_level: int = 3, max_groups: int = 3, overlapping: bool = True
) -> tuple[list[Someone], dict[str, int]]:
    """A small pool and the seats of its groups."""
    ids = [f"g{i}" for i in range(1, draw(st.integers(1, max_groups)) + 1)]
    seats = {key: draw(st.integers(1, 3)) for key in ids}
    levels = st.integers(1, max_level)
    most = len(ids) if overlapping else 1
    fits = st.dictionaries(st.sampled_from(ids), levels, min_size=1, max_size=most)
    units = st.sampled_from([None, "U1", "U2", "U3"])
    return draw(st.lists(st.tuples(fits, units), max_size=8)), seats


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a record a value stands that is neither object nor list."""
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from paths(item, (*path, i))
    else:
        yield path


def spoil(record: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> None:
    """Change the value at ``path`` in place."""
    *way, last = path
    holder: Any = record
    for key in way:
        holder = holder[key]
    holder[last] = change(holder[last])


def shifted(value: Any) -> Any:
    """Another value of the same type; in a text only the last bit of its last character changes."""
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    return "U9" if value is None else value + 1
