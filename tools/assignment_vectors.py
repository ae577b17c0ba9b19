"""The vectors of assignments: records to be accepted, and alterations of them to be refused."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import vdraw
from vdraw import assignment

BEGIN = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
OPERATOR = {"role": "operator", "account": "zhang"}
SECOND = {"supervisor": "监督人", "witness": "ab" * 32}

Json = dict[str, Any]
Someone = tuple[Iterable[str], Iterable[str]]


class Life:
    """An assignment whose events are written one after the other, ten minutes apart."""

    def __init__(
        self,
        number: str,
        items: Iterable[tuple[str, int]],
        people: Iterable[Someone],
        *,
        per_expert: int,
        hash_name: str = "sha256",
        contributors: Iterable[str] = ("operator", "supervisor"),
    ) -> None:
        # The same each time: these are examples, no draws.
        chance = random.Random(number)  # noqa: S311
        nonce = chance.randbytes(vdraw.NONCE_BYTES)
        wanted = [
            assignment.Item(f"{n:03}", key, count, {"title": f"项目{n}"})
            for n, (key, count) in enumerate(items, 1)
        ]
        roles = list(contributors)
        rule = assignment.build_assignment_rule(
            draw_id=number,
            classes={key: f"类别{key}" for key in sorted({item.class_id for item in wanted})},
            per_expert=per_expert,
            nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_name),
            contributors=roles,
            salt=chance.randbytes(vdraw.RULE_SALT_BYTES).hex(),
            hash_name=hash_name,
        )
        self.openings, reviewers = {}, []
        for n, (classes, barred) in enumerate(people, 1):
            ref, salt = f"ZJ{n:06}", chance.randbytes(vdraw.SALT_BYTES).hex()
            commit = vdraw.commit_identity(draw_id=number, ref=ref, salt=salt, hash_name=hash_name)
            self.openings[commit] = vdraw.Opening(commit, ref, salt)
            reviewers.append(assignment.Judge(commit, tuple(classes), tuple(barred)))
        reveals = [vdraw.Reveal("system", nonce.hex())]
        reveals += [
            vdraw.Reveal(role, vdraw.encode_contribution(role + "三六九")) for role in roles
        ]
        sealed = assignment.seal_assignment(rule, wanted, reviewers)
        self.order = assignment.order_assignment(sealed, reveals)
        self.events: list[assignment.Entry] = []
        self.state = self._take(assignment.assign_first(self.order), {})

    def holder(self, place: int = 0) -> str:
        """One who holds something and did not leave."""
        rows = enumerate(self.order.sealed.reviewers)
        still = [one.commit for at, one in rows if self.state.held[at] and at not in self.state.out]
        return still[place]

    def next(self) -> str:
        """Whom a supplement would give something now."""
        return assignment.supplement_items(self.state, {}).shares[0].commits[0]

    def give_up(
        self, commit: str, reason: str, items: Iterable[str], *, leaves: bool, hand: bool = False
    ) -> None:
        step = assignment.give_up(self.state, commit, reason, items, leaves=leaves)
        by_hand = {"by": OPERATOR, "via": "operator", "reason_code": "told", **SECOND}
        own = {"by": {"role": "expert"}, "via": "portal", "reason_code": "own_answer"}
        self._take(step, by_hand if hand else own)

    def supplement(self, unavailable: Mapping[str, str] | None = None) -> None:
        self._take(assignment.supplement_items(self.state, unavailable or {}), {})

    def end(self, *, closed: bool = False) -> None:
        step = assignment.end_assignment(self.state, closed=closed)
        self._take(step, {"by": OPERATOR, **(SECOND if closed else {})})

    def void(self, reason: str) -> None:
        by = [vdraw.Person("operator", "zhang"), vdraw.Person("supervisor", "zhao")]
        self._take(assignment.void_assignment(self.state, reason, by), {})

    def record(self) -> Json:
        """The record with all who ever got an item opened."""
        reviewers = self.order.sealed.reviewers
        openings = [self.openings[reviewers[one].commit] for one in sorted(self.state.used)]
        record = assignment.build_assignment_record(self.order, self.events, openings).to_dict()
        return dict(json.loads(json.dumps(record)))

    def _take(
        self, step: assignment.AssignmentStep, further: Mapping[str, Any]
    ) -> assignment.AssignmentState:
        at = BEGIN + timedelta(minutes=10 * len(self.events))
        said = {
            "at": at.isoformat(timespec="seconds"),
            "by": {"role": "system"},
            "via": "system",
            "reason_code": "ordered",
            **further,
        }
        told = [replace(event, further=said) for event in step.events]
        previous = self.events[-1].further["hash"] if self.events else None
        rule = self.order.sealed.rule
        self.events += assignment.chain_entries(rule, self.order.seed, told, previous)
        self.state = step.state
        return step.state


def records() -> list[Json]:
    """What has to be accepted."""
    return [_full(), _replaced(), _handed_on(), _short(), _closed(), _void()]


def _full() -> Json:
    """Everybody fits all: loads differ by one."""
    people: list[Someone] = [(["a"], []) for _ in range(4)]
    life = Life("F1", [("a", 2)] * 5, people, per_expert=3)
    life.end()
    return life.record()


def _replaced() -> Json:
    """Somebody leaves and keeps what he judged, somebody else has a conflict, one is skipped."""
    people: list[Someone] = [(["a", "b"], ["001"] if n == 2 else []) for n in range(7)]
    life = Life("F2", [("a", 2)] * 4 + [("b", 3)] * 2, people, per_expert=4)
    first = life.holder()
    items = life.state.items_of(first)
    life.give_up(first, "leave", items[1:], leaves=True)
    life.supplement({life.next(): "on_leave"})
    second = life.holder(2)
    life.give_up(second, "conflict", life.state.items_of(second)[:1], leaves=False, hand=True)
    life.supplement()
    life.end()
    life.give_up(life.holder(), "declined", [], leaves=True)
    life.end()
    return life.record()


def _handed_on() -> Json:
    """There is one full assignment alone, found by handing on; SM3, nobody contributes."""
    people: list[Someone] = [
        (["a", "b", "c"], []),
        (["b", "c"], []),
        (["c"], []),
        (["a", "b", "c"], ["001", "002"]),
    ]
    items = [("a", 1), ("b", 1), ("c", 2)]
    life = Life("F3", items, people, per_expert=1, hash_name="sm3", contributors=())
    life.end()
    return life.record()


def _short() -> Json:
    """Three items of a class want more than its two experts may take."""
    people: list[Someone] = [(["a"], []), (["a"], ["002"]), (["b"], []), (["b"], [])]
    life = Life("F4", [("a", 2)] * 3 + [("b", 1)] * 2, people, per_expert=2)
    life.end()
    life.give_up(life.holder(), "no_answer", [], leaves=True)
    life.end()
    return life.record()


def _closed() -> Json:
    """Somebody leaves and nobody new is asked; before, a supplement found nobody."""
    people: list[Someone] = [(["a"], []) for _ in range(3)]
    life = Life("F5", [("a", 3), ("a", 2)], people, per_expert=2)
    first = life.holder()
    life.give_up(first, "unreached", life.state.items_of(first)[:1], leaves=True)
    life.supplement()
    second = life.holder()
    life.give_up(second, "conflict", life.state.items_of(second), leaves=True)
    life.end(closed=True)
    return life.record()


def _void() -> Json:
    people: list[Someone] = [(["a"], []) for _ in range(3)]
    life = Life("F6", [("a", 1)] * 2, people, per_expert=1)
    life.end()
    life.void("评审对象名单有误")
    return life.record()


def alterations(vectors: list[Json]) -> list[tuple[int, bool, str, list[Any]]]:
    """What has to be refused: number of the record, whether the events are chained anew, what it is, and
    the changes."""
    return [
        *((n, again, what, changes) for n, again, what, *changes in _sealed_things(vectors)),
        *((n, True, what, changes) for n, what, *changes in _forged(vectors)),
    ]


def _sealed_things(vectors: list[Json]) -> list[tuple[Any, ...]]:
    item, one = vectors[0]["items"][0], vectors[1]["candidates"][0]
    renamed = vectors[0]["candidates"][0]["commit"]
    return [
        (0, False, "another number of items for each", ["set", ["rule", "per_expert"], 4]),
        (0, False, "no limit for an expert", ["set", ["rule", "per_expert"], None]),
        (0, False, "a rule of a draw", ["set", ["rule", "kind"], "random"]),
        (0, False, "an assignment by hand", ["set", ["rule", "kind"], "manual"]),
        (0, False, "events that are not linked", ["set", ["rule", "events"], "chained"]),
        (0, False, "a list of grounds", ["set", ["rule", "grounds"], ["其他"]]),
        (0, False, "a rule without its salt", ["drop", ["rule", "salt"]]),
        (0, False, "no class", ["set", ["rule", "classes"], []]),
        (0, False, "a class twice", ["insert", ["rule", "classes", 0], vectors[0]["rule"]["classes"][0]]),
        (0, False, "a record that is said to be short", ["set", ["form"], "short"]),
        (0, False, "a record that is said to be of a draw", ["drop", ["form"]]),
        (0, False, "an item dropped", ["drop", ["items", 0]]),
        (0, False, "two items swapped", ["swap", ["items", 0]]),
        (0, False, "an item twice", ["insert", ["items", 0], item]),
        (0, False, "no item", ["set", ["items"], []]),
        (0, False, "another title of an item", ["set", ["items", 0, "title"], "别的"]),
        (0, False, "an item that wants more", ["set", ["items", 0, "experts"], 3]),
        (0, False, "an item that wants nobody", ["set", ["items", 0, "experts"], 0]),
        (0, False, "an item of no class", ["set", ["items", 0, "class"], "z"]),
        (0, False, "an expert dropped", ["drop", ["candidates", 1]]),
        (0, False, "two experts swapped", ["swap", ["candidates", 0]]),
        (0, False, "an expert twice", ["set", ["candidates", 1, "commit"], renamed]),
        (0, False, "an expert without a class", ["set", ["candidates", 0, "classes"], []]),
        (0, False, "an expert of a class twice", ["set", ["candidates", 0, "classes"], ["a", "a"]]),
        (1, False, "classes out of order", ["set", ["candidates", 0, "classes"], one["classes"][::-1]]),
        (1, False, "a bar more", ["set", ["candidates", 0, "barred"], ["001", "006"]]),
        (1, False, "a bar from what there is not", ["set", ["candidates", 0, "barred"], ["999"]]),
        (0, False, "another value of the operator", ["set", ["reveals", 1, "value"], "36"]),
        (0, False, "values swapped", ["swap", ["reveals", 1]]),
        (0, False, "another nonce", ["set", ["reveals", 0, "value"], "00" * 32]),
        (0, False, "another seal", ["set", ["seal"], "00" * 32]),
        (0, False, "another seed", ["set", ["seed"], "00" * 32]),
        (0, False, "an event dropped", ["drop", ["events", 1]]),
        (1, False, "another time", ["set", ["events", 1, "at"], "2026-11-26T01:41:00+00:00"]),
        (1, False, "an opening dropped", ["drop", ["openings", 0]]),
        (1, False, "another opened", ["set", ["openings", 0, "ref"], "ZJ000099"]),
    ]  # fmt: skip


def _forged(vectors: list[Json]) -> list[tuple[Any, ...]]:
    """What no chain heals that is computed anew."""
    first = vectors[0]["events"][0]["shares"]
    events = vectors[1]["events"]
    kinds = [event["type"] for event in events]
    left, skip, recuse = (kinds.index(kind) for kind in ("exit", "skip", "recuse"))
    stranger = next(
        one["commit"]
        for one in vectors[0]["candidates"]
        if one["commit"] not in first[0]["commits"]
    )
    end_short = vectors[3]["events"][1]
    return [
        (0, "another expert for an item", ["set", ["events", 0, "shares", 0, "commits", 0], stranger]),
        (0, "an expert fewer", ["drop", ["events", 0, "shares", 0, "commits", 0]]),
        (0, "an expert more", ["insert", ["events", 0, "shares", 0, "commits", 0], stranger]),
        (0, "two experts of an item swapped", ["swap", ["events", 0, "shares", 0, "commits", 0]]),
        (0, "items of two experts exchanged", ["set", ["events", 0, "shares", 0, "commits"], first[1]["commits"]]),
        (0, "two shares swapped", ["swap", ["events", 0, "shares", 0]]),
        (0, "a share dropped", ["drop", ["events", 0, "shares", 4]]),
        (0, "a share with a remark", ["set", ["events", 0, "shares", 0, "remark"], "x"]),
        (0, "an end that is another", ["set", ["events", 1, "state"], "success_supplement"]),
        (0, "an end that is void", ["set", ["events", 1, "state"], "void"]),
        (0, "an end that lacks nothing", ["set", ["events", 1, "lacking"], {}]),
        (0, "an end that is closed for nothing", ["set", ["events", 1, "closed"], True]),
        (0, "no end", ["drop", ["events", 1]]),
        (0, "two ends", ["insert", ["events", 1], vectors[0]["events"][1]]),
        (0, "given twice", ["insert", ["events", 0], vectors[0]["events"][0]]),
        (0, "a supplement of nothing", ["insert", ["events", 1], {**events[skip + 1], "shares": []}]),
        (0, "a note", ["set", ["events", 1, "type"], "note"]),
        (1, "an exit dropped", ["drop", ["events", left]]),
        (1, "a reason that is none", ["set", ["events", left, "reason"], "bored"]),
        (1, "an item given up that is not his", ["set", ["events", left, "items"], ["999"]]),
        (1, "an item given up twice", ["insert", ["events", left, "items", 0], events[left]["items"][0]]),
        (1, "an item kept that was given up", ["drop", ["events", left, "items", 0]]),
        (1, "an exit that is none", ["set", ["events", left, "type"], "recuse"]),
        (1, "a skip dropped", ["drop", ["events", skip]]),
        (1, "a skip of whoever left", ["set", ["events", skip, "commit"], events[left]["commit"]]),
        (1, "a skip twice", ["insert", ["events", skip], events[skip]]),
        (1, "a skip that no supplement follows", ["drop", ["events", skip + 1]]),
        (1, "a conflict of nothing", ["set", ["events", recuse, "items"], []]),
        (1, "a conflict told by one person", ["drop", ["events", recuse, "witness"]]),
        (1, "a conflict by nobody's word", ["drop", ["events", recuse, "supervisor"]]),
        (1, "a leave twice", ["set", ["events", len(events) - 2, "commit"], events[left]["commit"]]),
        (3, "an end that lacks less", ["set", ["events", 1, "lacking"], dict(list(end_short["lacking"].items())[:1])]),
        (3, "an end that does not say what lacks", ["drop", ["events", 1, "lacking"]]),
        (3, "a success that is none", ["set", ["events", 1, "state"], "success"]),
        (4, "an end in between", ["drop", ["events", 4, "closed"]]),
        (4, "closed by one person", ["drop", ["events", 4, "witness"]]),
        (4, "closed, not true", ["set", ["events", 4, "closed"], 1]),
        (4, "a supplement of nobody again", ["insert", ["events", 3], vectors[4]["events"][2]]),
        (5, "a void by one person", ["set", ["events", 2, "by", 1, "account"], "zhang"]),
        (5, "an end after the void", ["insert", ["events", 3], vectors[5]["events"][1]]),
    ]  # fmt: skip
