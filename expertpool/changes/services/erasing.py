"""What of requests for changes, work and works goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.changes.enums import RequestState
from expertpool.changes.models import Career, ChangeItem, ChangeRequest, Work
from expertpool.changes.queries import value_in
from expertpool.customforms.models import FieldFile
from expertpool.customforms.queries.files import files_named
from expertpool.customforms.services.files import forget_files
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.erasing import Eraser
from expertpool.experts.services.erasure import WHY


def _count(expert: Expert) -> int:
    return sum(one.objects.filter(expert=expert).count() for one in (ChangeItem, Career, Work))


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    """That something was asked, and when, stays; what, with its files, and why, goes."""
    forget_files(_files(expert), now=now, note=WHY)
    for one in (ChangeItem, Career, Work):
        one.objects.filter(expert=expert).delete()
    for request in ChangeRequest.objects.filter(expert=expert):
        request.reason, request.note = "", ""
        request.save(update_fields=["reason", "note"])


def _files(expert: Expert) -> list[FieldFile]:
    """Return the files that were asked for, also in vain."""
    asked = [(one.field, value_in(one)) for one in ChangeItem.objects.filter(expert=expert)]
    files = [(code, value) for code, value in asked if isinstance(value, dict) and "id" in value]
    return files_named(SUBJECT, {(code, value["id"]) for code, value in files})


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
