"""Facts and figures: numbers, to-dos, timelines, progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui_base import EMPTY, Values, element, known_tone, register
from expertpool.core.templatetags.ui_marks import thousands
from expertpool.core.timeline import TimelineEntry


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
    return element("dl", content, class_=f"kv columns-{columns}")


@register.simple_block_tag
def kv(content: SafeString, *, label: str, wide: bool = False) -> SafeString:
    """One fact of a ``kv_list``."""
    value = element("dd", content if content.strip() else EMPTY)
    return element("div", element("dt", label), value, class_="is-wide" if wide else "")


@register.inclusion_tag("core/ui/timeline.html")
def timeline(*, items: Iterable[TimelineEntry]) -> Values:
    """What happened, in the order given."""
    return {"items": items}


@register.simple_tag
def steps(*, items: Iterable[str], current: int) -> SafeString:
    """Where one stands in a long form."""
    return element(
        "ol",
        *(
            element(
                "li",
                item,
                class_="is-done" if at < current else "",
                aria_current="step" if at == current else "",
            )
            for at, item in enumerate(items)
        ),
        class_="steps",
    )


@register.simple_tag
def progress(*, value: int, total: int, label: str = "", tone: str = "blue") -> SafeString:
    """How much is done."""
    bar = element("progress", max=total or 1, value=value, aria_label=label or "进度")
    said = f"{label} " if label else "", thousands(value), " / ", thousands(total)
    words = element("span", *said, class_="meter-text")
    return element("div", bar, words, class_=f"meter tone-{known_tone(tone)}")


@register.inclusion_tag("core/ui/job.html")
def job(
    *,
    url: str,
    label: str,
    value: int,
    total: int | None,
    done: bool = False,
    failed: str = "",
    result_url: str = "",
    result_label: str = "下载 Excel 文件",
    stopped: bool = False,
) -> Values:
    """Long work of ``total`` (None: nobody knows yet), which may have ``stopped`` on its way: asks ``url`` every second, which answers this tag again, until it has ended."""
    values: Mapping[str, Any] = locals()
    return {**values, "running": not done and not failed}
