"""Menu entries and tabs that upper apps add to lower apps' pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from expertpool.core.registry import (
    MenuItem,
    Tab,
    _registry,
    account_items_for,
    menu_for,
    register_account_items,
    register_menu,
    register_tab,
    tabs_for,
)


class Holder:
    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def has_permission(self, code: str) -> bool:
        return code in self.codes


@pytest.fixture(autouse=True)
def _undo() -> Iterator[None]:
    items = {group: list(items) for group, items in _registry.items.items()}
    account = list(_registry.account)
    yield
    _registry.items.clear()
    _registry.items.update(items)
    _registry.account[:] = account
    _registry.tabs.pop("tests:page", None)


def codes(user: Any, group: str = "reviews") -> list[str]:
    return [item.code for one, items in menu_for(user) for item in items if one.code == group]


def test_the_menu_shows_what_one_may_use_in_order() -> None:
    register_menu(
        "reviews",
        MenuItem("b", "乙", "x", "x:b", permissions=("t.b", "t.c"), order=2),
        MenuItem("a", "甲", "x", "x:a", order=1),
        MenuItem("c", "丙", "x", "x:c", permissions=("t.c",), order=3),
    )
    register_menu("reviews", MenuItem("a", "又一", "x", "x:a"))
    assert codes(Holder()) == ["a"]
    assert codes(Holder("t.b")) == ["a", "b"]
    assert codes(Holder("t.c")) == ["a", "b", "c"]


def test_empty_groups_are_left_out() -> None:
    assert "reviews" not in {group.code for group, _ in menu_for(Holder())}


def test_an_unknown_group_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        register_menu("nothing", MenuItem("a", "甲", "x", "x:a"))


def test_tabs_and_account_items_follow_permissions_too() -> None:
    def render(request: Any, subject: Any) -> str:
        return ""

    register_tab("tests:page", Tab("late", "后", 2, render))
    register_tab("tests:page", Tab("early", "先", 1, render, permissions=("t.x",)))
    register_tab("tests:page", Tab("late", "重复", 0, render))
    assert [tab.label for tab in tabs_for("tests:page", Holder())] == ["后"]
    assert [tab.label for tab in tabs_for("tests:page", Holder("t.x"))] == ["先", "后"]
    register_account_items(MenuItem("t", "我的", "user", "x:t", permissions=("t.x",)))
    assert "t" not in {item.code for item in account_items_for(Holder())}
    assert "t" in {item.code for item in account_items_for(Holder("t.x"))}
