"""What of yearly inspections goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser
from expertpool.files.services import remove_all_attachments
from expertpool.inspections.enums import RenewalState
from expertpool.inspections.models import Inspection, Renewal


def _count(expert: Expert) -> int:
    return sum(one.objects.filter(expert=expert).count() for one in (Inspection, Renewal))


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    """That he took part, and how it ended, stays; what he said and handed in goes. Notes that are under a proof
    go with a new one, unless somebody had written into the row: then it stays to be seen."""
    for row in Inspection.objects.filter(expert=expert).select_related("round", "expert"):
        remove_all_attachments(subject=row, actor=None, now=now)
        row.contents = ""
        if row.is_altered:
            row.save(update_fields=["contents"])
        else:
            row.note = ""
            row.keep("contents", "note")
    for renewal in Renewal.objects.filter(expert=expert):
        renewal.reason = ""
        renewal.save(update_fields=["reason"])


def _holds(expert: Expert) -> str:
    rows = Renewal.objects.filter(expert=expert, state=RenewalState.WAITING)
    return "还有待审核的续聘申请，请先审核。" if rows.exists() else ""


ERASERS = (
    Eraser(
        "inspections",
        "年检填报的内容和材料、续聘说明",
        25,
        ("inspections.Inspection", "inspections.Renewal"),
        _count,
        _erase,
        _holds,
    ),
)
