"""The search box of every page: apps register who finds what; each shows only what one may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue
from expertpool.core.menus import is_closed_address, menu_for

MOST_RESULTS = 6


@dataclass(frozen=True)
class SearchItem:
    """One line of the results."""

    title: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True)
class SearchProvider:
    """``find(user, query, limit)`` returns at most ``limit`` items that ``user`` may see; it
    answers nothing when the user lacks the permission."""

    code: str
    label: str
    find: Callable[[Any, str, int], Sequence[SearchItem]]
    order: int = 100


SEARCHES: Catalogue[SearchProvider] = Catalogue("search", order=lambda provider: provider.order)


def search(user: Any, query: str) -> list[dict[str, Any]]:
    """Return the groups that found something for ``query``, in order: label and items."""
    query = query.strip()[:100]
    if not query:
        return []
    found = [(one.label, one.find(user, query, MOST_RESULTS)) for one in SEARCHES]
    shown = [
        (label, [item for item in items if not is_closed_address(user, item.url)])
        for label, items in found
    ]
    return [{"label": label, "items": items} for label, items in shown if items]


def find_pages(user: Any, query: str, limit: int) -> list[SearchItem]:
    """Find entries of the side menu by a part of their name."""
    return [
        SearchItem(item.label, item.address, item.icon, group.label)
        for group, items in menu_for(user)
        for item in items
        if query.casefold() in item.label.casefold()
    ][:limit]
