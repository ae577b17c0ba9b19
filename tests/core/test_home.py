"""What apps put on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from expertpool.accounts.models import Department
from expertpool.core import home
from expertpool.core.home import (
    Number,
    Source,
    Todo,
    may_have_todos,
    numbers_for,
    shortcuts_for,
    todos_for,
)
from expertpool.core.registry import MenuItem
from tests.core.test_registry import Holder
from tests.factories.accounts import make_department

NOW = datetime(2026, 11, 26, tzinfo=UTC)
pytestmark = pytest.mark.django_db  # the office may have hidden something


def one(label: str) -> Any:
    def find(user: Any, now: datetime) -> Iterator[Number]:
        yield Number(label, now.year, "/", "x")

    return find


def test_a_number_is_for_holders_of_its_permission_in_its_place() -> None:
    late = Source("late", "t.a", 20, one("后"))
    early = Source("early", "t.b", 10, one("先"))
    with home.NUMBERS.holding(late, early, alone=True):
        assert [n.label for n in numbers_for(Holder("t.a", "t.b"), now=NOW)] == ["先", "后"]
        assert numbers_for(Holder("t.a"), now=NOW) == [Number("后", 2026, "/", "x")]
        assert numbers_for(Holder(), now=NOW) == []
        assert home.NUMBERS.faults()[0].endswith("early: permission t.b is declared nowhere")


def test_who_can_have_nothing_to_do_sees_no_list_of_it() -> None:
    with home.TODOS.holding(Source("a", "t.a", 10, one("无")), alone=True):
        assert (may_have_todos(Holder("t.a")), may_have_todos(Holder())) == (True, False)


def test_the_first_six_shortcuts_that_one_may_use() -> None:
    items = [MenuItem(f"s{n}", str(n), "x", "core:search", ("t.a",), n) for n in range(9, 0, -1)]
    with home.SHORTCUTS.holding(*items, alone=True):
        assert [item.label for item in shortcuts_for(Holder("t.a"))] == list("123456")
        assert shortcuts_for(Holder()) == []


def test_of_more_than_anybody_counts_a_todo_says_that_they_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(user: Any, now: datetime) -> Iterator[Todo]:
        yield Todo("处理", "个部门", "/", "x", rows=Department.objects.all())

    monkeypatch.setattr(home, "MOST_COUNTED", 2)
    with home.TODOS.holding(Source("a", "t.a", 10, find), alone=True):
        for text in ("1 个部门", "2 个部门", "2+ 个部门", "2+ 个部门"):
            make_department()
            assert [todo.text for todo in todos_for(Holder("t.a"), now=NOW)] == [text]
