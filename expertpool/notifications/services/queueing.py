"""Queueing messages for delivery: the one door to the job that makes an attempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from expertpool.core.jobs import defer_batch
from expertpool.notifications.occasions import urgency_of


def queue(messages: Iterable[tuple[int, str]], *, at: datetime | None = None) -> None:
    """Queue an attempt, not before ``at``, for each of ``messages`` (id, occasion), in this transaction: what is urgent
    goes before what was queued long ago (`Occasion.urgency`)."""
    by_urgency: dict[int, list[dict[str, int]]] = defaultdict(list)
    for pk, occasion in messages:
        by_urgency[urgency_of(occasion)].append({"message_id": pk})
    for urgency, jobs in by_urgency.items():
        defer_batch("notifications.deliver_message", jobs, at=at, priority=urgency)
