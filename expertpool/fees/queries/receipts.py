"""The receipts of travel: who reads them, and until when they may change."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.experts.queries.experts import expert_for
from expertpool.fees.models import FeeLine
from expertpool.fees.permissions import ENTER, VIEW
from expertpool.fees.queries.lines import fees_of, fees_visible_to, may_enter
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.registry import FileSubject

SUBJECT = "fees.feeline"


def receipts_of(line: FeeLine) -> list[Attachment]:
    """Return the receipts of ``line``."""
    return list(attachments_of(line))


def _may_view(user: Any, subject_id: str) -> bool:
    """Who sees the fee, and the expert whose it is once he was told."""
    if user.has_permission(VIEW) and fees_visible_to(user).filter(pk=subject_id).exists():
        return True
    expert = expert_for(user) if user.has_permission("experts.self") else None
    return expert is not None and fees_of(expert).filter(pk=subject_id).exists()


def _may_edit(user: Any, subject_id: str) -> bool:
    """Who enters fees of its project now: nobody who is an expert, or may not read who sat."""
    if not (user.has_permission(ENTER) and user.has_permission(VIEW)):
        return False
    rows = fees_visible_to(user, ENTER).select_related("project")
    line = rows.filter(pk=subject_id).first()
    return line is not None and may_enter(user, line.project, now=timezone.now())


def _closed(subject_id: str) -> str:
    # Held: whoever sends the letter comes before or after.
    rows = FeeLine.objects.select_for_update(of=("self",)).filter(pk=subject_id)
    is_sent = any(sent is not None for sent in rows.values_list("sent_at", flat=True))
    return "确认函已经发送，差旅票据不能再改。" if is_sent else ""


RECEIPTS = FileSubject(SUBJECT, may_view=_may_view, may_edit=_may_edit, closed=_closed)
