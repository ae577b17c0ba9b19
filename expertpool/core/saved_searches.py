"""Searches that are kept under a name (常用查询): what the address of a list or of a statistic asks.

    SAVED_PAGES.add(SavedPage("experts", "experts:list", "experts.view", subject_of=lambda query: EXPERT.code))

The page then passes ``**kept_on(user, "experts")`` to the component ``filters``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria import CriteriaError, CriteriaUse, as_seen
from expertpool.core.criteria.registry import criteria_field
from expertpool.core.events import publish
from expertpool.core.fields import opens
from expertpool.core.locks import lock_transaction
from expertpool.core.models import SavedSearch
from expertpool.core.prepared import Given, Prepared
from expertpool.core.subjects import SUBJECTS
from expertpool.core.subjects.subject import placed
from expertpool.core.text import if_seen

MOST = 30  # of one person on one page
MOST_SHARED = 50  # of all on one page: each of them stands on everybody's
NOT_KEPT = ("page", "size")  # of an address: not part of what was asked


class SearchRefused(ValueError):
    """The message says why."""


@dataclass(frozen=True)
class SavedPage:
    """A page whose searches may be kept: its URL name and the right that it asks for. ``subject_of`` tells of a query whose
    declared fields its condition names (none: it has no condition); ``needs_filter``: without any there is nothing
    to keep; ``cleared_by``: the right to delete what others share there. ``words_told_to``: whether somebody may read the
    free words of a query that another typed (none: nobody's data)."""

    code: str
    url: str
    permission: str
    subject_of: Callable[[QueryDict], str] = lambda query: ""
    needs_filter: bool = True
    cleared_by: str = ""
    words_told_to: Callable[[Any, QueryDict], bool] = lambda user, query: True


SAVED_PAGES: Catalogue[SavedPage] = Catalogue("page of saved searches")


@dataclass(frozen=True)
class SharedSearchCleared:
    """``actor`` deletes ``search``, which another shares; it is still there."""

    search: SavedSearch
    actor: Any
    at: datetime


@dataclass(frozen=True)
class Offered:
    """One saved search as its page shows it; without an address where it asks what the reader may not."""

    name: str
    url: str
    delete_url: str


_offered = Prepared(lambda: SavedSearch.objects.filter(Q(owner=Given("user")) | Q(shared=True)))


def kept_on(user: Any, code: str, *, beside: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what the component ``filters`` takes: the user's own searches of the page ``code`` (and of those ``beside`` it)
    and those that others share, by name, and where to keep another."""
    rows: list[SavedSearch] = _offered.all(user=user.pk)
    offered, counts = [], Counter[str]()
    for row in (row for row in rows if row.page in {code, *beside}):
        is_own = row.owner_id == user.pk
        counts[row.page] += not is_own
        if is_own or counts[row.page] <= MOST_SHARED:  # whoever wrote the others
            offered.append(_offer(row, user))
    return {
        "saved": offered,
        "save_url": reverse("core:saved_add", args=[code]),
    }


def _offer(row: SavedSearch, user: Any) -> Offered:
    may_delete = row.owner_id == user.pk or _may_clear(user, row)
    delete_url = reverse("core:saved_delete", args=[row.pk]) if may_delete else ""
    if not opens(row, "query"):
        return Offered(f"{row.name}（无法读取）", "", delete_url)
    address = f"{reverse(SAVED_PAGES[row.page].url)}?{row.query}"
    if row.owner_id != user.pk and not _may_ask(user, row):
        address = ""  # it says field, value and words
    return Offered(row.name, address, delete_url)


def _may_ask(user: Any, search: SavedSearch) -> bool:
    """Tell whether ``user`` may ask each field that the condition of ``search`` or its filters ask, and read its words."""
    page, query = SAVED_PAGES[search.page], QueryDict(search.query)
    subject = page.subject_of(query)
    asked = [code for code, _ in _asked(query) if code]
    asked += [code for name, code in _filters_in(subject) if any(query.getlist(name))]
    may = all(_is_open(subject, code, user) for code in asked)
    return may and page.words_told_to(user, query)


def _is_open(subject: str, code: str, user: Any) -> bool:
    try:
        return criteria_field(subject, code).is_open_to(user)
    except CriteriaError:  # of no field any more: nothing is told by it
        return True


def _may_clear(user: Any, search: SavedSearch) -> bool:
    page = SAVED_PAGES.get(search.page)
    return bool(page and page.cleared_by and search.shared and user.has_permission(page.cleared_by))


def usable_by(user: Any) -> Any:
    """Return the searches of ``user`` and those that others share, of whatever page."""
    return SavedSearch.objects.filter(Q(owner=user) | Q(shared=True))


def query_of(address: QueryDict) -> str:
    """Return what of an address is kept."""
    query = address.copy()
    for name in NOT_KEPT:
        query.pop(name, None)
    return str(query.urlencode())


@transaction.atomic
def save_search(*, search: SavedSearch, actor: Any, now: datetime) -> SavedSearch:
    """Keep a new search of ``actor``. Refuses an empty one and more than `MOST` of him, or `MOST_SHARED` of all, on the page
    (SearchRefused), and a name that he has for the page, or of which nobody sees anything (ValidationError)."""
    search.name = if_seen(search.name)
    if not search.name:
        raise ValidationError({"name": "名称里没有看得见的字，请写一个名称。"})
    if SAVED_PAGES[search.page].needs_filter and not search.query:
        raise SearchRefused("现在没有筛选条件，请先设置条件再保存。")
    lock_transaction(f"core.saved_searches:{search.page}")
    there = SavedSearch.objects.filter(page=search.page)
    if there.filter(owner=actor).count() >= MOST:
        raise SearchRefused(f"每人在一个页面最多保存 {MOST} 个常用查询，请先删去不用的。")
    if search.shared and there.filter(shared=True).count() >= MOST_SHARED:
        raise SearchRefused(
            f"这个页面已有 {MOST_SHARED} 个共享的常用查询，请不勾选「所有人可用」，或请管理员删去不用的。"
        )
    search.owner, search.created_at = actor, now
    search.name = if_seen(search.name)
    search.full_clean()
    search.save()
    return search


@transaction.atomic
def delete_search(*, search: SavedSearch, actor: Any, now: datetime) -> None:
    """Forget a search of ``actor``, or one that another shares, which only who may clear the page does (SearchRefused):
    announces SharedSearchCleared."""
    if search.owner_id != actor.pk:
        if not _may_clear(actor, search):
            raise SearchRefused("这是别人共享的常用查询，只有保存人和站点管理员可以删除。")
        publish(SharedSearchCleared(search, actor, now))
    search.delete()


def searches_naming(
    subject: str, code: str, options: Sequence[Any] = (), viewer: Any = None
) -> list[str]:
    """Return the saved searches whose condition, or whose filter, asks the declared field ``code`` of ``subject`` (for
    one of ``options``, if there are any), in words, as ``viewer`` sees them."""
    filters = _filters_of(subject, code)
    rows = SavedSearch.objects.select_related("owner").order_by("pk")
    wanted = {str(one) for one in options}
    return [
        as_seen(f"{one.owner}的常用查询“{one}”", one.shared or one.owner == viewer)
        for one in rows
        if opens(one, "query")
        and (asked := _values(one, subject, code, filters))
        and (not wanted or wanted & asked)
    ]


def _filters_of(subject: str, code: str) -> list[str]:
    """Return the names of the filters that ask what the field asks."""
    return [name for name, asks in _filters_in(subject) if asks == code]


def _filters_in(subject: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each filter of ``subject`` with the condition field that it asks."""
    known = SUBJECTS.get(subject)
    for one in placed(known.fields(), "filtered") if known else ():
        if one.criterion:
            yield one.filter_name, one.question().code


def _values(row: SavedSearch, subject: str, code: str, filters: Sequence[str]) -> set[str]:
    """Return for what a search asks the field."""
    page, query = SAVED_PAGES.get(row.page), QueryDict(row.query)
    if page is None or page.subject_of(query) != subject:
        return set()
    asked = [value for field, value in _asked(query) if field == code]
    asked += [one.split(",") for name in filters for one in query.getlist(name) if one]
    named = (value if isinstance(value, list) else [value] for value in asked)
    return {str(one) for values in named for one in values}


def _asked(query: QueryDict) -> Iterator[tuple[str, Any]]:
    """Yield each field that the conditions of ``query`` ask, with the value."""
    for text in query.getlist("where"):
        try:
            stack = [json.loads(text)]
        except ValueError:  # anybody may type an address, and keep it
            continue
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack += node
            elif isinstance(node, dict):
                yield str(node.get("field", "")), node.get("value")
                stack += node.values()


CONDITIONS = CriteriaUse("searches", searches_naming, order=90)
