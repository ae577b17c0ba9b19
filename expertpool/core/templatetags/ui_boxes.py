"""The boxes of a page."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString, mark_safe

from expertpool.core.documents import Lacking
from expertpool.core.templatetags.ui_base import element, known_tone, register
from expertpool.core.templatetags.ui_marks import icon as sign

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


@register.filter
def drawer_frame(request: HttpRequest) -> str:
    """The template around what is meant for the drawer: nothing for htmx, which fills it, a whole page
    for whoever opens the address itself."""
    is_inside = getattr(request, "htmx", False) or request.method == "POST"
    return "core/bare.html" if is_inside else "core/drawer_page.html"


@register.simple_block_tag
def page_head(content: SafeString, *, title: str, subtitle: str = "") -> SafeString:
    """Heading of a page; the content is its actions."""
    words = element("div", element("h1", title), element("p", subtitle) if subtitle else "")
    return element(
        "header", words, element("div", content, class_="page-actions"), class_="page-head"
    )


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
    top = element(
        "header",
        element("h2", title),
        element("span", note, class_="note") if note else "",
        element("a", link_label or "全部", class_="card-link", href=link_url) if link_url else "",
        class_="card-top",
    )
    inside = element("div", content, class_=f"card-inside{' is-flush' if flush else ''}")
    return element("section", top if title else "", inside, class_="card", id=element_id)


@register.simple_block_tag
def section(content: SafeString, *, title: str, note: str = "") -> SafeString:
    """A part of a card, drawer or form under a blue-barred heading."""
    words = element("h2", title), element("span", note, class_="note") if note else ""
    return element(
        "section", element("div", *words, class_="section-head"), content, class_="section"
    )


@register.simple_block_tag
def alert(content: SafeString, *, tone: str = "blue", title: str = "") -> SafeString:
    """A message that belongs to this place of the page."""
    return element(
        "div",
        sign(name=LEVEL_ICONS[known_tone(tone)]),
        element("div", element("strong", title) if title else "", content),
        class_=f"notice tone-{tone}",
        role="alert" if tone == "red" else "note",
    )


MOST_LACKING = 20  # that are named one by one
FOR_OFFICE = "请管理员把有这些字的字体文件（.ttf、.otf、.ttc）放到服务器的 {}，放好即生效，不用重启，再打印就有了。"
FOR_EXPERT = "请告诉管理部门，补上字体后再打印。"


@register.simple_tag
def empty_boxes(*, lacking: Sequence[Lacking], own: bool = False) -> SafeString | str:
    """Who would be printed with empty boxes, before anybody prints; nothing where nobody would. ``own``: an expert
    reads it of himself."""
    if not lacking:
        return ""
    more = len(lacking) - MOST_LACKING
    told = "；".join(map(str, lacking[:MOST_LACKING])) + (f"；另有 {more} 项" if more > 0 else "")
    help_ = FOR_EXPERT if own else FOR_OFFICE.format(settings.FONT_DIR)
    title = "有的字现有字体里没有，会印成空框"
    return alert(element("div", f"{told}。{help_}"), tone="amber", title=title)


@register.simple_block_tag
def empty_state(
    content: SafeString, *, title: str, text: str = "", icon: str = "inbox"
) -> SafeString:
    """Nothing here: says what to do next; the content is buttons."""
    return element(
        "div",
        element("span", sign(name=icon, size="lg"), class_="empty-mark"),
        element("h2", title),
        element("p", text) if text else "",
        element("div", content, class_="empty-actions"),
        class_="empty",
    )
