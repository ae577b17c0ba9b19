"""The menu as each user has it: as the apps declare it, arranged by the office (`core.arrangement`).

What is hidden from all roles of a user is closed to him: its pages and what lies below them, and the calls of
the interface that do the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, get_script_prefix, resolve

from expertpool.core.arrangement import MENU_ARRANGEMENT, Arrangement, OwnLink, Place
from expertpool.core.configuration import value_of
from expertpool.core.permissions import codes_in
from expertpool.core.registry import (
    MENU,
    MENU_GROUPS,
    MENU_PAGES,
    MenuGroup,
    MenuItem,
    is_narrowed,
    is_shown,
    may_use,
)

API = "/api/v1/"
CLOSED = "这项功能没有对您的角色开放：管理员在「菜单管理」中对您的角色隐藏了它。"
Menu = list[tuple[MenuGroup, list[MenuItem]]]


def menu_for(user: Any) -> Menu:
    """Return the side menu that ``user`` may see; empty groups are left out."""
    hidden = hidden_from(user)
    menu = [
        (group, [one for one in items if one.code not in hidden and is_shown(user, one)])
        for group, items in whole_menu(value_of(MENU_ARRANGEMENT))
    ]
    return [(group, items) for group, items in menu if items]


def whole_menu(arranged: Arrangement) -> Menu:
    """Return all groups in their order, each with all entries in theirs, by the names that they have."""
    placed = {one.code: one for one in arranged.places}
    items: dict[str, list[MenuItem]] = {}
    for declared in MENU:
        item = _placed(declared, placed.get(declared.code))
        items.setdefault(item.group, []).append(item)
    for link in arranged.links:
        group = link.group if link.group in MENU_GROUPS else "home"
        items.setdefault(group, []).append(as_item(link, group))
    return [
        (group, sorted(items.get(group.code, ()), key=lambda one: one.order))
        for group in _groups(arranged)
    ]


def _placed(item: MenuItem, place: Place | None) -> MenuItem:
    if place is None:
        return item
    return replace(
        item,
        label=place.label or item.label,
        group=place.group if place.group in MENU_GROUPS else item.group,
        order=item.order if place.order is None else place.order,
    )


def _groups(arranged: Arrangement) -> list[MenuGroup]:
    placed = {one.code: one for one in arranged.groups}

    def as_placed(group: MenuGroup) -> MenuGroup:
        place = placed.get(group.code)
        if place is None:
            return group
        order = group.order if place.order is None else place.order
        return replace(group, label=place.label or group.label, order=order)

    return sorted(map(as_placed, MENU_GROUPS), key=lambda one: one.order)


def as_item(link: OwnLink, group: str) -> MenuItem:
    icon = "external-link" if link.is_outside else "link"
    return MenuItem(link.code, link.label, icon, "", order=link.order, group=group, url=link.url)


def hidden_from(user: Any) -> frozenset[str]:
    """Return the entries (codes) that are hidden from all roles of ``user``: none by which he decides or watches,
    whatever is arranged, and whenever he came to that right."""
    hidden = value_of(MENU_ARRANGEMENT).hidden
    # Asked only where anything is hidden: it costs a statement.
    roles: frozenset[str] = getattr(user, "given_roles", frozenset()) if hidden else frozenset()
    if not roles:
        return frozenset()
    return frozenset(
        code
        for code, from_whom in hidden.items()
        if roles.issubset(from_whom) and not is_kept(user, code)
    )


def is_kept(user: Any, code: str) -> bool:
    """Tell whether the entry ``code`` is hidden from ``user`` by nobody: see `MenuItem`."""
    item = MENU.get(code)
    if item is None:
        return False
    return item.is_fixed or bool(item.kept_for and may_use(user, item.kept_for))


def watching_codes(held: Collection[str]) -> set[str]:
    """Return those of the permissions ``held`` by which somebody decides or watches: those for which entries are kept
    (`MenuItem`), and those that open these entries to whoever has one of them."""
    watching = set()
    for item in MENU:
        opening, keeping = set(codes_in(item.permissions)), set(codes_in(item.kept_for))
        if item.is_fixed or not keeping.isdisjoint(held):
            watching |= opening | keeping
    return watching.intersection(held)


def is_closed(user: Any, page: str, path: str) -> bool:
    """Tell whether the page of the URL name ``page`` at ``path`` is closed to ``user``, since an entry to which
    it belongs is hidden from him, and none is there by which he may still come to it."""
    hidden = hidden_from(user)
    if not hidden:
        return False
    return _is_shut(user, list(owners_of(page, path)), hidden)


def _is_shut(user: Any, owners: Iterable[MenuItem], hidden: frozenset[str]) -> bool:
    """Tell whether one of ``owners`` is hidden, and none of the others is one that ``user`` may use."""
    others = [one for one in owners if one.code not in hidden]
    is_hidden = any(one.code in hidden for one in owners)
    return is_hidden and not any(may_use(user, one.permissions) for one in others)


def is_closed_address(user: Any, url: str) -> bool:
    """Tell the same of an address of this site."""
    if not hidden_from(user):
        return False
    path = urlsplit(url).path
    try:
        return is_closed(user, resolve(path).view_name, path)
    except Resolver404:
        return False


def is_closed_call(user: Any, path: str) -> bool:
    """Tell whether a call of the interface at ``path`` does what an entry is for that is hidden from ``user``."""
    hidden = hidden_from(user)
    if not hidden:
        return False
    about = path.partition(API)[2].partition("/")[0]
    return _is_shut(user, [item for item in MENU if about in item.api], hidden)


def owners_of(page: str, path: str) -> Iterator[MenuItem]:
    """Give the entries to which a page belongs: those that name it, else the one below whose page it lies."""
    under = MENU_PAGES.get(page)
    named = [
        item
        for item in MENU
        if is_current(page, (item.url_name, *item.active)) or (under and item.code == under.item)
    ]
    if named:
        yield from named
        return
    yield from lowest_above(path, MENU)


def lowest_above(path: str, items: Iterable[MenuItem]) -> list[MenuItem]:
    """Return the one of ``items`` below whose page ``path`` lies, the nearest; empty where it lies below the home page
    alone, as everything does."""
    home = get_script_prefix()
    above = [item for item in items if item.url_name and path.startswith(item.address)]
    return sorted((one for one in above if one.address != home), key=lambda one: len(one.address))[
        -1:
    ]


def is_current(here: str, prefixes: Iterable[str]) -> bool:
    """Tell whether the page ``here`` lies under one of ``prefixes``.

    ``directory:title_list`` covers exactly itself, ``directory:title_`` all names that begin so,
    and ``directory`` the whole app.
    """
    return any(
        here == prefix or here.startswith(prefix if prefix.endswith("_") else f"{prefix}:")
        for prefix in prefixes
    )


def functions_for(user: Any) -> list[MenuItem]:
    """Return the entries of the menu of ``user``, as they stand in it."""
    return [] if is_narrowed(user) else [item for _, items in menu_for(user) for item in items]
