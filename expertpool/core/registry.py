"""The slots by which upper apps add to lower apps' pages: menu entries and tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from expertpool.core.addresses import address
from expertpool.core.catalogue import Catalogue
from expertpool.core.counting import Countable
from expertpool.core.permissions import (
    PERMISSION_GROUPS,
    Codes,
    PermissionGroup,
    codes_in,
    undeclared,
)

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class MenuGroup:
    """A part of the side menu, under its heading."""

    code: str
    label: str
    order: int


MOST_WAITING = 1_000  # a menu says "999+" then: nobody needs to count on


@dataclass(frozen=True)
class MenuItem:
    """One entry of a menu, shown to holders of one of ``permissions``.

    ``order`` sorts inside the ``group`` (of the side menu: `MENU_GROUPS`); ``count`` returns what
    waits for this user, a number or the rows, up to `MOST_WAITING` where that takes long; ``active`` lists
    further URL names under which the entry is shown as current: a name, a namespace (``experts``),
    or the beginning of names, ended by "_" (``directory:title_``); ``api`` the calls of the interface that are for
    the same, by the first part of their address. ``is_fixed``: it is hidden from nobody, since by it somebody decides,
    watches, objects or lets others back in; ``kept_for``: nor from holders of these permissions, who do so by it.
    ``url`` is where an entry leads that the office has added: it has no ``url_name``.
    """

    code: str
    label: str
    icon: str
    url_name: str
    permissions: tuple[Codes, ...] = ()
    order: int = 100
    count: Callable[[Any], Countable] | None = None
    active: tuple[str, ...] = ()
    group: str = ""
    api: tuple[str, ...] = ()
    is_fixed: bool = False
    url: str = ""
    kept_for: tuple[Codes, ...] = ()

    @property
    def address(self) -> str:
        return self.url or address(self.url_name)

    @property
    def is_outside(self) -> bool:
        """Whether it leads to another site."""
        return bool(self.url) and not self.url.startswith("/")


@dataclass(frozen=True)
class MenuPage:
    """A page, by its URL name, that lies under the menu entry ``item`` of an app below."""

    code: str
    item: str


@dataclass(frozen=True)
class PublicPage:
    """A page for everybody, by its URL name, what it is called where pages are counted, and what it holds, in a sentence,
    for whoever finds it by a search engine. One that is
    ``listed`` search engines may show, and find in the map of the site while ``is_open()``; others are for who was
    given their address."""

    code: str
    label: str
    description: str
    is_open: Callable[[], bool] = lambda: True
    listed: bool = True


@dataclass(frozen=True)
class Entrance:
    """A page for whoever has not signed in, to which the page of sign-in leads; ``is_open()`` tells
    whether it does now. ``called()``: its name where the office gives it one; ``signs_in``: it is another way to sign in,
    and is told where one wanted to go."""

    code: str
    label: str
    url_name: str
    is_open: Callable[[], bool] = lambda: True
    icon: str = "user-plus"
    called: Callable[[], str] | None = None
    signs_in: bool = False

    @property
    def title(self) -> str:
        return self.called() if self.called else self.label


@dataclass(frozen=True)
class NarrowPage:
    """A page, by its URL name, that stays open to somebody whose session is narrowed (`is_narrowed`): nothing
    else of what asks for a login does."""

    code: str


@dataclass(frozen=True)
class Tab:
    """One tab on a panorama page (``experts:detail`` …). ``render`` returns HTML for the subject
    of the page. ``is_for(user)`` tells whether somebody with one of ``permissions`` has it."""

    page: str
    code: str
    label: str
    order: int
    render: Callable[[HttpRequest, Any], str]
    permissions: tuple[str, ...] = ()
    count: Callable[[Any, Any], int | None] | None = None
    is_for: Callable[[Any], bool] = lambda _user: True


def faults_of_item(item: MenuItem) -> Iterator[str]:
    """Name the permissions and the page of ``item`` that are not there."""
    yield from undeclared(*codes_in((*item.permissions, *item.kept_for)))
    try:
        reverse(item.url_name)
    except NoReverseMatch:
        yield f"page {item.url_name} is not there"


def _faults_in_menu(item: MenuItem) -> Iterator[str]:
    yield from faults_of_item(item)
    if item.group not in MENU_GROUPS:
        yield f"menu group {item.group!r} is not there"


MENU_GROUPS: Catalogue[MenuGroup] = Catalogue("menu group", order=lambda group: group.order)
MENU: Catalogue[MenuItem] = Catalogue(
    "menu entry", order=lambda item: item.order, faults=_faults_in_menu
)
MENU_PAGES: Catalogue[MenuPage] = Catalogue(
    "page of a menu entry",
    faults=lambda page: [] if page.item in MENU else [f"menu entry {page.item} is not there"],
)
# Under the user's name: personal data, password …
ACCOUNT_ITEMS: Catalogue[MenuItem] = Catalogue(
    "account entry", order=lambda item: item.order, faults=faults_of_item
)
PUBLIC_PAGES: Catalogue[PublicPage] = Catalogue("public page")
NARROW_PAGES: Catalogue[NarrowPage] = Catalogue("page of a narrowed session")
ENTRANCES: Catalogue[Entrance] = Catalogue("entrance")
PAGE_TABS: Catalogue[Tab] = Catalogue(
    "tab",
    code=lambda tab: f"{tab.page} {tab.code}",
    order=lambda tab: tab.order,
    faults=lambda tab: undeclared(*tab.permissions),
)


def may_use(user: Any, permissions: tuple[Codes, ...]) -> bool:
    """Tell whether ``user`` has one of ``permissions``, or none is asked for."""
    return not permissions or any(user.has_permission(code) for code in codes_in(permissions))


def is_narrowed(user: Any) -> bool:
    """Tell whether the session of ``user`` opens no more than NARROW_PAGES: known of whoever asks for a page."""
    return bool(getattr(user, "is_narrowed", False))


def narrow_pages(*names: str) -> list[NarrowPage]:
    """Return an entry for each of the URL ``names``."""
    return [NarrowPage(name) for name in names]


def is_shown(user: Any, item: MenuItem) -> bool:
    """Tell whether the rights of ``user`` and of his session open ``item``."""
    is_open = not is_narrowed(user) or item.url_name in NARROW_PAGES
    return is_open and may_use(user, item.permissions)


def account_items_for(user: Any) -> list[MenuItem]:
    """Return the entries under the name of ``user``."""
    return [item for item in ACCOUNT_ITEMS if is_shown(user, item)]


def tabs_for(page: str, user: Any) -> list[Tab]:
    """Return the tabs of ``page`` that ``user`` may see, in order."""
    tabs = [tab for tab in PAGE_TABS if tab.page == page and may_use(user, tab.permissions)]
    return [tab for tab in tabs if tab.is_for(user)]


def permission_groups() -> list[PermissionGroup]:
    """Return the groups of rights in the order in which the menu leads to what they are for; those
    that no entry asks for come last."""
    entries = [item for group in MENU_GROUPS for item in MENU if item.group == group.code]
    # A page that crosses apps (its codes are a function) is where the rights of none are looked for.
    codes = [code for item in entries for code in item.permissions]

    def place(group: PermissionGroup) -> int:
        own = {permission.code for permission in group.permissions}
        return next((at for at, code in enumerate(codes) if code in own), len(codes))

    return sorted(PERMISSION_GROUPS, key=place)
