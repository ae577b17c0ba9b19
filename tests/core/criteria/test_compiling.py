"""Compiled to SQL, a condition chooses the rows that its words say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertpool.core.criteria import canonical, canonical_json, parse, to_q
from expertpool.core.models import ExportRun
from expertpool.core.models.exports import ExportState
from tests.core.criteria.conftest import CONTEXT, NOW, SUBJECT
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db

ROWS = [
    # title, error, state, total, rows, finished, age in days, exporter
    ("专家", "", "queued", 1, 0, None, 0, "A"),
    ("专家信息", "", "done", 2, 8, datetime(2026, 11, 23, 16, 30, tzinfo=UTC), 1, "A01"),
    ("项目", "磁盘已满", "failed", 3, 8, datetime(2026, 11, 24, 1, 0, tzinfo=UTC), 8, "A01"),
    ("Abc", "", "done", 2, 500, datetime(2026, 10, 1, 4, 0, tzinfo=UTC), 60, "B"),
    ("100%_", "", "running", 1, 999, None, 6, "B"),
]


def make_rows() -> list[ExportRun]:
    user = make_user("admin")
    return [
        ExportRun.objects.create(
            user=user,
            title=title,
            error=error,
            state=state,
            total=total,
            rows=rows,
            finished_at=finished,
            created_at=NOW - timedelta(days=age),
            expires_at=NOW + timedelta(days=1),
            exporter=exporter,
        )
        for title, error, state, total, rows, finished, age, exporter in ROWS
    ]


def chosen(data: Any) -> set[str]:
    node = parse(SUBJECT, data)
    return set(ExportRun.objects.filter(to_q(node, CONTEXT)).values_list("title", flat=True))


# --- The same meaning in Python, row by row --------------------------------------------------------

VALUES: dict[str, Callable[[ExportRun], Any]] = {
    "title": lambda run: run.title,
    "error": lambda run: run.error or None,
    "state": lambda run: run.state,
    "size": lambda run: run.total,
    "rows": lambda run: run.rows,
    "finished": lambda run: run.finished_at and timezone.localdate(run.finished_at).isoformat(),
    "recent": lambda run: run.created_at > NOW - timedelta(days=7),
    "exporter": lambda run: run.exporter,
    "code": lambda run: run.exporter,
}
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda have, want: have == want,
    "in": lambda have, want: have in want,
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
    "between": lambda have, want: want[0] <= have <= want[1],
    "contains": lambda have, want: want.lower() in have.lower(),
    "starts": lambda have, want: have.lower().startswith(want.lower()),
}
NEGATIONS = {"ne": "eq", "not_in": "in", "not_contains": "contains", "not_empty": "empty"}


def holds(data: dict[str, Any], run: ExportRun) -> bool:
    if "all" in data:
        return all(holds(part, run) for part in data["all"])
    if "any" in data:
        return any(holds(part, run) for part in data["any"])
    if "not" in data:
        return not holds(data["not"], run)
    op, want, have = data["op"], data.get("value"), VALUES[data["field"]](run)
    if op in NEGATIONS:
        return not holds(data | {"op": NEGATIONS[op]}, run)
    if op == "empty":
        return have is None
    if data["field"] == "code":
        return (all if op == "all" else any)(have.startswith(one) for one in want)
    return have is not None and TESTS[op](have, want)


def leaf(field: str, ops: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda op, value: {"field": field, "op": op, "value": value}, st.sampled_from(ops), values
    )


def several(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


NUMBERS = st.sampled_from([0, 1, 8, 500, 999])
DAYS = st.sampled_from(["2026-10-01", "2026-11-23", "2026-11-24", "2026-12-01"])
COMPARE = ["eq", "ne", "gt", "gte", "lt", "lte"]
LEAVES = st.one_of(
    leaf(
        "title",
        ["contains", "not_contains", "eq", "ne", "starts"],
        st.sampled_from(["专家", "a", "%", "_", "Abc"]),
    ),
    leaf("error", ["contains", "not_contains", "eq", "ne"], st.sampled_from(["磁盘", "磁盘已满"])),
    st.sampled_from(
        [
            {"field": field, "op": op}
            for field in ("error", "finished")
            for op in ("empty", "not_empty")
        ]
    ),
    leaf("state", ["eq", "ne"], st.sampled_from(ExportState.values)),
    leaf("state", ["in", "not_in"], several(ExportState.values)),
    leaf("size", ["gte", "lte", "eq"], st.sampled_from([1, 2, 3])),
    leaf("rows", COMPARE, NUMBERS),
    leaf("rows", ["between"], st.lists(NUMBERS, min_size=2, max_size=2).map(sorted)),
    leaf("finished", ["eq", "gt", "gte", "lt", "lte"], DAYS),
    leaf("finished", ["between"], st.lists(DAYS, min_size=2, max_size=2).map(sorted)),
    leaf("recent", ["eq"], st.booleans()),
    leaf("code", ["in", "all", "not_in"], several(["A", "A01", "B"])),
    leaf("exporter", ["in", "not_in"], several(["A", "A01", "B"])),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"any": found}),
        parts.map(lambda found: {"not": found}),
    ),
    max_leaves=6,
)
WITH_ROWS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.shows("EXP-23")
def test_sql_chooses_what_the_words_say(exports: list[ExportRun]) -> None:
    rows = exports

    @WITH_ROWS
    @given(TREES)
    def compare(data: dict[str, Any]) -> None:
        assert chosen(data) == {run.title for run in rows if holds(data, run)}
        assert chosen(canonical(parse(SUBJECT, data))) == chosen(data)

    compare()


@pytest.fixture
def exports() -> list[ExportRun]:
    return make_rows()


@WITH_ROWS
@given(TREES)
def test_canonical_is_stable(data: dict[str, Any]) -> None:
    text = canonical_json(parse(SUBJECT, data))
    assert canonical_json(parse(SUBJECT, text)) == text


def test_nothing_and_everything() -> None:
    rows = make_rows()
    assert len(chosen({})) == len(rows)
    assert chosen({"not": {"all": []}}) == set()


def test_today_is_the_day_in_this_country() -> None:
    assert CONTEXT.today.isoformat() == "2026-11-24"
    make_rows()
    # 23 November 16:30 in London is the 24th in Shanghai.
    assert chosen({"field": "finished", "op": "eq", "value": "2026-11-24"}) == {"专家信息", "项目"}
