"""The reason without which an act on a record is refused."""

from __future__ import annotations

from expertpool.core.text import SAY_MORE, if_seen, is_reason
from expertpool.experts.exceptions import ReasonRequired


def required_reason(reason: str, *, called: str, most: int | None = None) -> str:
    """Return ``reason`` without the blanks around it. Refuses (ReasonRequired) none, one that says nothing, and one of more than
    ``most`` characters; ``called`` is its name on the page."""
    reason = if_seen(reason)
    if not is_reason(reason):
        raise ReasonRequired(f"请填写{called}{SAY_MORE}。")
    if most is not None and len(reason) > most:
        raise ReasonRequired(f"{called}最多 {most} 字，请缩短。")
    return reason
