"""The components all pages are made of. See `docs/howto/build-a-page.md` and `/styleguide/`.

Parameters are keyword-only: a misspelt one fails when the template is compiled. What a component
looks like is in `core/ui/<name>.html`; the file says what it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.defaultfilters import date as django_date
from django.template.loader import get_template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from expertpool.core.templatetags.ui_fields import field_context, form_sections, is_filled

register = template.Library()

TONES = frozenset({"green", "orange", "amber", "grey", "red", "blue"})
LEVEL_ICONS = {
    "green": "circle-check",
    "blue": "info-circle",
    "amber": "alert-triangle",
    "orange": "alert-triangle",
    "red": "alert-circle",
    "grey": "info-circle",
}
EMPTY = "—"
Values = dict[str, Any]


def _render(name: str, **values: Any) -> SafeString:
    return mark_safe(get_template(f"core/ui/{name}.html").render(values))  # noqa: S308 - our own template


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise ValueError(f"Unknown tone {tone!r}; one of {', '.join(sorted(TONES))}")
    return tone


def _one_action(**actions: Any) -> None:
    given = [name for name, value in actions.items() if value]
    if len(given) > 1:
        raise ValueError(f"A button does one thing, not {' and '.join(given)}")


@register.simple_tag(takes_context=True)
def block_again(context: Context, *, name: str) -> str:
    """The content of a block a second time: the title of the page is its heading as well."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return mark_safe(str(block.render(context)).strip()) if block else ""  # noqa: S308 - rendered by Django


# --- Filters ---------------------------------------------------------------------------------


@register.filter
def money(value: Any) -> str:
    """¥1,200.00"""
    if value in (None, ""):
        return EMPTY
    amount = Decimal(str(value))
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


@register.filter
def thousands(value: Any) -> str:
    """12,486"""
    return EMPTY if value in (None, "") else f"{value:,}"


@register.filter(expects_localtime=True, name="datetime")
def minute(value: Any) -> str:
    """2026-11-24 09:30"""
    return django_date(value, "Y-m-d H:i") or EMPTY


@register.filter(expects_localtime=True, name="date")
def day(value: Any, pattern: str = "Y-m-d") -> str:
    """2026-11-24; Django's own patterns work as well."""
    return django_date(value, pattern) or EMPTY


# --- Small marks -----------------------------------------------------------------------------


@register.simple_tag
def icon(*, name: str, label: str = "", size: str = "") -> SafeString:
    """A sign of the sprite; decoration unless ``label`` says what it means."""
    return format_html(
        '<svg class="icon{}"{}><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        format_html(' role="img" aria-label="{}"', label)
        if label
        else mark_safe(' aria-hidden="true"'),
        static("icons.svg"),
        name,
    )


@register.simple_tag
def pill(*, label: str, tone: str = "grey", dot: bool = True) -> SafeString:
    """State of something."""
    return format_html(
        '<span class="pill tone-{}">{}{}</span>',
        _tone(tone),
        mark_safe('<span class="pill-dot"></span>') if dot else "",
        label,
    )


@register.simple_tag
def chip(*, label: str, tone: str = "blue") -> SafeString:
    """A word that classifies: specialty, tag."""
    return format_html('<span class="chip tone-{}">{}</span>', _tone(tone), label)


@register.inclusion_tag("core/ui/chips.html")
def chips(*, items: Iterable[Any], limit: int = 0, tone: str = "blue") -> Values:
    """Several chips; beyond ``limit`` a "+n" whose title names the rest."""
    labels = [str(item) for item in items]
    rest = labels[limit:] if limit else []
    return {"labels": labels[:limit] if limit else labels, "rest": rest, "tone": _tone(tone)}


@register.simple_tag
def badge(*, count: int | None, tone: str = "red") -> SafeString:
    """How many wait; nothing for none."""
    if not count:
        return SafeString()
    shown = count if count < 1000 else "999+"
    return format_html('<span class="badge-count tone-{}">{}</span>', _tone(tone), shown)


@register.simple_tag
def avatar(*, name: str, size: str = "", solid: bool = False) -> SafeString:
    """Surname in a circle."""
    kind = f"{f' avatar-{size}' if size else ''}{' avatar-solid' if solid else ''}"
    surname = str(name).strip()[:1]
    return format_html('<span class="avatar{}" aria-hidden="true">{}</span>', kind, surname)


@register.inclusion_tag("core/ui/person.html")
def person(*, name: str, note: str = "", url: str = "", drawer: str = "") -> Values:
    """Avatar, name and a line below; the name may lead on."""
    return {"name": name, "note": note, "url": url, "drawer": drawer}


@register.inclusion_tag("core/ui/masked.html")
def masked(*, value: str, url: str = "", label: str = "") -> Values:
    """A masked value; ``url`` (POST, with a reason) answers the clear text."""
    return {"value": value, "url": url, "label": label}


@register.simple_tag
def countdown(*, deadline: datetime, ended: str = "已截止") -> SafeString:
    """Time left, by the server's clock."""
    return format_html(
        '<time class="countdown" datetime="{0}" data-deadline="{0}" data-ended="{1}">{2}</time>',
        deadline.isoformat(),
        ended,
        django_date(localtime(deadline), "m-d H:i"),
    )


@register.inclusion_tag("core/ui/copy.html")
def copy(*, value: str, label: str = "复制") -> Values:
    """A value with a button that copies it."""
    return {"value": value, "label": label}


@register.inclusion_tag("core/ui/qr.html")
def qr(*, url: str, label: str) -> Values:
    """A QR picture and what it is for."""
    return {"url": url, "label": label}


# --- Buttons and menus -----------------------------------------------------------------------


@register.inclusion_tag("core/ui/button.html")
def button(
    *,
    label: str,
    icon: str = "",
    tone: str = "default",
    size: str = "",
    url: str = "",
    drawer: str = "",
    post: str = "",
    hx_post: str = "",
    confirm: str = "",
    ask: str = "",
    name: str = "",
    value: str = "",
    form: str = "",
    new_tab: bool = False,
    download: bool = False,
    disabled: bool = False,
    hide_label: bool = False,
    submit: bool = False,
) -> Values:
    """A button or a link that looks like one."""
    values = locals()
    _one_action(url=url, drawer=drawer, post=post, hx_post=hx_post, submit=submit)
    if tone not in {"primary", "default", "danger", "link", "ghost"}:
        raise ValueError(f"Unknown tone of a button: {tone!r}")
    return values


@register.simple_block_tag
def dropdown(
    content: SafeString,
    *,
    label: str,
    icon: str = "dots",
    tone: str = "ghost",
    hide_label: bool = True,
    size: str = "",
) -> SafeString:
    """A button that opens a menu of ``menu_item``."""
    return _render("dropdown", **locals())


@register.inclusion_tag("core/ui/menu_item.html")
def menu_item(
    *,
    label: str,
    icon: str = "",
    url: str = "",
    drawer: str = "",
    post: str = "",
    hx_post: str = "",
    confirm: str = "",
    ask: str = "",
    danger: bool = False,
    download: bool = False,
) -> Values:
    """One line of a ``dropdown``."""
    values = locals()
    _one_action(url=url, drawer=drawer, post=post, hx_post=hx_post)
    return values


# --- Boxes -----------------------------------------------------------------------------------


@register.simple_block_tag
def page_head(content: SafeString, *, title: str, subtitle: str = "") -> SafeString:
    """Heading of a page; the content is its actions."""
    return _render("page_head", **locals())


@register.simple_block_tag
def card(
    content: SafeString,
    *,
    title: str = "",
    note: str = "",
    link_label: str = "",
    link_url: str = "",
    flush: bool = False,
    element_id: str = "",
) -> SafeString:
    """A white box; ``flush`` for tables that reach its edges."""
    return _render("card", **locals())


@register.simple_block_tag
def section(content: SafeString, *, title: str, note: str = "") -> SafeString:
    """A part of a card, drawer or form under a blue-barred heading."""
    return _render("section", **locals())


@register.simple_block_tag
def alert(content: SafeString, *, tone: str = "blue", title: str = "") -> SafeString:
    """A message that belongs to this place of the page."""
    return _render("alert", content=content, tone=_tone(tone), title=title, icon=LEVEL_ICONS[tone])


@register.simple_block_tag
def empty_state(
    content: SafeString, *, title: str, text: str = "", icon: str = "inbox"
) -> SafeString:
    """Nothing here: says what to do next; the content is buttons."""
    return _render("empty_state", **locals())


# --- Forms -----------------------------------------------------------------------------------


@register.inclusion_tag("core/ui/field.html")
def field(
    *,
    field: Any,
    label: str | None = None,
    hint: str | None = None,
    wide: bool = False,
    hide_label: bool = False,
) -> Values:
    """One bound field: label, star, control, help, errors in words."""
    return field_context(field, label=label, hint=hint, wide=wide) | {"hide_label": hide_label}


@register.simple_block_tag
def field_grid(content: SafeString, *, columns: int = 2) -> SafeString:
    """Fields side by side; below each other on a phone."""
    return format_html('<div class="field-grid columns-{}">{}</div>', columns, content)


@register.inclusion_tag("core/ui/form_errors.html")
def form_errors(*, form: Any) -> Values:
    """What is wrong with the form as a whole."""
    return {"errors": form.non_field_errors()}


@register.inclusion_tag("core/ui/form_fields.html")
def form_fields(*, form: Any, columns: int = 2) -> Values:
    """All of a form: errors, hidden fields, sections (``form.sections``), fields."""
    return {"form": form, "sections": form_sections(form), "columns": columns}


@register.inclusion_tag("core/ui/filters.html", takes_context=True)
def filters(
    context: Context,
    *,
    form: Any,
    shown: int = 4,
    target: str = "#list",
    saved: Iterable[Any] | None = None,
    save_url: str = "",
    keep: str = "tab,sort,size",
) -> Values:
    """The filter form of a list; its values live in the address."""
    form.auto_id = "filter_%s"  # a drawer may open a form with fields of the same names
    fields = form.visible_fields()
    return {
        "form": form,
        "first": fields[:shown],
        "more": fields[shown:],
        "open": any(is_filled(bound) for bound in fields[shown:]),
        "target": target,
        "saved": saved,
        "save_url": save_url,
        "keep": keep,
        "path": context["request"].path,
    }


# --- Lists -----------------------------------------------------------------------------------


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
    return _render("toolbar", **locals())


@register.simple_block_tag
def bulk_bar(content: SafeString, *, total: int = 0) -> SafeString:
    """Appears when rows are ticked; the content is ``bulk_button``s."""
    return _render("bulk_bar", **locals())


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
    _one_action(url=url, drawer=drawer)
    return values


@register.simple_block_tag
def table(
    content: SafeString, *, label: str, key: str = "", cards: bool = True, plain: bool = False
) -> SafeString:
    """A table that becomes cards on a phone."""
    has_select = "c-select" in content
    return _render("table", **locals())


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


# --- Facts and figures -----------------------------------------------------------------------


@register.inclusion_tag("core/ui/stat.html")
def stat(
    *,
    label: str,
    value: Any,
    url: str = "",
    icon: str = "",
    tone: str = "blue",
    note: str = "",
    note_tone: str = "",
    unit: str = "",
) -> Values:
    """A number of a dashboard that leads to the list behind it."""
    values = locals()
    _tone(tone)
    return values


@register.inclusion_tag("core/ui/todo.html")
def todo(
    *,
    title: str,
    text: str,
    url: str,
    icon: str,
    tone: str = "blue",
    when: str = "",
    action: str = "处理",
) -> Values:
    """One thing that waits."""
    values = locals()
    _tone(tone)
    return values


@register.simple_block_tag
def kv_list(content: SafeString, *, columns: int = 2) -> SafeString:
    """Facts: names and values."""
    return format_html('<dl class="kv columns-{}">{}</dl>', columns, content)


@register.simple_block_tag
def kv(content: SafeString, *, label: str, wide: bool = False) -> SafeString:
    """One fact of a ``kv_list``."""
    return format_html(
        "<div{}><dt>{}</dt><dd>{}</dd></div>",
        mark_safe(' class="is-wide"') if wide else "",
        label,
        content if content.strip() else EMPTY,
    )


@register.inclusion_tag("core/ui/timeline.html")
def timeline(*, items: Iterable[Any]) -> Values:
    """What happened, newest first as given: ``at title who text tone icon url``."""
    return {"items": items}


@register.inclusion_tag("core/ui/steps.html")
def steps(*, items: Iterable[str], current: int) -> Values:
    """Where one stands in a long form."""
    return {"items": items, "current": current}


@register.inclusion_tag("core/ui/progress.html")
def progress(*, value: int, total: int, label: str = "", tone: str = "blue") -> Values:
    """How much is done."""
    return {"value": value, "total": total, "label": label, "tone": _tone(tone)}


@register.inclusion_tag("core/ui/job.html")
def job(
    *,
    url: str,
    label: str,
    value: int,
    total: int,
    done: bool = False,
    failed: str = "",
    result_url: str = "",
    result_label: str = "下载",
) -> Values:
    """Long work: asks ``url`` every second, which answers this tag again, until it has ended."""
    values: Mapping[str, Any] = locals()
    return {**values, "running": not done and not failed}
