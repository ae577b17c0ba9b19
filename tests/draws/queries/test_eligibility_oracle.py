"""Who may be drawn, for any conditions: the one statement against a reading of the rules row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertpool.core.criteria import Context, own_columns, parse, reach, to_q
from expertpool.directory.models import Specialty
from expertpool.draws.enums import InvitationState, Knowledge
from expertpool.draws.models import DrawPlan, Invitation
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.eligibility import Exclusions, evaluate, fitting
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import AvoidanceUnit, Expert, Leave, Tag
from expertpool.projects.models import Avoidance, Project
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert, make_specialty, make_unit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
CODES = ("A", "A01", "A0101", "A02", "B", "B01")
STATUSES = [ExpertStatus.FORMAL] * 5 + [status.value for status in ExpertStatus]


@dataclass
class Person:
    """An expert as the oracle knows him: plain values."""

    name: str
    codes: set[str]
    tags: set[str]
    level: int
    years: int | None
    unit: str
    status: str
    term_end: date | None
    facts: set[str] = field(default_factory=set)  # leave, held, tied, period, cap
    pk: int = 0


class World:
    """Sixty people, six specialties in a tree, three groups, and a project that avoids some."""

    def __init__(self) -> None:
        self.random = Random(5)
        self.project = make_ready_project(now=NOW, seats=1)
        self.specialties: dict[str, Specialty] = {}
        for code in CODES:
            parent = self.specialties.get(code[:-2]) if len(code) > 1 else None
            self.specialties[code] = make_specialty(code, parent=parent)
        self.tags = {name: Tag.objects.create(name=name) for name in ("甲", "乙", "丙")}
        self.units = {name: make_unit(name) for name in ("回避公司", "旧东家", "其他一", "其他二")}
        self.people = [self.person(at) for at in range(60)]
        self.by_pk = {person.pk: person for person in self.people}
        self.avoid()
        self.history()

    def person(self, at: int) -> Person:
        pick = self.random.choice
        opens = timezone.localdate(self.project.opening_at)
        person = Person(
            name=pick(("王伟", "李娜", "张敏", "刘洋")),
            codes=set(self.random.sample(CODES, self.random.randint(0, 3))),
            tags=set(self.random.sample(sorted(self.tags), self.random.randint(0, 2))),
            level=self.random.randint(0, 4),
            years=pick((None, 3, 10, 25)),
            unit=pick(sorted(self.units)),
            status=pick(STATUSES),
            term_end=pick((None, None, opens, opens - timedelta(days=1))),
        )
        expert = make_expert(
            person.name,
            specialties=tuple(self.specialties[code] for code in person.codes),
            tags=tuple(self.tags[name] for name in person.tags),
            title_level=person.level,
            practice_years=person.years,
            employer=self.units[person.unit],
            status=person.status,
            term_end_date=person.term_end,
        )
        person.pk = expert.pk
        self.further(person, expert, at)
        return person

    def further(self, person: Person, expert: Expert, at: int) -> None:
        start = self.project.opening_at
        if at % 7 == 0:
            person.facts.add("leave")
            during = DateTimeTZRange(start - timedelta(hours=1), start + timedelta(minutes=5))
            Leave.objects.create(expert=expert, during=during, reason="会议", created_at=NOW)
        if at % 5 == 0:
            recently = at % 2 == 0
            if recently:
                person.facts.add("tied")
            AvoidanceUnit.objects.create(
                expert=expert,
                unit=self.units["旧东家"],
                kind="past_employer",
                end_date=date(2024, 12, 1) if recently else date(2021, 1, 1),
            )

    def avoid(self) -> None:
        day = timezone.localdate(NOW) - timedelta(days=10)
        for values in (
            {"subject": "unit", "name": "回避公司"},
            {"subject": "unit", "unit": self.units["旧东家"]},
            {"subject": "person", "name": "刘洋", "unit_name": "其他一"},
            {"subject": "period", "from_date": day, "to_date": day},
        ):
            Avoidance.objects.create(project=self.project, **values)

    def history(self) -> None:
        """Four are invited for the same time, four others agreed twice, two of them in the period."""
        formal = [one for one in self.people if one.status == "formal" and not one.term_end]
        free = [one for one in formal if "leave" not in one.facts]
        for person in free[:4]:
            self.draw(person, now=NOW, hours=72)
            person.facts.add("held")
        for person, days in product(free[4:8], (10, 20)):
            if (days == 10) and person in free[4:6]:
                person.facts.add("period")
            elif days == 10:
                days = 15  # noqa: PLW2901
            draw = self.draw(person, now=NOW - timedelta(days=days, hours=10), hours=10)
            record_answer(
                invitation=Invitation.objects.get(draw=draw),
                state=InvitationState.ACCEPTED,
                reason="电话",
                actor=self.operator,
                now=draw.sealed_at,
                entropy=SeededEntropy(1),
            )
            person.facts.add("cap")

    def draw(self, person: Person, *, now: datetime, hours: float) -> Any:
        own = Tag.objects.get_or_create(name=f"只有 {person.pk}")[0]
        Expert.objects.get(pk=person.pk).tags.add(own)
        groups = [GroupInput("他", 1, [{"field": "tag", "op": "in", "value": [str(own.pk)]}])]
        return make_draw(now=now, opens_in_hours=hours, groups=groups, operator=self.operator)

    @property
    def operator(self) -> Any:
        if not hasattr(self, "_operator"):
            self._operator = make_user("operator")
        return self._operator


# --- The rules in Python ----------------------------------------------------------------------------

REASONS: list[tuple[str, Callable[[Person, date], bool]]] = [
    ("deleted", lambda one, day: one.status == "deleted"),
    ("blacklisted", lambda one, day: one.status == "blacklisted"),
    ("not_formal", lambda one, day: one.status in {"pending", "frozen"}),
    ("expired", lambda one, day: one.term_end is not None and one.term_end < day),
    ("on_leave", lambda one, day: "leave" in one.facts),
    ("held", lambda one, day: "held" in one.facts),
    (
        "avoided_unit",
        lambda one, day: one.unit in {"回避公司", "旧东家"} or "tied" in one.facts,
    ),
    ("avoided_person", lambda one, day: one.name == "刘洋" and one.unit == "其他一"),
    ("avoided_period", lambda one, day: "period" in one.facts),
    ("frequency_cap", lambda one, day: "cap" in one.facts),
]


def reason_for(person: Person, day: date) -> str:
    return next((code for code, holds in REASONS if holds(person, day)), "")


def holds(person: Person, node: dict[str, Any]) -> bool:
    if "all" in node:
        return all(holds(person, part) for part in node["all"])
    if "any" in node:
        return any(holds(person, part) for part in node["any"])
    if "not" in node:
        return not holds(person, node["not"])
    return LEAVES[node["field"]](person, node["op"], node["value"])


def _years(person: Person, op: str, value: int) -> bool:
    if person.years is None:
        return False
    return person.years >= value if op == "gte" else person.years <= value


def _of(held: Callable[[str], bool], op: str, values: list[str]) -> bool:
    if op == "not_in":
        return not any(map(held, values))
    return all(map(held, values)) if op == "all" else any(map(held, values))


LEAVES: dict[str, Callable[[Person, str, Any], bool]] = {
    "specialty": lambda one, op, codes: _of(
        lambda code: any(own.startswith(code) for own in one.codes), op, codes
    ),
    "tag": lambda one, op, names: _of(lambda name: name in one.tags, op, names),
    "title_level": lambda one, op, value: one.level >= value if op == "gte" else one.level <= value,
    "practice_years": _years,
}


def in_ids(node: Any, world: World) -> Any:
    """The same conditions as they are stored: ids of specialties and groups for their names."""
    if not isinstance(node, dict) or "field" not in node:
        key = next(iter(node))
        part = node[key]
        return {key: [in_ids(one, world) for one in part] if key != "not" else in_ids(part, world)}
    known: dict[str, Any] = {"specialty": world.specialties, "tag": world.tags}
    if node["field"] not in known:
        return node
    return node | {"value": [str(known[node["field"]][name].pk) for name in node["value"]]}


def _leaf(name: str, ops: tuple[str, ...], values: Any) -> Any:
    return st.builds(
        lambda op, value: {"field": name, "op": op, "value": value}, st.sampled_from(ops), values
    )


def _some(values: Any) -> Any:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


leaves = (
    _leaf("specialty", ("in", "all", "not_in"), _some(CODES))
    | _leaf("tag", ("in", "all", "not_in"), _some(("甲", "乙", "丙")))
    | _leaf("title_level", ("gte", "lte"), st.integers(0, 4))
    | _leaf("practice_years", ("gte", "lte"), st.sampled_from((3, 10, 11)))
)


def _joined(parts: Any) -> Any:
    """Groups of ``parts``, and their contrary."""
    several = st.lists(parts, min_size=1, max_size=3)
    groups = st.builds(lambda kind, rows: {kind: rows}, st.sampled_from(("all", "any")), several)
    return groups | st.builds(lambda part: {"not": part}, parts)


conditions = leaves | _joined(leaves | _joined(leaves)) | st.just({"all": []})
plans = st.lists(st.lists(conditions, min_size=1, max_size=3), min_size=1, max_size=4)


@pytest.fixture
def world() -> World:
    return World()


def plan_of(project: Project, groups: list[list[Any]], world: World) -> DrawPlan:
    inputs = [
        GroupInput(f"组{at}", 1, [in_ids(node, world) for node in levels])
        for at, levels in enumerate(groups)
    ]
    plan = make_plan(project, groups=inputs, actor=world.operator, now=NOW, frequency_cap=2)
    return DrawPlan.objects.select_related("project__purchaser").get(pk=plan.pk)


@pytest.mark.shows("DRAW-06", "DRAW-39", "PORT-22", "PORT-25")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(groups=plans)
def test_one_statement_finds_whom_the_rules_find(world: World, groups: list[list[Any]]) -> None:
    plan = plan_of(world.project, groups, world)
    codes = [group.code for group in plan.groups.all()]
    day = timezone.localdate(world.project.opening_at)
    fits: dict[int, dict[str, int]] = {}
    for person in world.people:
        for code, levels in zip(codes, groups, strict=True):
            level = next((at for at, one in enumerate(levels, 1) if holds(person, one)), None)
            if level:
                fits.setdefault(person.pk, {})[code] = level
    reasons = {pk: reason_for(world.by_pk[pk], day) for pk in fits}

    found = evaluate(plan, now=NOW, knowing=Knowledge.ALL)
    assert {item.expert_id: item.groups for item in found.eligible} == {
        pk: groups for pk, groups in fits.items() if not reasons[pk]
    }
    assert found.excluded == {pk: reason for pk, reason in reasons.items() if reason}

    some = [person.pk for person in world.people[::3]]
    assert fitting(found.groups, now=NOW, only=some) == {pk: fits[pk] for pk in some if pk in fits}
    exclusions = Exclusions(plan, now=NOW, knowing=Knowledge.ALL)
    lost = {pk: reasons.get(pk, "not_fitting") for pk in some if pk not in fits or reasons[pk]}
    # Whatever they are said to have fitted: who does not any more is asked about all of it.
    for fitted in ({}, {codes[0]: 1}, {"nobody's": 1, codes[-1]: 2}):
        assert exclusions.of(some, fitted=fitted) == lost


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(node=conditions)
def test_the_reach_of_a_condition_leaves_nobody_out(world: World, node: Any) -> None:
    keys = reach(parse(SUBJECT, in_ids(node, world)))
    if keys is None:
        return
    reached = set(Expert.objects.filter(pk__in=keys).values_list("pk", flat=True))
    assert {person.pk for person in world.people if holds(person, node)} <= reached


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(node=conditions)
def test_what_own_columns_say_of_a_condition_leaves_nobody_out(world: World, node: Any) -> None:
    columns = own_columns(parse(SUBJECT, in_ids(node, world)))
    if columns is None:
        return
    wider = Expert.objects.filter(to_q(columns, Context(now=NOW)))
    assert " JOIN " not in str(wider.query)
    assert "SELECT" not in str(wider.query)[1:].upper()
    found = set(wider.values_list("pk", flat=True))
    assert {person.pk for person in world.people if holds(person, node)} <= found
