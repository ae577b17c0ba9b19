"""Filters, and small marks inside of lines: icons, states, chips, people, clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import date as django_date
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from expertpool.core.templatetags.ui_base import (
    EMPTY,
    Values,
    known_tone,
    register,
)


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
        known_tone(tone),
        mark_safe('<span class="pill-dot"></span>') if dot else "",
        label,
    )


@register.simple_tag
def chip(*, label: str, tone: str = "blue") -> SafeString:
    """A word that classifies: specialty, tag."""
    return format_html('<span class="chip tone-{}">{}</span>', known_tone(tone), label)


@register.inclusion_tag("core/ui/chips.html")
def chips(*, items: Iterable[Any], limit: int = 0, tone: str = "blue") -> Values:
    """Several chips; beyond ``limit`` a "+n" whose title names the rest."""
    labels = [str(item) for item in items]
    rest = labels[limit:] if limit else []
    return {"labels": labels[:limit] if limit else labels, "rest": rest, "tone": known_tone(tone)}


@register.simple_tag
def badge(*, count: int | None, tone: str = "red") -> SafeString:
    """How many wait; nothing for none."""
    if not count:
        return SafeString()
    shown = count if count < 1000 else "999+"
    return format_html('<span class="badge-count tone-{}">{}</span>', known_tone(tone), shown)


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
def copy(*, value: str, label: str = "复制", shown: str = "") -> Values:
    """A value with a button that copies it."""
    return {"value": value, "label": label, "shown": shown or value}


@register.inclusion_tag("core/ui/qr.html")
def qr(*, url: str, label: str) -> Values:
    """A QR picture and what it is for."""
    return {"url": url, "label": label}
