"""Filters, and small marks inside of lines: icons, states, chips, people, clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.defaultfilters import date as django_date
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from expertpool.core.registry import MOST_WAITING
from expertpool.core.templatetags.ui_base import EMPTY, element, joined, known_tone, register
from expertpool.core.text import shown

DAY = "Y-m-d"


@register.filter("shown")
def as_shown(value: Any) -> str:
    """What somebody sent, as far as a table shows it."""
    return "" if value is None else shown(str(value))


@register.filter
def money(value: Any) -> str:
    """¥1,200.00"""
    if value in (None, ""):
        return EMPTY
    amount = yuan(value)
    return f"-¥{amount[1:]}" if amount.startswith("-") else f"¥{amount}"


@register.filter
def yuan(value: Any) -> str:
    """1,200.00, below a header or before a word that says of what."""
    # By its text: a float would bring its binary rest along.
    return EMPTY if value in (None, "") else f"{Decimal(str(value)):,.2f}"


@register.filter
def thousands(value: Any) -> str:
    """12,486"""
    return EMPTY if value in (None, "") else f"{value:,}"


@register.filter(expects_localtime=True, name="datetime")
def minute(value: Any) -> str:
    """2026-11-24 09:30"""
    if isinstance(value, datetime):  # what stands in each row of a list
        return value.isoformat(" ", "minutes")[:16]
    return django_date(value, "Y-m-d H:i") or EMPTY


@register.filter(expects_localtime=True, name="date")
def day(value: Any, pattern: str = DAY) -> str:
    """2026-11-24; Django's own patterns work as well."""
    if pattern == DAY and isinstance(value, date):
        return value.isoformat()[:10]
    return django_date(value, pattern) or EMPTY


@register.simple_tag
@lru_cache(maxsize=1000, typed=True)  # a list shows a dozen signs two hundred times
def icon(*, name: str, label: str = "", size: str = "") -> SafeString:
    """A sign of the sprite; decoration unless ``label`` says what it means."""
    meaning = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    use = element("use", href=f"{static('icons.svg')}#{name}")
    return element("svg", use, class_=f"icon{f' icon-{size}' if size else ''}", **meaning)


@register.simple_tag
@lru_cache(maxsize=1000, typed=True)  # states: a few words that stand in each row
def pill(*, label: str, tone: str = "grey", dot: bool = True) -> SafeString:
    """State of something."""
    point = element("span", class_="pill-dot") if dot else ""
    return element("span", point, label, class_=f"pill tone-{known_tone(tone)}")


@register.simple_tag
@lru_cache(maxsize=1000, typed=True)
def chip(*, label: str, tone: str = "blue") -> SafeString:
    """A word that classifies: specialty, tag."""
    return element("span", label, class_=f"chip tone-{known_tone(tone)}")


@register.simple_tag
def chips(*, items: Iterable[Any], limit: int = 0, tone: str = "blue") -> SafeString:
    """Several chips; beyond ``limit`` a "+n" whose title names the rest."""
    labels = [str(item) for item in items]
    rest = labels[limit:] if limit else []
    shown = labels[:limit] if limit else labels
    kind = f"chip tone-{known_tone(tone)}"
    return element(
        "ul",
        *(element("li", label, class_=kind) for label in shown),
        element("li", f"+{len(rest)}", class_="chip tone-grey", title="、".join(rest))
        if rest
        else "",
        class_="chips",
    )


@register.simple_tag
def badge(*, count: int | None, tone: str = "red") -> SafeString:
    """How many wait; nothing for none."""
    if not count:
        return SafeString()
    shown = count if count < MOST_WAITING else f"{MOST_WAITING - 1}+"
    return element("span", shown, class_=f"badge-count tone-{known_tone(tone)}")


@register.simple_tag
def side_links(*, items: Iterable[Mapping[str, Any]]) -> SafeString:
    """The entries of a group of the side menu (``.label .url .icon .active .count .is_outside``)."""
    return joined(
        *(
            _side_link(
                label=item["label"],
                url=item["url"],
                icon_name=item["icon"],
                active=bool(item["active"]),
                count=item["count"],
                is_outside=item.get("is_outside", False),
            )
            for item in items
        )
    )


@lru_cache(maxsize=2_000, typed=True)  # forty stand on every page; by all that they show
def _side_link(
    *, label: str, url: str, icon_name: str, active: bool, count: int, is_outside: bool
) -> SafeString:
    outside = {"target": "_blank", "rel": "noopener noreferrer"} if is_outside else {}
    link = element(
        "a",
        icon(name=icon_name),
        element("span", label, class_="side-text"),
        badge(count=count),
        class_="side-link",
        href=url,
        aria_current="page" if active else "",
        **outside,
        title=label,
    )
    return element("li", link)


@register.filter
def standing_in(groups: Iterable[Mapping[str, Any]]) -> list[tuple[Any, Any]]:
    """Return the entries of the side menu under which the page stands, each with its group."""
    return [(group, item) for group in groups for item in group["items"] if item["active"]]


@register.simple_tag
def avatar(*, name: str, size: str = "", solid: bool = False) -> SafeString:
    """Surname in a circle."""
    kind = f"avatar{f' avatar-{size}' if size else ''}{' avatar-solid' if solid else ''}"
    return element("span", str(name).strip()[:1], class_=kind, aria_hidden="true")


@register.simple_tag
def person(*, name: str, note: str = "", url: str = "", drawer: str = "") -> SafeString:
    """Avatar, name and a line below; the name may lead on."""
    shown = element("span", name, class_="person-name")
    if url or drawer:
        to_drawer = {"hx_get": drawer, "hx_target": "#drawer"} if drawer else {}
        shown = element("a", name, class_="person-name", href=url or drawer, **to_drawer)
    words = element("span", shown, element("span", note, class_="note") if note else "")
    return element("span", avatar(name=name), words, class_="person")


def small_button(sign: str, label: str, *, title: str = "", **attributes: Any) -> SafeString:
    """A button without words inside of a line; ``label`` is read out, ``title`` shown."""
    shown = icon(name=sign, size="sm")
    more: dict[str, Any] = {"aria_label": label, "title": title or label}
    return element("button", shown, type="button", class_="icon-button", **attributes, **more)


@register.simple_tag
def masked(*, value: str, url: str = "", label: str = "") -> SafeString:
    """A masked value; ``url`` (POST, with a reason) answers the clear text."""
    question = f"查看完整{label or '内容'}"
    reveal = small_button(
        "eye",
        question,
        title=f"{question}，查看会留下记录",
        hx_post=url,
        hx_target="closest .masked",
        hx_swap="innerHTML",
        # Within a form it would take over what that one disables while it is sent, and find none of it in itself.
        hx_disabled_elt="this",
        data_ask="查看理由",
        data_confirm=question,
        data_confirm_ok="查看",
    )
    return element("span", value or EMPTY, reveal if url and value else "", class_="masked")


@register.simple_tag
def countdown(*, deadline: datetime, ended: str = "已截止") -> SafeString:
    """Time left, by the server's clock."""
    at = deadline.isoformat()
    return element(
        "time",
        django_date(localtime(deadline), "m-d H:i"),
        class_="countdown",
        datetime=at,
        data_deadline=at,
        data_ended=ended,
    )


@register.simple_tag
def copy(*, value: str, label: str = "复制", shown: str = "") -> SafeString:
    """A value with a button that copies it."""
    words = element(
        "span", shown or value, class_="mono", title=value if shown and shown != value else ""
    )
    return element("span", words, small_button("copy", label, data_copy=value), class_="copy")


@register.simple_tag
def qr(*, url: str, label: str) -> SafeString:
    """A QR picture and what it is for."""
    picture = element("img", src=url, alt=f"二维码：{label}", width=148, height=148)
    return element("figure", picture, element("figcaption", label), class_="qr")
