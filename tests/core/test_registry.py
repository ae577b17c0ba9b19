"""Menu entries and tabs that upper apps add to lower apps' pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from expertpool.core.menus import menu_for
from expertpool.core.registry import (
    ACCOUNT_ITEMS,
    MENU,
    MENU_GROUPS,
    PAGE_TABS,
    MenuGroup,
    MenuItem,
    Tab,
    account_items_for,
    tabs_for,
)

pytestmark = pytest.mark.django_db  # the office may have arranged the menu


class Holder:
    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def has_permission(self, code: str) -> bool:
        return code in self.codes


@pytest.fixture(autouse=True)
def _entries() -> Iterator[None]:
    with (
        MENU.holding(
            MenuItem("b", "乙", "x", "x:b", permissions=("t.b", "t.c"), order=2, group="tests"),
            MenuItem("a", "甲", "x", "core:search", order=1, group="tests"),
            MenuItem("c", "丙", "x", "core:search", permissions=("t.c",), order=3, group="tests"),
            alone=True,
        ),
        MENU_GROUPS.holding(MenuGroup("tests", "测试", 5), MenuGroup("empty", "空", 6)),
    ):
        yield


def codes(user: Any) -> list[str]:
    return [item.code for group, items in menu_for(user) for item in items if group.code == "tests"]


def test_the_menu_shows_what_one_may_use_in_order() -> None:
    assert codes(Holder()) == ["a"]
    assert codes(Holder("t.b")) == ["a", "b"]
    assert codes(Holder("t.c")) == ["a", "b", "c"]


def test_groups_stand_in_their_order_and_empty_ones_are_left_out() -> None:
    MENU.add(
        MenuItem("z", "后", "x", "x:z", group="system"),
        MenuItem("y", "先", "x", "x:y", group="home"),
    )
    assert [group.code for group, _ in menu_for(Holder())] == ["home", "tests", "system"]


def test_an_entry_without_group_page_or_permission_is_found_at_start() -> None:
    with MENU.holding(MenuItem("d", "丁", "x", "x:d", ("t.d",), group="nothing"), alone=True):
        assert MENU.faults() == [
            "menu entry d: permission t.d is declared nowhere",
            "menu entry d: page x:d is not there",
            "menu entry d: menu group 'nothing' is not there",
        ]


def test_tabs_and_account_items_follow_permissions_too() -> None:
    def render(request: Any, subject: Any) -> str:
        return ""

    late = Tab("tests:page", "late", "后", 2, render)
    early = Tab("tests:page", "early", "先", 1, render, permissions=("t.x",))
    with PAGE_TABS.holding(late, early, Tab("tests:other", "late", "别处", 0, render)):
        assert [tab.label for tab in tabs_for("tests:page", Holder())] == ["后"]
        assert [tab.label for tab in tabs_for("tests:page", Holder("t.x"))] == ["先", "后"]
    with ACCOUNT_ITEMS.holding(MenuItem("t", "我的", "user", "x:t", permissions=("t.x",))):
        assert "t" not in {item.code for item in account_items_for(Holder())}
        assert "t" in {item.code for item in account_items_for(Holder("t.x"))}
