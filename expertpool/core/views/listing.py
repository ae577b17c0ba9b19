"""List pages: filter form → rows → state tabs with counts → order → page → template or partial.

Everything that is chosen lives in the address (``tab sort size page`` and the filter fields), so
that a list can be sent to a colleague, and "back" comes back to it.

Counting costs what is counted: numbers are exact up to a limit and then say "at least"
(docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Case, Count, Field, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from expertpool.core.bulk import MOST_PICKED, unseen_runs
from expertpool.core.counting import Recent
from expertpool.core.criteria import AllOf, AnyOf, Leaf, Not, explain
from expertpool.core.exporting.refusals import refuse_in_file
from expertpool.core.models import BulkRun
from expertpool.core.ordering import InOrder, KeyOrder
from expertpool.core.responses import warned

# Columns; or an order that no column has.
Sort = str | tuple[str, ...] | KeyOrder
PAGE_SIZES = (20, 50, 100)
COUNT_ALL = 100_000  # rows of a list as it opens are counted up to here,
COUNT_NARROWED = 5_000  # those that a filter left, which no index holds together, up to here
AHEAD = 2  # pages that are counted beyond the one that is shown
FAR = 1_000  # rows from which on those of a page are found by their keys first


class RowCount(int):
    """A number of rows; ``is_least``: there are more, nobody counted on. Shows as "10,000+", or as "—" where none
    was met yet."""

    is_least: bool

    def __new__(cls, value: int, *, is_least: bool = False) -> RowCount:
        self = super().__new__(cls, value)
        self.is_least = is_least
        return self

    def __format__(self, spec: str) -> str:
        # Of a part in which there are none nobody knows how many: 0+ would read as nought.
        if self.is_least and not self:
            return "—"
        return super().__format__(spec) + ("+" if self.is_least else "")


class FilterForm(forms.Form):
    """The filters of a list. Subclasses narrow the rows by ``cleaned_data`` in ``narrow``;
    one that is filled in wrongly shows its error, and nothing is found: a list that is not narrowed
    would look like an answer, and a bulk action would be about everybody. No file is made by it.

    ``some`` are a part of the narrowed rows where these are too many to be gone through: what is
    counted among them is shown as the least there is. ``newest`` are all of the narrowed rows down to
    one or another, where these are told sooner: a page that begins with the newest is looked for among them first."""

    some: QuerySet[Any] | None = None
    newest: QuerySet[Any] | None = None

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for one in self.fields.values():
            one.required = False

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def is_valid(self) -> bool:
        """Say whether every filter is understood; where a file is read for, refuse (ExportRefused) if not. Not in
        ``filter`` alone: what counts by several parts asks here and narrows by itself."""
        if super().is_valid():
            return True
        refuse_in_file(self.faults)
        return False

    def filter(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return self.narrow(rows) if self.is_valid() else rows.none()

    @property
    def faults(self) -> list[str]:
        """What is wrong, by the labels of the fields."""
        return [
            f"{self.fields[name].label or ''} {error}".strip()
            if name in self.fields
            else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]

    @property
    def words(self) -> list[str]:
        """What the rows are narrowed by, each control that is filled in: 状态 在库."""
        return [
            f"{field.label or ''} {_word(field, value)}".strip()
            for name, field in self.fields.items()
            if (value := self.value(name)) is not None
        ]

    def value(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or wrong."""
        value = self.cleaned_data.get(name)
        if isinstance(value, QuerySet) and value.query.is_empty():
            return None  # nobody chose any: Django would work a statement out to find that
        return value or None


def _word(field: forms.Field, value: Any) -> str:
    """Return ``value`` of a control as a reader knows it."""
    if isinstance(value, Leaf | AllOf | AnyOf | Not):
        return f"（{explain(value)}）"
    if isinstance(value, bool):
        return "是" if value else "否"
    parts = value if isinstance(value, list | tuple | QuerySet) else [value]
    labels = {str(key): label for key, label in getattr(field, "choices", ())}
    between = " 至 " if isinstance(value, tuple) else "、"
    return between.join(str(labels.get(str(part), part)) for part in parts)


@dataclass(frozen=True)
class ListTab:
    """One state of the rows, shown with the number of rows in it. The empty code is "all"."""

    code: str
    label: str
    q: Q = field(default_factory=Q)


EVERYTHING = ListTab("", "全部")  # of a list without tabs
UNKNOWN = ListTab("\0", "", Q(pk__in=[]))  # of an address that names none of the list's: nobody
NO_TAB = "没有这个标签页，或您不能查看，所以没有查询。请点上面的标签。"
TAB_OF_FILE = "没有这个标签页，或您不能查看"


@dataclass
class Listing:
    """What a list page shows; ``context`` is what its template needs."""

    rows: QuerySet[Any]
    page: Page[Any]
    form: FilterForm | None
    tabs: list[dict[str, Any]]
    sort: str
    is_unknown: bool = False  # the tab of the address

    @property
    def context(self) -> dict[str, Any]:
        return {
            "page": self.page,
            "total": self.page.paginator.count,
            "filter_form": self.form,
            "tabs": self.tabs,
            "sort": self.sort,
            "is_unknown_tab": self.is_unknown,
            "conditions": "；".join(self._conditions),
        }

    @property
    def _conditions(self) -> list[str]:
        """What narrows the rows, in words: a bulk action about all of them names it (`conditions_of`, too)."""
        tab = [one["label"] for one in self.tabs[1:] if one["active"]]
        words = self.form.words if self.form is not None and self.form.is_valid() else []
        return tab + words


def listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    sorts: Mapping[str, Sort],
    default_sort: str,
    form: FilterForm | None = None,
    tabs: Sequence[ListTab] = (),
) -> Listing:
    """Narrow, count, order and cut ``rows`` by the address of ``request``.

    ``rows`` hold none twice. ``sorts`` maps the names that ``?sort=`` may have (``-name`` for
    descending) to columns, or to an order that no column has; ``default_sort`` is such a name. Unknown names, sizes and
    pages fall back without an error; of an unknown tab there are no rows, as of a filter that is wrong: it would look like an
    answer.
    """
    everything = rows
    if form is not None:
        rows = form.filter(rows)
    current = _current_tab(request, tabs)
    if rows is everything:
        counts = _count_each(rows, tabs or (current,), COUNT_ALL, opened=True)
    else:
        some = form.some if form else None
        counts = _count_narrowed(rows, some, tabs or (current,), current, _turned(request))
    shown_tabs, rows = _tabs(request, rows, tabs, counts)
    is_narrowed = rows is not everything
    in_order: Any  # all that pages ask for are its slices
    in_order, sort = ordered(rows, request.GET.get("sort", ""), sorts, default_sort)
    pages = Paginator(in_order, page_size(request))
    pages.count = counts.get(current.code, RowCount(0))  # known, so it does not count again
    page = pages.get_page(request.GET.get("page"))
    is_far = page.start_index() > FAR or (is_narrowed and sort != default_sort)
    if is_far and isinstance(in_order, QuerySet):  # else they are found by their keys anyway
        page.object_list = _by_keys(in_order, page.object_list)
    if form is not None and form.newest is not None and sort == default_sort:
        page.object_list = _among_newest(form.newest, in_order, current, page)
    return Listing(rows, page, form, shown_tabs, sort, is_unknown=current is UNKNOWN)


def _among_newest(newest: QuerySet[Any], rows: Any, tab: ListTab, page: Page[Any]) -> Any:
    """Return the rows of ``page``, of a list in the order of ``rows``, where those of the ``newest`` fill it."""
    order = rows.query.order_by
    if order[0] not in {"-id", "-pk"}:
        return page.object_list
    size = page.paginator.per_page
    start = (page.number - 1) * size
    found = list(newest.filter(tab.q).order_by(*order)[start : start + size])
    return found if len(found) == size else page.object_list


def _by_keys(rows: QuerySet[Any], some: Any) -> QuerySet[Any]:
    """Return ``some`` of ``rows``, a slice of them, in the same order: their keys are found first, and the rest of
    them, with all that is joined to it, is read of these alone. Else the database reads and sorts whole rows of
    whoever comes before (docs/decisions/0276)."""
    return rows.filter(pk__in=some.values("pk"))


def render_list(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, partial: str = "list"
) -> HttpResponse:
    """Answer the page, or only its ``#list`` when htmx asks for that."""
    htmx: Any = getattr(request, "htmx", None)
    is_part = bool(htmx) and htmx.target == partial
    if context.get("is_unknown_tab") and not is_part:
        messages.warning(request, NO_TAB)
    # Asked only by the lists that have bulk actions (their block ``runs``).
    also = {} if is_part else {"own_runs": lambda: _own_runs(request)}
    response = render(
        request, f"{template}#{partial}" if is_part else template, dict(context) | also
    )
    form = context.get("filter_form")
    if is_part and context.get("is_unknown_tab"):
        response = warned(response, NO_TAB)
    if is_part and isinstance(form, FilterForm) and form.errors:
        # The filters, which show it on the page, are no part of the answer.
        response = warned(response, f"没有查询，筛选条件有误：{'；'.join(form.faults)}")
    # One address has both answers: whoever keeps them must keep them apart.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _own_runs(request: HttpRequest) -> list[BulkRun]:
    """Return what the reader asked to be done on this page, and has not seen the end of."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return unseen_runs(user, request.path, now=timezone.now())


def page_size(request: HttpRequest) -> int:
    size = request.GET.get("size", "")
    return int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]


def conditions_of(request: HttpRequest, form: FilterForm, tabs: Sequence[ListTab]) -> str:
    """Return by what the list of ``request`` is narrowed, for a drawer about all that it shows; empty: by nothing."""
    tab = _current_tab(request, tabs)
    label = [tab.label] if tab is not UNKNOWN and tab is not tabs[0] else []
    return "；".join(label + (form.words if form.is_valid() else []))


class PicksRefused(Exception):
    """What was ticked is no longer what the page showed, or too much."""


def picked_rows(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    form: Callable[[QueryDict], FilterForm] | None = None,
    tabs: Sequence[ListTab] = (),
    changed: str = "",
    by: str = "",
) -> QuerySet[Any]:
    """Return the rows that a bulk action is about: the ticked ones, or all that the list shows.

    A bulk bar posts ``pk`` (many), or ``all=1`` with the filters in the address, and ``count``, the
    number that its question named. ``rows`` are those that the list shows. Raises PicksRefused where
    they are not as many, so that nothing is done to what nobody saw, where one of a whole list was
    changed since it was shown (``at``), and for more than MOST_PICKED. ``changed`` names the field that
    says when a row became what has to be seen: by that one, the ticked are asked, too. ``by`` names the
    field by which rows are ticked, where that is not their key.
    """
    everything = request.POST.get("all") == "1"
    if everything:
        if form is not None:
            rows = form(request.GET).filter(rows)
        if (tab := _current_tab(request, tabs)) is UNKNOWN:
            raise PicksRefused(f"{NO_TAB.removesuffix('请点上面的标签。')}请刷新列表后重新选择。")
        rows = rows.filter(tab.q)
    else:
        keys = request.POST.getlist("pk")
        field = rows.model._meta.get_field(by) if by else rows.model._meta.pk
        valid = _valid_keys(field, keys)
        rows = rows.filter(**{f"{field.attname}__in": valid}) if keys else rows.none()
    _check_picked(rows, request.POST.get("count", "" if everything else None))
    seen_at = _moment(request.POST.get("at", ""))
    if changed and seen_at is None:
        raise PicksRefused("不是从列表页面选择的，没有处理。请刷新列表，看过后重新选择。")
    if everything or changed:
        _check_unchanged(rows, seen_at, changed or "updated_at")
    return rows


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:  # a day that no month has
        return None
    return at if at and is_aware(at) else None


def _check_picked(rows: QuerySet[Any], named: str | None) -> None:
    found = rows.order_by()[: MOST_PICKED + 1].count()
    if found > MOST_PICKED:
        message = f"一次最多处理 {MOST_PICKED:,} 条，请用筛选条件分批处理。"
        raise PicksRefused(message)
    if named is not None and named != str(found):
        message = (
            f"所选内容已有变化：您确认时是 {named or '未知'} 条，现在是 {found} 条，没有处理。"
            "请刷新列表，看过后重新选择。"
        )
        raise PicksRefused(message)


def _check_unchanged(rows: QuerySet[Any], seen_at: datetime | None, field: str) -> None:
    """Refuse where one came for another that left: they are as many as before."""
    if seen_at is None or not hasattr(rows.model, field):
        return
    if changed := rows.filter(**{f"{field}__gt": seen_at}).count():
        message = f"其中 {changed} 条在您打开列表之后有改动，没有处理。请刷新列表，看过后重新选择。"
        raise PicksRefused(message)


def _valid_keys(field: Field, keys: Sequence[str]) -> list[Any]:
    valid = []
    for key in keys:
        try:
            valid.append(field.to_python(key))
        except forms.ValidationError:
            continue
    return valid


def _current_tab(request: HttpRequest, tabs: Sequence[ListTab]) -> ListTab:
    return tab_of(tabs, request.GET.get("tab", ""))


def tab_of(tabs: Sequence[ListTab], wanted: str) -> ListTab:
    """Return the tab that an address names by its code; one that the list does not have holds no rows, and makes no
    file (ExportRefused)."""
    if not tabs:
        return EVERYTHING
    found = next((tab for tab in tabs if tab.code == wanted), UNKNOWN if wanted else tabs[0])
    if found is UNKNOWN:
        refuse_in_file([TAB_OF_FILE])
    return found


def _count_narrowed(
    rows: QuerySet[Any],
    some: QuerySet[Any] | None,
    tabs: Sequence[ListTab],
    current: ListTab,
    turned: int,
) -> dict[str, RowCount]:
    """Return the number of rows that a filter left, by the code of the tab.

    They (or ``some`` of them) are gone through once for all tabs, up to a limit. Beyond it tabs
    show what was found on the way; the one that is open is counted alone where that is less than
    the ``turned`` rows and some pages more.
    """
    counted = rows if some is None else some
    found = counted.order_by()[: COUNT_NARROWED + 1].aggregate(
        counted=Count("pk"),
        **{f"tab{at}": _number_in(tab) for at, tab in enumerate(tabs)},
    )
    is_least = some is not None or found["counted"] > COUNT_NARROWED
    counts = {
        tab.code: RowCount(min(found[f"tab{at}"], COUNT_NARROWED), is_least=is_least)
        for at, tab in enumerate(tabs)
    }
    if is_least and counts.get(current.code, turned) < turned:
        counts |= _count_each(rows, (current,), turned)
    return counts


def _number_in(tab: ListTab) -> Count:
    # Not ``filter=``: of a slice Django counts nothing at all where one of the filters can fit no row.
    return Count(Case(When(tab.q, then=Value(1)))) if tab.q else Count("pk")


def _turned(request: HttpRequest) -> int:
    """Return the number of rows as far as the page that is asked for, and some pages more."""
    page = request.GET.get("page", "")
    # No longer number than pages can have: others are as good as none.
    at = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return min(page_size(request) * (at + AHEAD), COUNT_NARROWED)


_far_beyond = Recent()  # counts that were found to be so


def _count_each(
    rows: QuerySet[Any], tabs: Sequence[ListTab], limit: int, *, opened: bool = False
) -> dict[str, RowCount]:
    """Count each tab alone, up to ``limit``, in one statement.

    To count so far takes longest and tells least. Where a list as it is ``opened`` has a tenth more
    than the limit, its count is left out for a minute: so many rows do not vanish meanwhile
    (docs/decisions/0061).
    """
    parts, values, keys = [], list[Any](), {}
    for tab in tabs:
        counted = rows.filter(tab.q).order_by().values("pk")[: limit + limit // 10 + 1]
        try:
            part, its_values = counted.query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        keys[tab.code] = key = f"{part} {its_values}"
        if opened and _far_beyond.get(key) is not None:
            parts.append(str(limit + 1))
            continue
        parts.append(f"(SELECT count(*) FROM ({part}) AS counted)")  # noqa: S608 (Django wrote the part)
        values += its_values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        found = dict(zip((tab.code for tab in tabs), cursor.fetchone(), strict=True))
    if opened:
        far = {code: count for code, count in found.items() if count > limit + limit // 10}
        _far_beyond.keep({keys[code]: count for code, count in far.items()})
    return {
        code: RowCount(min(count, limit), is_least=count > limit) for code, count in found.items()
    }


def _tabs(
    request: HttpRequest,
    rows: QuerySet[Any],
    tabs: Sequence[ListTab],
    counts: Mapping[str, RowCount],
) -> tuple[list[dict[str, Any]], QuerySet[Any]]:
    if not tabs:
        return [], rows
    current = _current_tab(request, tabs)
    shown = [
        {
            "label": tab.label,
            "url": _url(request, tab=tab.code if tab is not tabs[0] else ""),
            "active": tab is current,
            "count": counts[tab.code],
        }
        for tab in tabs
    ]
    return shown, rows.filter(current.q)


def _url(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return f"{request.path}?{query.urlencode()}"


def ordered(
    rows: QuerySet[Any], sort: str, sorts: Mapping[str, Sort], default_sort: str
) -> tuple[QuerySet[Any] | InOrder, str]:
    """Order ``rows`` by the name ``sort`` of an address, one of ``sorts`` or the default; return them with it."""
    if sort.removeprefix("-") not in sorts:
        sort = default_sort
    columns = sorts[sort.removeprefix("-")]
    if isinstance(columns, KeyOrder):
        return columns.of(rows, descending=sort.startswith("-")), sort
    columns = (columns,) if isinstance(columns, str) else columns
    if sort.startswith("-"):
        columns = tuple(
            column[1:] if column.startswith("-") else f"-{column}" for column in columns
        )
    # Equal rows follow the direction, too: so an index on the column serves both.
    return rows.order_by(*columns, "-pk" if sort.startswith("-") else "pk"), sort
