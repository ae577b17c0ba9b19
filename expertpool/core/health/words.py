"""Sizes and lengths of time as people read them."""

from __future__ import annotations

from datetime import timedelta

UNITS = ("字节", "KB", "MB", "GB", "TB")


def size_text(count: float) -> str:
    """Return a number of bytes: 「12.4 GB」."""
    for unit in UNITS:
        if count < 1024 or unit == UNITS[-1]:
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit in UNITS[:2] else f"{count:.1f} {unit}"


def length_text(length: timedelta) -> str:
    """Return a length of time by its two largest units: 「3 天 4 小时」."""
    seconds = max(0, int(length.total_seconds()))
    parts = [
        (seconds // 86_400, "天"),
        (seconds // 3600 % 24, "小时"),
        (seconds // 60 % 60, "分钟"),
        (seconds % 60, "秒"),
    ]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count) or "0 秒"
