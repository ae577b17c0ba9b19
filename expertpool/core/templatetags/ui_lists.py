"""Lists: box, tabs, tools, table, pager."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui_base import (
    Values,
    one_action,
    register,
    render_component,
)


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
    return format_html(
        '<section class="list-box" id="{}" aria-label="列表">{}</section>', element_id, content
    )


@register.inclusion_tag("core/ui/tabs.html")
def tabs(*, items: Iterable[Any], label: str, target: str = "") -> Values:
    """Tabs that are links: ``label url active count``."""
    return {"items": items, "label": label, "target": target}


@register.simple_block_tag
def toolbar(
    content: SafeString,
    *,
    total: int | None = None,
    noun: str = "条记录",
    export_url: str = "",
    columns: bool = False,
    refresh: bool = True,
) -> SafeString:
    """Line above a table: total, bulk bar (content), refresh, export, columns."""
    return render_component("toolbar", **locals())


@register.simple_block_tag
def bulk_bar(content: SafeString, *, total: int = 0) -> SafeString:
    """Appears when rows are ticked; the content is ``bulk_button``s."""
    return render_component("bulk_bar", **locals())


@register.inclusion_tag("core/ui/bulk_button.html")
def bulk_button(
    *,
    label: str,
    icon: str = "",
    tone: str = "default",
    url: str = "",
    drawer: str = "",
    confirm: str = "",
    ask: str = "",
) -> Values:
    """Sends the ticked rows: ``pk`` (many), or ``all=1`` with the filters of the address."""
    values = locals()
    one_action(url=url, drawer=drawer)
    return values


@register.simple_block_tag
def table(
    content: SafeString, *, label: str, key: str = "", cards: bool = True, plain: bool = False
) -> SafeString:
    """A table that becomes cards on a phone."""
    has_select = "c-select" in content
    return render_component("table", **locals())


@register.inclusion_tag("core/ui/th.html", takes_context=True)
def th(
    context: Context,
    *,
    label: str,
    sort: str = "",
    align: str = "",
    col: str = "",
    off: bool = False,
    actions: bool = False,
) -> Values:
    """Head of a column; ``sort`` is the value of ``?sort=`` (with "-" for descending)."""
    now = context["request"].GET.get("sort", "") if sort else ""
    direction = {sort: "ascending", f"-{sort}": "descending"}.get(now, "") if sort else ""
    following = f"-{sort}" if direction == "ascending" else sort
    return {
        "label": label,
        "align": align,
        "col": col,
        "off": off,
        "actions": actions,
        "direction": direction,
        "sort_url": _query(context, sort=following, page=None) if sort else "",
    }


@register.inclusion_tag("core/ui/th_select.html")
def th_select() -> Values:
    """Ticks all rows of the page."""
    return {}


@register.inclusion_tag("core/ui/td_select.html")
def td_select(*, value: Any, label: str) -> Values:
    """Ticks one row."""
    return {"value": value, "label": label}


@register.simple_block_tag
def row_actions(content: SafeString) -> SafeString:
    """Last cell of a row."""
    return format_html('<td class="c-actions"><div class="row-actions">{}</div></td>', content)


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
        "kept": [
            (name, value)
            for name, values in context["request"].GET.lists()
            if name not in {"page", "size"}
            for value in values
        ],
    }
