"""List pages: filter form → rows → state tabs with counts → order → page → template or partial.

Everything that is chosen lives in the address (``tab sort size page`` and the filter fields), so
that a list can be sent to a colleague, and "back" comes back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

PAGE_SIZES = (20, 50, 100)


class FilterForm(forms.Form):
    """The filters of a list. Subclasses narrow the rows by ``cleaned_data`` in ``narrow``;
    a field that is filled in wrongly shows its error and does not narrow."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for one in self.fields.values():
            one.required = False

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def filter(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        self.is_valid()
        return self.narrow(rows)

    def value(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or wrong."""
        return self.cleaned_data.get(name) or None


@dataclass(frozen=True)
class Tab:
    """One state of the rows, shown with the number of rows in it. The empty code is "all"."""

    code: str
    label: str
    q: Q = field(default_factory=Q)


@dataclass
class Listing:
    """What a list page shows; ``context`` is what its template needs."""

    rows: QuerySet[Any]
    page: Page[Any]
    form: FilterForm | None
    tabs: list[dict[str, Any]]
    sort: str

    @property
    def context(self) -> dict[str, Any]:
        return {
            "page": self.page,
            "total": self.page.paginator.count,
            "filter_form": self.form,
            "tabs": self.tabs,
            "sort": self.sort,
        }


def listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    sorts: Mapping[str, str | tuple[str, ...]],
    default_sort: str,
    form: FilterForm | None = None,
    tabs: Sequence[Tab] = (),
) -> Listing:
    """Narrow, count, order and cut ``rows`` by the address of ``request``.

    ``sorts`` maps the names that ``?sort=`` may have (``-name`` for descending) to columns;
    ``default_sort`` is such a name. Unknown names, sizes and pages fall back without an error.
    """
    if form is not None:
        rows = form.filter(rows)
    shown_tabs, rows = _tabs(request, rows, tabs)
    rows, sort = _ordered(request, rows, sorts, default_sort)
    page = Paginator(rows, page_size(request)).get_page(request.GET.get("page"))
    return Listing(rows, page, form, shown_tabs, sort)


def render_list(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, partial: str = "list"
) -> HttpResponse:
    """Answer the page, or only its ``#list`` when htmx asks for that."""
    htmx: Any = getattr(request, "htmx", None)
    name = f"{template}#{partial}" if htmx and htmx.target == partial else template
    response = render(request, name, dict(context))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def page_size(request: HttpRequest) -> int:
    size = request.GET.get("size", "")
    return int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]


def picked_rows(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    form: Callable[[QueryDict], FilterForm] | None = None,
    tabs: Sequence[Tab] = (),
) -> QuerySet[Any]:
    """Return the rows that a bulk action is about: the ticked ones, or all that the list shows.

    A bulk bar posts ``pk`` (many), or ``all=1`` with the filters in the address.
    """
    if request.POST.get("all") != "1":
        keys = request.POST.getlist("pk")
        return rows.filter(pk__in=_valid_keys(rows.model, keys)) if keys else rows.none()
    if form is not None:
        rows = form(request.GET).filter(rows)
    return rows.filter(_current_tab(request, tabs).q) if tabs else rows


def _valid_keys(model: type[Model], keys: Sequence[str]) -> list[Any]:
    valid = []
    for key in keys:
        try:
            valid.append(model._meta.pk.to_python(key))
        except forms.ValidationError:
            continue
    return valid


def _current_tab(request: HttpRequest, tabs: Sequence[Tab]) -> Tab:
    wanted = request.GET.get("tab", "")
    return next((tab for tab in tabs if tab.code == wanted), tabs[0])


def _tabs(
    request: HttpRequest, rows: QuerySet[Any], tabs: Sequence[Tab]
) -> tuple[list[dict[str, Any]], QuerySet[Any]]:
    if not tabs:
        return [], rows
    current = _current_tab(request, tabs)
    counts = rows.order_by().aggregate(
        **{f"tab{at}": Count("pk", filter=tab.q, distinct=True) for at, tab in enumerate(tabs)}
    )
    shown = [
        {
            "label": tab.label,
            "url": _url(request, tab=tab.code if tab is not tabs[0] else ""),
            "active": tab is current,
            "count": counts[f"tab{at}"],
        }
        for at, tab in enumerate(tabs)
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


def _ordered(
    request: HttpRequest,
    rows: QuerySet[Any],
    sorts: Mapping[str, str | tuple[str, ...]],
    default_sort: str,
) -> tuple[QuerySet[Any], str]:
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in sorts:
        sort = default_sort
    columns = sorts[sort.removeprefix("-")]
    columns = (columns,) if isinstance(columns, str) else columns
    if sort.startswith("-"):
        columns = tuple(
            column[1:] if column.startswith("-") else f"-{column}" for column in columns
        )
    return rows.order_by(*columns, "pk"), sort
