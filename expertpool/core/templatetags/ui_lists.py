"""Lists: box, tabs, tools, table, pager."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from expertpool.core.bulk import MOST_PICKED
from expertpool.core.templatetags.ui_base import EMPTY, Values, element, register, render_component
from expertpool.core.templatetags.ui_marks import icon

LONGEST_CELL = 60  # characters of a field that may hold a page


def _query(context: Context, **changes: Any) -> str:
    """The address of this list with some parameters changed (None drops one)."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_block_tag
def list_box(content: SafeString, *, element_id: str = "list") -> SafeString:
    """What htmx replaces: tabs, tools, table, pager."""
    return element("section", content, class_="list-box", id=element_id, aria_label="列表")


@register.inclusion_tag("core/ui/tabs.html")
def tabs(*, items: Iterable[Any], label: str, target: str = "") -> Values:
    """Tabs that are links: ``label url active count``."""
    return {"items": items, "label": label, "target": target}


@register.simple_block_tag(takes_context=True)
def toolbar(
    context: Context,
    content: SafeString,
    *,
    total: int | None = None,
    noun: str = "条记录",
    export_url: str = "",
    pdf_url: str = "",
    columns: bool = False,
    refresh: bool = True,
) -> SafeString:
    """Line above a table: total, bulk bar (content), PDF, refresh, export, columns. Where the filter or the tab is not
    understood no file would be made: then none is offered."""
    values = locals()
    csrf_token = values.pop("context").get("csrf_token")
    if is_refused(context):
        values |= {"export_url": "", "pdf_url": ""}
    return render_component("toolbar", csrf_token=csrf_token, **values)


@register.simple_tag(takes_context=True)
def is_refused(context: Context) -> bool:
    """Tell whether the list shows nothing because its address is not understood; the page says why above it."""
    form = context.get("filter_form")
    return bool(context.get("is_unknown_tab") or (form is not None and form.errors))


@register.simple_block_tag
def bulk_bar(content: SafeString, *, total: int = 0, conditions: str = "") -> SafeString:
    """Appears when rows are ticked; the content is ``bulk_button``s, whose questions name how many
    rows are meant and, of all of them, by which conditions (`Listing.context`)."""
    shown_at, most = timezone.now().isoformat(), MOST_PICKED
    is_too_long = total > most or getattr(total, "is_least", False)
    return render_component("bulk_bar", **locals())


@register.simple_block_tag
def table(
    content: SafeString, *, label: str, key: str = "", cards: bool = True, plain: bool = False
) -> SafeString:
    """A table that becomes cards on a phone."""
    # The content is HTML by now: only there it shows whether rows can be ticked.
    kinds = {"with-cards": cards, "is-plain": plain, "has-select": "c-select" in content}
    kind = " ".join(["data-table", *(name for name, given in kinds.items() if given)])
    inside = element("table", content, class_=kind, aria_label=label, data_columns=key)
    return element("div", inside, class_="table-box")


_SORT_ICONS = {"ascending": "arrow-up", "descending": "arrow-down", "": "arrows-sort"}


@register.simple_tag(takes_context=True)
def th(
    context: Context,
    *,
    label: str,
    sort: str = "",
    align: str = "",
    col: str = "",
    off: bool = False,
    actions: bool = False,
) -> SafeString:
    """Head of a column; ``sort`` is the value of ``?sort=`` (with "-" for descending)."""
    inside: str = label
    direction = ""
    if sort:
        now = context["request"].GET.get("sort", "")
        direction = {sort: "ascending", f"-{sort}": "descending"}.get(now, "")
        following = f"-{sort}" if direction == "ascending" else sort
        url = _query(context, sort=following, page=None)
        sign = icon(name=_SORT_ICONS[direction], size="sm")
        # Its address is another one once it was followed: by its id it gets the focus back.
        inside = element("a", label, sign, class_="sort", href=url, hx_get=url, id=f"sort-{sort}")
    kinds = {"c-actions": actions, "is-end": align == "end", "is-sortable": sort}
    return element(
        "th",
        inside,
        scope="col",
        class_=" ".join(name for name, given in kinds.items() if given),
        aria_sort=direction,
        data_col=col,
        data_label=label if col else "",
        data_off=off,
    )


@register.simple_tag(takes_context=True)
def th_fields(context: Context, *, fields: Iterable[Any]) -> SafeString:
    """Heads of fields that administrators added: columns that nobody sees before he chooses them."""
    heads = (th(context, label=one.label, col=one.code, off=True) for one in fields)
    return format_html_join("", "{}", ((head,) for head in heads))


@register.simple_tag
def td_fields(*, record: Any, fields: Iterable[Any]) -> SafeString:
    """The cells of ``record`` under ``th_fields``; a long text only begins there."""
    cells = (
        (one.label, Truncator(one.word_of(record)).chars(LONGEST_CELL) or EMPTY) for one in fields
    )
    return format_html_join("", '<td class="c-added c-wide" data-label="{}">{}</td>', cells)


@register.simple_tag
def th_select() -> SafeString:
    """Ticks all rows of the page."""
    return element(
        "th", _tick(data_pick_all=True, aria_label="选择本页全部"), scope="col", class_="c-select"
    )


@register.simple_tag
def td_select(*, value: Any, label: str) -> SafeString:
    """Ticks one row."""
    tick = _tick(
        name="pk", value=value, data_pick=True, aria_label=f"选择{label}", autocomplete="off"
    )
    return element("td", tick, class_="c-select")


def _tick(**attributes: Any) -> SafeString:
    box = element("input", type="checkbox", class_="form-check-input", **attributes)
    return element("label", box, class_="pick")


@register.simple_block_tag
def row_actions(content: SafeString) -> SafeString:
    """Last cell of a row."""
    return element("td", element("div", content, class_="row-actions"), class_="c-actions")


@register.inclusion_tag("core/ui/pager.html", takes_context=True)
def pager(context: Context, *, page: Page[Any], target: str = "#list") -> Values:
    """Pages, page size (``?size=``) and jump (``?page=``)."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)

    def link(number: int) -> str:
        return _query(context, page=number)

    return {
        "page": page,
        "target": target,
        "pages": [(n, link(n) if isinstance(n, int) else "") for n in pages],
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
        "sizes": [20, 50, 100],
        "size": page.paginator.per_page,
        "path": context["request"].path,
        # The form that jumps to a page sends its own fields alone: these keep the others.
        "kept": [
            (name, value)
            for name, values in context["request"].GET.lists()
            if name not in {"page", "size"}
            for value in values
        ],
    }
