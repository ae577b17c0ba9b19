"""The slots by which upper apps add to lower apps' pages: menu entries and tabs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class MenuItem:
    """One entry of the side menu, shown to holders of one of ``permissions``.

    ``order`` sorts inside the group; ``count`` returns what waits for this user (or None);
    ``active`` lists further URL names under which the entry is shown as current: a name, a
    namespace (``experts``), or the beginning of names, ended by "_" (``directory:title_``).
    """

    code: str
    label: str
    icon: str
    url_name: str
    permissions: tuple[str, ...] = ()
    order: int = 100
    count: Callable[[Any], int] | None = None
    active: tuple[str, ...] = ()


@dataclass(frozen=True)
class MenuGroup:
    code: str
    label: str
    order: int


@dataclass(frozen=True)
class Tab:
    """One tab on a panorama page. ``render`` returns HTML for the subject of the page."""

    code: str
    label: str
    order: int
    render: Callable[[HttpRequest, Any], str]
    permissions: tuple[str, ...] = ()
    count: Callable[[Any, Any], int | None] | None = None


@dataclass
class _Registry:
    groups: dict[str, MenuGroup] = field(default_factory=dict)
    items: dict[str, list[MenuItem]] = field(default_factory=lambda: defaultdict(list))
    tabs: dict[str, list[Tab]] = field(default_factory=lambda: defaultdict(list))
    account: list[MenuItem] = field(default_factory=list)


_registry = _Registry()

# The groups of the side menu, in order; apps only add entries to them.
for _order, (_code, _label) in enumerate(
    [
        ("home", ""),
        ("experts", "专家库管理"),
        ("draws", "抽取管理"),
        ("reviews", "评审与评价"),
        ("system", "系统管理"),
    ]
):
    _registry.groups[_code] = MenuGroup(_code, _label, _order)


def register_menu(group: str, *items: MenuItem) -> None:
    """Add entries to a menu group (KeyError for an unknown group)."""
    known = _registry.items[_registry.groups[group].code]
    for item in items:
        if all(other.code != item.code for other in known):
            known.append(item)
    known.sort(key=lambda item: item.order)


def register_account_items(*items: MenuItem) -> None:
    """Add entries to the menu under the user's name (personal data, password …)."""
    for item in items:
        if all(other.code != item.code for other in _registry.account):
            _registry.account.append(item)
    _registry.account.sort(key=lambda item: item.order)


def account_items_for(user: Any) -> list[MenuItem]:
    """Return the entries under the name of ``user``."""
    return [item for item in _registry.account if _is_allowed(user, item.permissions)]


def _is_allowed(user: Any, permissions: tuple[str, ...]) -> bool:
    return not permissions or any(user.has_permission(code) for code in permissions)


def register_tab(page: str, tab: Tab) -> None:
    """Add a tab to the panorama ``page`` (``experts:detail`` …)."""
    tabs = _registry.tabs[page]
    if all(other.code != tab.code for other in tabs):
        tabs.append(tab)
        tabs.sort(key=lambda other: other.order)


def tabs_for(page: str, user: Any) -> list[Tab]:
    """Return the tabs of ``page`` that ``user`` may see, in order."""
    return [tab for tab in _registry.tabs[page] if _is_allowed(user, tab.permissions)]


def menu_for(user: Any) -> list[tuple[MenuGroup, list[MenuItem]]]:
    """Return the side menu that ``user`` may see; empty groups are left out."""
    result = []
    for group in _registry.groups.values():
        items = [
            item for item in _registry.items[group.code] if _is_allowed(user, item.permissions)
        ]
        if items:
            result.append((group, items))
    return result
