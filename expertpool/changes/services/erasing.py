"""What of requests for changes, work and works goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.changes.enums import RequestState
from expertpool.changes.models import Career, ChangeItem, ChangeRequest, Work
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser


def _count(expert: Expert) -> int:
    return sum(one.objects.filter(expert=expert).count() for one in (ChangeItem, Career, Work))


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    """That something was asked, and when, stays; what, and why, goes."""
    for one in (ChangeItem, Career, Work):
        one.objects.filter(expert=expert).delete()
    for request in ChangeRequest.objects.filter(expert=expert):
        request.reason, request.note = "", ""
        request.save(update_fields=["reason", "note"])


def _holds(expert: Expert) -> str:
    waiting = ChangeRequest.objects.filter(expert=expert, state=RequestState.WAITING)
    return "还有待核准的变更申请，请先核准或退回。" if waiting.exists() else ""


ERASERS = (
    Eraser(
        "changes",
        "变更申请的内容、工作经历、论著",
        15,
        ("changes.ChangeRequest", "changes.ChangeItem", "changes.Career", "changes.Work"),
        _count,
        _erase,
        _holds,
    ),
)
