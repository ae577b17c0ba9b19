"""Buttons, menus, and the boxes of a page."""

from __future__ import annotations

from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString, mark_safe

from expertpool.core.templatetags.ui_base import (
    Values,
    known_tone,
    one_action,
    register,
    render_component,
)

LEVEL_ICONS = {
    "green": "circle-check",
    "blue": "info-circle",
    "amber": "alert-triangle",
    "orange": "alert-triangle",
    "red": "alert-circle",
    "grey": "info-circle",
}


@register.simple_tag(takes_context=True)
def block_again(context: Context, *, name: str) -> str:
    """The content of a block a second time: the title of the page is its heading as well."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return mark_safe(str(block.render(context)).strip()) if block else ""  # noqa: S308 - rendered by Django


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
    one_action(url=url, drawer=drawer, post=post, hx_post=hx_post, submit=submit)
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
    return render_component("dropdown", **locals())


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
    one_action(url=url, drawer=drawer, post=post, hx_post=hx_post)
    return values


@register.simple_block_tag
def page_head(content: SafeString, *, title: str, subtitle: str = "") -> SafeString:
    """Heading of a page; the content is its actions."""
    return render_component("page_head", **locals())


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
    return render_component("card", **locals())


@register.simple_block_tag
def section(content: SafeString, *, title: str, note: str = "") -> SafeString:
    """A part of a card, drawer or form under a blue-barred heading."""
    return render_component("section", **locals())


@register.simple_block_tag
def alert(content: SafeString, *, tone: str = "blue", title: str = "") -> SafeString:
    """A message that belongs to this place of the page."""
    return render_component(
        "alert", content=content, tone=known_tone(tone), title=title, icon=LEVEL_ICONS[tone]
    )


@register.simple_block_tag
def empty_state(
    content: SafeString, *, title: str, text: str = "", icon: str = "inbox"
) -> SafeString:
    """Nothing here: says what to do next; the content is buttons."""
    return render_component("empty_state", **locals())
