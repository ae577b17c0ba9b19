"""Write the vectors of the protocol: records whose events are chained or linked, the short records of
the latter, and alterations to be refused.

`python -m tools.vectors` leaves the eight records of the protocol's authors as they are, makes the
others anew behind them, `short.json`, and `negative.json` from all, and `assignments.json`. Nothing in it is left to chance or
the clock.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import vdraw
import vdraw.assignment
from tools import assignment_vectors as assignments

FOLDER = Path(vdraw.__file__).parent
AUTHORS = 8  # records that came with the protocol
BEGIN = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
OPERATOR = vdraw.Person("operator", "zhang")
SUPERVISOR = vdraw.Person("supervisor", "zhao")
EXPERT = vdraw.Person("expert")
SYSTEM = vdraw.Person("system")

Json = dict[str, Any]
Person = tuple[Mapping[str, int], str | None]


class Life:
    """A draw of ``people`` whose events are written one after the other, ten minutes apart."""

    def __init__(
        self,
        number: str,
        people: Iterable[Person],
        seats: Mapping[str, int],
        *,
        standbys: Mapping[str, int] | None = None,
        events: str = "linked",
        projects: Iterable[str] = ("P1",),
        **rule: Any,
    ) -> None:
        # The same each time: these are examples, no draws.
        chance = random.Random(number)  # noqa: S311
        hash_name = rule.setdefault("hash_name", "sha256")
        nonce = chance.randbytes(vdraw.NONCE_BYTES)
        groups = [vdraw.Group(key, f"专业{key}", count) for key, count in seats.items()]
        groups += [
            vdraw.Group(f"s{key[1:]}", f"专业{key}候补", count, {"standby_for": key})
            for key, count in (standbys or {}).items()
        ]
        sealed_rule = vdraw.build_rule(
            draw_id=number,
            projects=list(projects),
            groups=groups,
            nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_name),
            contributors=["operator", "supervisor"],
            salt=random.Random(f"{number} rule").randbytes(vdraw.RULE_SALT_BYTES).hex(),  # noqa: S311
            **rule,
        )
        if events == "chained":
            sealed_rule = chained(sealed_rule)
        self.openings, candidates = {}, []
        for n, (fits, unit) in enumerate(people, 1):
            ref, salt = f"ZJ{n:06}", chance.randbytes(vdraw.SALT_BYTES).hex()
            commit = vdraw.commit_identity(draw_id=number, ref=ref, salt=salt, hash_name=hash_name)
            self.openings[commit] = vdraw.Opening(commit, ref, salt)
            candidates.append(vdraw.Candidate(commit, fits, unit))
        reveals = [
            vdraw.Reveal("system", nonce.hex()),
            vdraw.Reveal("operator", vdraw.encode_contribution("三 六 九")),
            vdraw.Reveal("supervisor", vdraw.encode_contribution(number)),
        ]
        self.order = vdraw.order_candidates(vdraw.seal_draw(sealed_rule, candidates), reveals)
        self.events: list[vdraw.Event] = []
        self.state = self._take(vdraw.seat_first(self.order), {})

    def leave(
        self, place: int, reason: str, *, by: vdraw.Person, via: str, why: str, **further: Any
    ) -> None:
        """Whoever sits at ``place``, from 0, leaves."""
        commit = self.state.seats[place].commit
        step = vdraw.exit_expert(self.state, commit, reason)
        self._take(step, {**_hand(by, via, why), **further})

    def supplement(self, skipped: str | None = None, **hand: Any) -> None:
        """Supplement; the first whose turn comes is ``skipped`` for that reason."""
        asked: list[str] = []

        def unavailable(commit: str) -> str | None:
            asked.append(commit)
            return skipped if len(asked) == 1 else None

        step = vdraw.supplement(self.state, unavailable)
        self._take(step, {"via": "system", "reason_code": "seat_free", **hand})

    def leave_by_hand(self, place: int, reason: str, *, why: str, ground: str) -> None:
        """Whoever sits at ``place`` leaves by the operator's word and the supervisor's."""
        second = self.second("answer")
        self.leave(place, reason, by=OPERATOR, via="operator", why=why, ground=ground, **second)

    def note(self, code: str, by: vdraw.Person, why: str, **further: Any) -> None:
        self._take(vdraw.take_note(self.state, code), {**_hand(by, "operator", why), **further})

    def release(self) -> None:
        """Names open by themselves."""
        self.note("released", SYSTEM, "reveal_time", via="system")

    def reschedule(
        self,
        *openings: datetime,
        projects: Iterable[str] = (),
        second: Json | None = None,
        reveal_at: datetime | None = None,
    ) -> None:
        meetings = [{"opening_at": at.isoformat(timespec="minutes")} for at in openings]
        for meeting, project in zip(meetings, projects, strict=False):
            meeting["project"] = project
        opens_at = reveal_at.isoformat(timespec="seconds") if reveal_at else None
        step = vdraw.reschedule(self.state, meetings, opens_at)
        self._take(step, {**_hand(OPERATOR, "page", "rescheduled"), **(second or {})})

    def end(self, *, closed: bool = False) -> None:
        why = "panel_sits" if closed else "all_answered"
        step = vdraw.end_draw(self.state, closed=closed)
        self._take(step, {"via": "system", "reason_code": why})

    def void(self, reason: str) -> None:
        further = {
            "via": "operator",
            "reason_code": "two_persons",
            "witness": self.witness("void"),
        }
        self._take(vdraw.void_draw(self.state, reason, [OPERATOR, SUPERVISOR]), further)

    def early_release(self) -> None:
        self.note("early_release", OPERATOR, "two_persons", **self.second("release"))

    def short(self, count: int | None = None) -> Json:
        """The short record after ``count`` events."""
        return vdraw.shorten(self.order, self.events[:count])

    def record(self) -> Json:
        """The record with all who were ever seated opened."""
        commits = self.order.sealed.candidates.commits
        openings = [self.openings[commits[expert]] for expert in sorted(self.state.used)]
        record = vdraw.build_record(self.order, self.events, openings).to_dict()
        return dict(json.loads(json.dumps(record)))  # as read from a file: nothing is shared

    def _take(self, step: vdraw.Step, further: Json) -> vdraw.Standing:
        at = BEGIN + timedelta(minutes=10 * len(self.events))
        said = {"at": at.isoformat(timespec="seconds"), "by": {"role": "system"}, **further}
        told = [replace(event, further={**event.further, **said}) for event in step.events]
        previous = self.events[-1].further["hash"] if self.events else None
        self.events += vdraw.chain_events(self.order, told, previous)
        self.state = step.state
        return step.state

    def second(self, kind: str) -> Json:
        """What an event says of a second person, beside whoever asked."""
        return {"supervisor": "赵明华", "witness": self.witness(kind)}

    def witness(self, kind: str) -> str:
        """The hash of what the supervisor confirmed."""
        return vdraw.hash_confirmation(
            self.order.sealed.rule.hash_name,
            kind=kind,
            number="7",
            account=str(SUPERVISOR.account),
            at=BEGIN.isoformat(timespec="seconds"),
            decision="agreed",
        )


def _hand(by: vdraw.Person, via: str, why: str) -> Json:
    return {"by": by.to_dict(), "via": via, "reason_code": why}


def chained(rule: vdraw.Rule) -> vdraw.Rule:
    """The same rule as it was sealed before events were linked."""
    content = {**rule.to_dict(), "events": "chained"}
    del content["salt"]
    return vdraw.Rule.from_dict(content)


def chained_vectors() -> list[Json]:
    """The records whose events are chained, then those whose events are linked."""
    older = [
        _answered(),
        _stood_by_and_void(),
        _closed(),
        _void_at_once(),
        _nobody_left(),
        _rescheduled(),
    ]
    return [*older, *(life.record() for life in _linked())]


def short_vectors() -> list[Json]:
    """Short records, each with the number of the vector that it is of."""
    first, second, *_ = _linked()
    number = AUTHORS + 6
    return [
        {"vector": number, "record": first.short()},
        {"vector": number, "record": first.short(-1)},  # taken before the names were released early
        {"vector": number + 1, "record": second.short()},
    ]


GROUNDS = ["健康原因", "联系不上", "其他"]


def _linked() -> list[Life]:
    return [_by_hand(), _unreached(), _moved(), _opened(), _all_present()]


def _by_hand() -> Life:
    """All that a hand may do, each with role, reason, ground and confirmation."""
    people: list[Person] = [({"g1": 1 + n % 2}, f"U{n % 4}") for n in range(9)]
    life = Life(
        "D202611270001",
        people,
        {"g1": 3},
        standbys={"g1": 1},
        unit_cap=1,
        further={"grounds": GROUNDS},
    )
    life.note("sent_at_once", OPERATOR, "opening_near")
    life.note("emergency", OPERATOR, "opening_near", **life.second("emergency"))
    for reason, why, ground in (
        ("replaced", "listed", GROUNDS[0]),
        ("declined", "told", GROUNDS[2]),
    ):
        life.leave_by_hand(1, reason, why=why, ground=ground)
        life.supplement("busy")
    life.leave(0, "leave", by=EXPERT, via="portal", why="own_answer")
    life.supplement(by=OPERATOR.to_dict(), via="page", reason_code="asked_again")
    life.end()
    life.early_release()
    return life


def _unreached() -> Life:
    people: list[Person] = [({"g1": 1}, None) for _ in range(3)]
    life = Life("D202611270002", people, {"g1": 2}, hash_name="sm3")
    life.leave(0, "unreached", by=SYSTEM, via="deadline", why="deadline")
    life.supplement()
    life.leave(1, "no_answer", by=SYSTEM, via="deadline", why="deadline")
    life.supplement()
    life.end()
    return life


def _moved() -> Life:
    """Two projects put off by one person, then moved back by two; later again by one."""
    people: list[Person] = [({"g1": 1}, None) for _ in range(3)]
    first, second = (BEGIN + timedelta(days=days) for days in (3, 4))
    meetings = [
        {"project": project, "opening_at": at.isoformat(timespec="minutes")}
        for project, at in (("P1", first), ("P2", second))
    ]
    further = {"opening_at": meetings[0]["opening_at"], "meetings": meetings}
    both = ("P1", "P2")
    life = Life("D202611270003", people, {"g1": 2}, projects=both, further=further)
    day = timedelta(days=1)
    life.reschedule(first + day, second, projects=both)
    life.end()
    life.reschedule(first, second + day, projects=both, second=life.second("reschedule"))
    life.reschedule(first + day, second + day, projects=both)
    life.end()
    return life


def _opened() -> Life:
    """Names open by themselves at the time that was sealed; moved, they are sealed and open by the new one."""
    people: list[Person] = [({"g1": 1}, None) for _ in range(4)]
    further = {
        "opening_at": (BEGIN + timedelta(days=1)).isoformat(timespec="minutes"),
        "reveal_at": (BEGIN + timedelta(minutes=30)).isoformat(timespec="seconds"),
    }
    life = Life("D202611270004", people, {"g1": 2}, further=further)
    life.leave(0, "declined", by=EXPERT, via="link", why="own_answer")
    life.supplement()
    life.release()
    life.end()
    life.reschedule(BEGIN + timedelta(days=2), reveal_at=BEGIN + timedelta(minutes=70))
    life.end()
    life.release()
    return life


def _all_present() -> Life:
    """An emergency taken back by two, another by the supervisor alone; names open when all have signed in."""
    people: list[Person] = [({"g1": 1}, None) for _ in range(4)]
    further = {
        "opening_at": (BEGIN + timedelta(hours=3)).isoformat(timespec="minutes"),
        "reveal_at": (BEGIN + timedelta(hours=5)).isoformat(timespec="seconds"),
    }
    life = Life("D202611270005", people, {"g1": 2}, further=further)
    for ended_by, hand in (
        (OPERATOR, {"why": "two_persons", **life.second("emergency_end")}),
        (SUPERVISOR, {"why": "other"}),
    ):
        life.note("emergency", OPERATOR, "opening_near", **life.second("emergency"))
        life.note("emergency_ended", ended_by, via="page", **hand)
    life.note("deadline_moved", SYSTEM, "service_off", via="system")
    life.leave(0, "declined", by=EXPERT, via="link", why="own_answer")
    life.supplement()
    life.end()
    life.note("all_present", SYSTEM, "all_present", via="system")
    return life


def _answered() -> Json:
    people: list[Person] = [({"g1": 1 + n % 2}, f"U{n % 5}") for n in range(8)]
    people += [({"g1": 2, "g2": 1}, None), ({"g2": 1}, "单位六"), ({"g2": 2}, None)]
    life = Life("D202611260001", people, {"g1": 3, "g2": 2}, unit_cap=1, events="chained")
    life.note("emergency", OPERATOR, "opening_near", supervisor="赵明华")
    life.leave(1, "declined", by=EXPERT, via="link", why="own_answer")
    life.supplement("on_leave")
    life.leave(0, "replaced", by=OPERATOR, via="operator", why="other")
    life.supplement()
    life.end()
    life.early_release()
    return life.record()


def _stood_by_and_void() -> Json:
    people: list[Person] = [({"g1": 1}, None) for _ in range(6)]
    life = Life(
        "D202611260002", people, {"g1": 2}, standbys={"g1": 1}, hash_name="sm3", events="chained"
    )
    life.leave(0, "no_answer", by=SYSTEM, via="deadline", why="deadline")
    life.supplement()
    life.end()
    life.void("回避单位漏填")
    return life.record()


def _closed() -> Json:
    people: list[Person] = [({"g1": 1}, None) for _ in range(4)]
    opening = BEGIN + timedelta(minutes=40)
    further = {"opening_at": opening.isoformat(timespec="minutes")}
    life = Life("D202611260003", people, {"g1": 2}, further=further, events="chained")
    life.note("paused", OPERATOR, "channel_down")
    life.note("resumed", OPERATOR, "channel_up")
    life.leave(1, "leave", by=EXPERT, via="portal", why="own_answer")
    life.end(closed=True)
    return life.record()


def _void_at_once() -> Json:
    people: list[Person] = [({"g1": 1}, "U1"), ({"g1": 2}, "U2")]
    life = Life("D202611260004", people, {"g1": 1}, hash_name="sm3", events="chained")
    life.void("开标取消")
    return life.record()


def _nobody_left() -> Json:
    people: list[Person] = [({"g1": 1}, None), ({"g1": 3}, None)]
    life = Life("D202611260005", people, {"g1": 2}, events="chained")
    life.leave(0, "declined", by=OPERATOR, via="operator", why="told")
    life.supplement()
    life.end()
    return life.record()


def _rescheduled() -> Json:
    """Ended, moved to a later day, asked again; closed by the new opening and moved once more."""
    people: list[Person] = [({"g1": 1}, None) for _ in range(5)]
    opening = BEGIN + timedelta(minutes=30)
    further = {"opening_at": opening.isoformat(timespec="minutes")}
    life = Life("D202611260006", people, {"g1": 2}, further=further, events="chained")
    life.end()
    life.reschedule(BEGIN + timedelta(minutes=50), BEGIN + timedelta(minutes=70))
    life.leave(0, "conflict", by=EXPERT, via="link", why="rescheduled")
    life.supplement()
    life.end()
    life.leave(1, "leave", by=EXPERT, via="portal", why="own_answer")
    life.reschedule(BEGIN + timedelta(minutes=75))
    life.end(closed=True)
    return life.record()


# --- Alterations --------------------------------------------------------------------------------


def altered(vectors: list[Json], shorts: list[Json], case: Json) -> Json:
    """The record that a ``case`` of `negative.json` or of `assignments.json` makes of its vector, or
    of a short record."""
    found = shorts[case["short"]]["record"] if "short" in case else vectors[case["vector"]]
    record: Json = deepcopy(found)
    for op, path, *value in deepcopy(case["changes"]):
        *way, last = path
        holder: Any = record
        for key in way:
            holder = holder[key]
        match op:
            case "set":
                holder[last] = value[0]
            case "drop":
                del holder[last]
            case "insert":
                holder.insert(last, value[0])
            case "swap":
                holder[last], holder[last + 1] = holder[last + 1], holder[last]
    if case["rechained"]:
        rechain(record)
    return record


def rechain(record: Json) -> None:
    """Number the events anew and compute their hashes, as a forger would."""
    of = vdraw.assignment.AssignmentRule if "form" in record else vdraw.Rule
    rule, link = of.from_dict(record["rule"]), record["seed"]
    for n, event in enumerate(record["events"], 1):
        event["n"] = n
        link = event["hash"] = vdraw.event_hash(rule, link, event)


def negative_cases(vectors: list[Json], shorts: list[Json]) -> list[Json]:
    """What has to be refused, each with the words of `verify.py`."""
    cases: list[Json] = [
        {"vector": vector, "what": what, "rechained": rechained, "changes": changes}
        for rechained, rows in ((False, [*_leaves(vectors), *_altered()]), (True, _forged(vectors)))
        for vector, what, *changes in rows
    ]
    cases += [
        {"short": number, "what": what, "rechained": False, "changes": changes}
        for number, what, *changes in _of_short(shorts)
    ]
    return [
        case | {"says": vdraw.find_difference(altered(vectors, shorts, case))} for case in cases
    ]


def assignment_vectors() -> Json:
    """What of assignments has to be accepted, and what refused."""
    records = assignments.records()
    cases: list[Json] = [
        {"vector": number, "what": what, "rechained": rechained, "changes": changes}
        for number, rechained, what, changes in assignments.alterations(records)
    ]
    negative = [
        case | {"says": vdraw.find_difference(altered(records, [], case))} for case in cases
    ]
    return {"records": records, "negative": negative}


def _leaves(vectors: list[Json]) -> Iterator[tuple[Any, ...]]:
    """One leaf of each kind that events have, where it stands first."""
    seen = set()
    for number in range(AUTHORS, len(vectors)):
        for n, event in enumerate(vectors[number]["events"]):
            for path, value in leaves_of(event):
                name = ".".join(key for key in path if isinstance(key, str))
                if (event["type"], name) not in seen:
                    seen.add((event["type"], name))
                    what = f"another {name} of a {event['type']}"
                    yield number, what, ["set", ["events", n, *path], another(value)]


def _of_short(shorts: list[Json]) -> Iterator[tuple[Any, ...]]:
    """Of a short record one leaf of each kind, and what is dropped, added or swapped."""
    seen, first = set(), shorts[0]["record"]
    for path, value in leaves_of(first):
        name = ".".join(key for key in path if isinstance(key, str))
        if name not in seen:
            seen.add(name)
            yield 0, f"another {name} of a short record", ["set", list(path), another(value)]
    for name in ("leaves", "tickets", "reveals"):
        yield 0, f"one of the {name} dropped", ["drop", [name, 0]]
        yield 0, f"two of the {name} swapped", ["swap", [name, 0]]
        yield 0, f"one of the {name} doubled", ["insert", [name, 0], first[name][0]]
    yield 0, "an event dropped from a short record", ["drop", ["events", 1]]
    yield 0, "two events of a short record swapped", ["swap", ["events", 1]]
    yield 0, "a short record with a rule in it", ["set", ["rule"], {"draw_id": "D1"}]
    yield 0, "a short record with a unit in it", ["set", ["units"], ["U1"]]
    yield 0, "a short record that is said to be whole", ["drop", ["form"]]


def _altered() -> list[tuple[Any, ...]]:
    """What the hashes show."""
    renumbered = [["set", ["events", n, "n"], n + 1] for n in (1, 2)]
    return [
        (8, "an event dropped", ["drop", ["events", 1]]),
        (8, "two events swapped", ["swap", ["events", 1]]),
        (8, "two events swapped and renumbered", ["swap", ["events", 1]], *renumbered),
        (8, "the hash of an event dropped", ["drop", ["events", 2, "hash"]]),
        (8, "a key added to an event", ["set", ["events", 2, "remark"], "x"]),
        (8, "a key of an event dropped", ["drop", ["events", 1, "supervisor"]]),
        (8, "a rule that chains no more", ["drop", ["rule", "events"]]),
        (8, "a rule that chains in another way", ["set", ["rule", "events"], "loose"]),
        (8, "a rule that links what is chained", ["set", ["rule", "events"], "linked"]),
        (14, "a rule that chains what is linked", ["set", ["rule", "events"], "chained"]),
        (14, "a rule without its salt", ["drop", ["rule", "salt"]]),
        (14, "a list without a ground", ["drop", ["rule", "grounds", 0]]),
        (14, "no list of grounds", ["set", ["rule", "grounds"], []]),
        (17, "names that open no time", ["set", ["rule", "reveal_at"], "2026-11-26"]),
        (0, "a rule that chains events that have no hash", ["set", ["rule", "events"], "chained"]),
        *((0, f"a list that is {kind}", ["set", ["rule", "kind"], kind]) for kind in KINDS),
    ]


KINDS = ("manual", "allocated", "Random", "")


def _forged(vectors: list[Json]) -> list[tuple[Any, ...]]:
    """What no chain heals that is computed anew."""
    note = vectors[8]["events"][1]
    void, end = (
        next(one for one in vectors[9]["events"] if one["type"] == kind) for kind in ("void", "end")
    )
    ends = end | {"state": "void", "reason": "x", "by": ["zhang", "zhao"]}
    in_vain = vectors[12]["events"][2]
    moved = _place(vectors[13], "reschedule")
    new_times = vectors[13]["events"][2]
    places = (
        (8, "exit"), (8, "note"), (9, "exit"), (9, "end"), (9, "void"), (14, "exit"), (15, "exit"),
    )  # fmt: skip
    exit_8, note_8, exit_9, end_9, void_9, exit_14, exit_15 = (
        _place(vectors[number], kind) for number, kind in places
    )
    return [
        (8, "a reason that is none", ["set", [*exit_8, "reason"], "bored"]),
        (8, "a time without a zone", ["set", [*exit_8, "at"], "2026-11-26T01:50:00"]),
        (8, "a day that is none", ["set", [*exit_8, "at"], "2026-02-30T01:50:00+00:00"]),
        (8, "nobody's hand", ["drop", [*exit_8, "by"]]),
        (8, "a hand without a role", ["set", [*exit_8, "by"], {"account": "zhang"}]),
        (8, "a hand with a name", ["set", [*exit_8, "by", "name"], "张"]),
        (8, "an account that is empty", ["set", [*exit_8, "by", "account"], ""]),
        (8, "no way", ["drop", [*exit_8, "via"]]),
        (8, "no reason code", ["drop", [*exit_8, "reason_code"]]),
        (8, "a reason code beyond ASCII", ["set", [*exit_8, "reason_code"], "其他"]),
        (8, "a witness that is no hash", ["set", [*exit_8, "witness"], "赵明华"]),
        (8, "a note without a code", ["drop", [*note_8, "code"]]),
        (8, "a note before all", ["insert", ["events", 0], note]),
        (8, "an event of no type", ["set", [*note_8, "type"], "remark"]),
        (8, "an exit dropped", ["drop", exit_8]),
        (9, "a standby passed over", ["drop", [*exit_9, "moved_up"]]),
        (9, "a note after the void", ["insert", ["events", len(vectors[9]["events"])], note]),
        (9, "two voids", ["insert", void_9, void]),
        (9, "two ends", ["insert", end_9, end]),
        (
            9,
            "a void by one person",
            ["set", [*void_9, "by", 1, "account"], void["by"][0]["account"]],
        ),
        (9, "a void by a person without account", ["drop", [*void_9, "by", 1, "account"]]),
        (9, "a void by three", ["insert", [*void_9, "by", 2], {"role": "a", "account": "b"}]),
        (9, "a void without a reason", ["set", [*void_9, "reason"], ""]),
        (9, "a void that is an end", ["set", void_9, ends]),
        (
            10,
            "closed before the opening",
            ["set", ["events", 4, "at"], "2026-11-26T02:09:59+00:00"],
        ),
        (12, "a supplement of nobody again", ["insert", ["events", 3], in_vain]),
        (12, "an end that does not say what lacks", ["drop", ["events", 3, "lacking"]]),
        (12, "an end that lacks less", ["set", ["events", 3, "lacking", "g1"], 2]),
        (9, "an end that lacks nothing", ["set", [*end_9, "lacking"], {}]),
        (13, "new times that nobody told", ["drop", [*moved, "meetings"]]),
        (13, "no meeting", ["set", [*moved, "meetings"], []]),
        (13, "meetings that are a word", ["set", [*moved, "meetings"], "later"]),
        (13, "a meeting that does not say when", ["drop", [*moved, "meetings", 1, "opening_at"]]),
        (
            13,
            "moved to a time that is over",
            ["set", [*moved, "meetings"], [{"opening_at": "2026-11-26T01:50+00:00"}]],
        ),
        (
            13,
            "closed before the new opening",
            ["set", ["events", 7, "meetings", 0, "opening_at"], "2026-11-26T03:00+00:00"],
        ),
        (13, "no end after new times", ["drop", ["events", 8]]),
        (0, "new times where events are not chained", ["insert", ["events", 1], new_times]),
        (14, "a ground that is none", ["set", [*exit_14, "ground"], "不想来"]),
        (14, "no ground", ["drop", [*exit_14, "ground"]]),
        (14, "a ground of the system", ["set", ["events", 0, "ground"], GROUNDS[0]]),
        (14, "a ground of a note", ["set", ["events", 1, "ground"], GROUNDS[0]]),
        (15, "a ground where none is listed", ["set", [*exit_15, "ground"], GROUNDS[0]]),
        (15, "a letter that is not so that it failed", ["set", [*exit_15, "reason"], "unreach"]),
        *_of_one(vectors),
        *_too_early(vectors),
    ]


def _of_one(vectors: list[Json]) -> Iterator[tuple[Any, ...]]:
    """Steps of two persons that say nothing of the second, and times that cannot be."""
    events = vectors[14]["events"]
    for n, event in enumerate(events):
        if "witness" in event:
            for name in ("witness", "supervisor"):
                what = f"a {event['type']} of two without its {name}"
                yield 14, what, ["drop", ["events", n, name]]
    yield 14, "a supervisor without a name", ["set", ["events", 2, "supervisor"], ""]
    yield 14, "an event before the one before", ["set", ["events", 3, "at"], BEGIN.isoformat()]
    yield 15, "the last event before all", ["set", ["events", 5, "at"], BEGIN.isoformat()]
    for name in ("witness", "supervisor"):
        yield 16, f"moved to an earlier time without {name}", ["drop", ["events", 3, name]]
    sooner = (BEGIN + timedelta(days=2)).isoformat(timespec="minutes")
    for meeting in (0, 1):
        path = ["events", 1, "meetings", meeting, "opening_at"]
        yield 16, "moved to an earlier time by one person", ["set", path, sooner]
    path = ["events", 4, "meetings"]
    moved = vectors[16]["events"][4]["meetings"]
    swapped = [row | {"project": other} for row, other in zip(moved, ("P2", "P1"), strict=True)]
    yield 16, "one project moved to an earlier time by one person", ["set", path, swapped]
    unknown = [["set", [*path, 0, "project"], one] for one in ("P3", 1)]
    for change in unknown:
        yield 16, "moved for a project of another draw", change


def _too_early(vectors: list[Json]) -> Iterator[tuple[Any, ...]]:
    """Names that open otherwise than by themselves at their time, and of which nothing says that they did."""
    first, last = ["events", 3], ["events", 7]
    note, by_two = vectors[17]["events"][3], vectors[14]["events"][-1]
    yield 17, "names open before their time", ["set", [*first, "at"], "2026-11-26T01:59:59+00:00"]
    before = "2026-11-26T02:39:59+00:00"
    yield 17, "names open before the time that is new", ["set", [*last, "at"], before]
    for by in ({"role": "operator"}, {"role": "system", "account": "zhang"}):
        yield 17, "names open by a hand as if by themselves", ["set", [*first, "by"], by]
    yield 17, "names open by a page as if by themselves", ["set", [*first, "via"], "page"]
    by_two = by_two | {"at": note["at"]}
    here = note | {"code": "all_present", "reason_code": "all_present"}
    for what, one in (
        ("by themselves", note),
        ("by two persons", by_two),
        ("by who is here", here),
    ):
        yield 17, f"names that are open open {what}", ["insert", ["events", 4], one]
    yield 17, "names open by two persons and by themselves", ["insert", ["events", 3], by_two]
    present = {**note, "at": "2026-11-26T07:00:00+00:00"}
    yield (
        18,
        "names that all present opened open by themselves",
        ["insert", ["events", 10], present],
    )
    yield 17, "a time of names that is none", ["set", ["events", 5, "reveal_at"], "2026-11-26"]
    yield 17, "names that are told and never opened", ["drop", last]


def _place(record: Json, kind: str) -> list[Any]:
    """Where the first event of ``kind`` stands."""
    return ["events", [event["type"] for event in record["events"]].index(kind)]


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """What in ``value`` is neither object nor list, and where."""
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in rows:
        if isinstance(item, dict | list):
            yield from leaves_of(item, (*path, key))
        else:
            yield (*path, key), item


def another(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value[:-1] + chr(ord(value[-1]) ^ 1)


def main() -> None:
    records = json.loads((FOLDER / "vectors.json").read_text())[:AUTHORS] + chained_vectors()
    shorts = short_vectors()
    files: Json = {"vectors": records, "short": shorts, "negative": negative_cases(records, shorts)}
    files["assignments"] = assignment_vectors()
    for name, content in files.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
