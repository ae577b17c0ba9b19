"""Facts and figures: numbers, to-dos, timelines, progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from expertpool.core.templatetags.ui_base import (
    EMPTY,
    Values,
    known_tone,
    register,
)


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
    known_tone(tone)
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
    known_tone(tone)
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
    return {"value": value, "total": total, "label": label, "tone": known_tone(tone)}


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
