"""What other platforms are told of experts: numbers, states and days, no names and no reasons.

What an expert does himself is told when the office may know it (docs/decisions/0185), by its day alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.core.jobs import defer
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.availability import day_start
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services.announcing import announce, is_wanted
from expertpool.webhooks.services.facts import Data

APPROVED = "expert.approve"  # of the log


def tell_entered(expert_id: int, *, now: datetime) -> None:
    """Announce a record that was made."""
    announce(event=EventCode.EXPERT_CREATED, data=lambda: _expert(expert_id), at=now, now=now)


def tell_imported(count: int, *, now: datetime) -> None:
    """Announce an import: once, however many came; who they are is asked by the interface."""
    announce(event=EventCode.EXPERTS_IMPORTED, data=lambda: {"count": count}, at=now, now=now)


def tell_status(
    keys: Iterable[int], *, action: str, before: str, after: str, now: datetime
) -> None:
    """Announce that experts stand elsewhere than ``before``; of who was approved, that."""
    is_approval = action == APPROVED
    event = EventCode.EXPERT_APPROVED if is_approval else EventCode.EXPERT_STATUS
    states = {"before": ExpertStatus(before).value, "status": ExpertStatus(after).value}
    if is_wanted(event):
        for key in keys:
            _tell_status(event, key, states, now=now)


def _tell_status(event: EventCode, key: int, states: Data, *, now: datetime) -> None:
    announce(event=event, data=lambda: _expert(key) | states, at=now, now=now)


def tell_leave(leave_id: int, *, now: datetime) -> None:
    """Announce a leave once, as soon as the office may know of it; until then it is looked at each morning."""
    if not is_wanted(EventCode.EXPERT_LEAVE):
        return
    leave = Leave.objects.get(pk=leave_id)
    if not leave.is_sound:
        return
    if not told(Leave.objects.filter(pk=leave_id)).exists():
        tomorrow = day_start(timezone.localdate(now) + timedelta(days=1))
        defer("webhooks.tell_leave", at=tomorrow, leave_id=leave_id)
        return
    at = leave.created_at
    announce(
        event=EventCode.EXPERT_LEAVE,
        data=lambda: _leave(leave),
        # When he was at his account is nobody's business.
        at=day_start(timezone.localdate(at)) if leave.is_own else at,
        now=now,
        key=f"{EventCode.EXPERT_LEAVE}:{leave_id}",
    )


def _leave(leave: Leave) -> Data:
    times = {"start": leave.during.lower, "end": leave.during.upper}
    said = {name: timezone.localtime(at).isoformat() for name, at in times.items()}
    return _expert(leave.expert_id) | {"leave_id": leave.pk} | said


def _expert(pk: int) -> Data:
    expert = Expert.objects.only("number", "kind", "status").get(pk=pk)
    return {
        "expert_id": expert.pk,
        "expert_number": expert.number,
        "kind": expert.kind,
        "status": expert.status,
    }
