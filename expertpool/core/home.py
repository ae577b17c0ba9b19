"""The home page: what apps put there. Each part is for holders of its permission.

The page itself is in the app at the top; this is what the others fill. A whole section of one's own
is a `Tab` of the page ``HOME``, whose subject is the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from expertpool.core.arrangement import MENU_ARRANGEMENT, MOST_SHORTCUTS
from expertpool.core.catalogue import Catalogue
from expertpool.core.configuration import value_of
from expertpool.core.counting import Countable, counted, counted_lately, first_of_each
from expertpool.core.menus import functions_for, hidden_from, is_closed_address
from expertpool.core.permissions import Codes, codes_in, undeclared
from expertpool.core.prepared import Prepared
from expertpool.core.registry import MenuItem, faults_of_item, may_use

HOME = "home"
MOST_TODOS = 5  # of one kind; the list behind has all
MOST_COUNTED = 10_000  # rows that wait for somebody: of more it says that they are more

Shown = TypeVar("Shown", bound="Number | Todo")


@dataclass(frozen=True)
class Number:
    """A number, or rows to count, and the list that it counts; ``tone_of_none`` is its colour where
    there are none, if that is another. ``text`` is shown in its place, for what is no count: a sum of money, a mean."""

    label: str
    value: Countable
    url: str
    icon: str
    tone: str = "blue"
    tone_of_none: str = ""
    text: str = ""

    @property
    def shown(self) -> Any:
        return self.text or self.value


@dataclass(frozen=True)
class Todo:
    """Something that waits for this user. With ``rows`` it waits as long as there are any, and their
    number stands before ``text``; of a statement they are no more than `some` of them."""

    title: str
    text: str
    url: str
    icon: str
    tone: str = "blue"
    action: str = "处理"
    rows: Countable | None = None


@dataclass(frozen=True)
class Source(Generic[Shown]):
    """``find(user, now)`` gives what the home page of a holder of ``permission`` (one, or any of
    several) shows of one kind; of todos at most MOST_TODOS. Lower ``order`` comes first: of todos,
    what is more urgent.

    ``among`` are rows of anybody without which there is nothing to find, said by as little as finds none on
    most days, with `Given` ``user`` and ``now``: all kinds are asked that by one statement first."""

    code: str
    permission: Codes
    order: int
    find: Callable[[Any, datetime], Iterable[Shown]]
    among: Callable[[], QuerySet[Any]] | None = None


def _faults(source: Source[Any]) -> list[str]:
    return undeclared(*codes_in((source.permission,)))


NUMBERS: Catalogue[Source[Number]] = Catalogue(
    "number of the home page", order=lambda source: source.order, faults=_faults
)
TODOS: Catalogue[Source[Todo]] = Catalogue(
    "kind of todo", order=lambda source: source.order, faults=_faults
)
# What people come for; the first few are shown.
SHORTCUTS: Catalogue[MenuItem] = Catalogue(
    "shortcut", order=lambda item: item.order, faults=faults_of_item
)


def numbers_for(user: Any, *, now: datetime) -> list[Number]:
    """Return the numbers of the areas that ``user`` may see, counted by one statement; large ones may be a minute old."""
    found = _found(NUMBERS, user, now)
    counts = counted_lately(number.value for number in found)
    return [
        replace(
            number, value=count, tone=number.tone if count else number.tone_of_none or number.tone
        )
        for number, count in zip(found, counts, strict=True)
    ]


def todos_for(user: Any, *, now: datetime) -> list[Todo]:
    """Return what waits for ``user``, the most urgent kind first."""
    found = _found(TODOS, user, now)
    counts = counted((1 if todo.rows is None else some(todo.rows) for todo in found), often="todos")
    return [
        todo if todo.rows is None else replace(todo, text=f"{_told(count)} {todo.text}", rows=None)
        for todo, count in zip(found, counts, strict=True)
        if count
    ]


def some(rows: Countable) -> Countable:
    """Return as many of ``rows`` as are counted: of a pool of a million all may wait."""
    if not isinstance(rows, QuerySet) or rows.query.is_sliced:
        return rows
    return rows.order_by()[: MOST_COUNTED + 1]


def _told(count: int) -> str:
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else str(count)


def may_have_todos(user: Any) -> bool:
    return any(may_use(user, (source.permission,)) for source in TODOS)


def shortcuts_for(user: Any) -> list[MenuItem]:
    """Return what ``user`` most likely comes for: what the office has set for his roles, one role after the
    other, or else the usual."""
    found: list[MenuItem] = []
    if codes := _codes_set_for(user):
        known = {item.code: item for item in functions_for(user)}
        found = [known[code] for code in codes if code in known]
    if not found:
        # The same function may be declared by two codes: the address tells.
        hidden = bool(hidden_from(user))
        usable = [item for item in SHORTCUTS if may_use(user, item.permissions)]
        found = [one for one in usable if not (hidden and is_closed_address(user, one.address))]
    return found[:MOST_SHORTCUTS]


def _codes_set_for(user: Any) -> list[str]:
    shortcuts = value_of(MENU_ARRANGEMENT).shortcuts
    roles: frozenset[str] = getattr(user, "given_roles", frozenset()) if shortcuts else frozenset()
    return list(dict.fromkeys(code for one in shortcuts if one.role in roles for code in one.codes))


def _found(sources: Iterable[Source[Shown]], user: Any, now: datetime) -> list[Shown]:
    usable = [source for source in sources if may_use(user, (source.permission,))]
    asked = tuple(source for source in usable if source.among)
    there = {code for (code,) in _having(asked).all(user=user.pk, now=now)} if asked else set()
    found = [
        shown
        for source in usable
        if source.among is None or source.code in there
        for shown in source.find(user, now)
    ]
    # What leads to where he may not go tells him nothing that he could do.
    return [shown for shown in found if not is_closed_address(user, shown.url)]


@cache
def _having(sources: tuple[Source[Any], ...]) -> Prepared:
    return Prepared(lambda: first_of_each((one.code, one.among()) for one in sources if one.among))
