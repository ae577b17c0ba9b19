"""Records that wait to be admitted: what somebody agreed to is what it said then."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.workflow.queries.approvals import running
from expertpool.workflow.services.approvals import start_approval, withdraw_approval


def wait_anew(expert: Expert, *, actor: User | None, now: datetime) -> None:
    """Begin the approval of ``expert``, whose record was changed while he waits, anew; that it does is logged, and
    told to who decides, where somebody had agreed already. Nothing for who is not at any step: whoever was sent
    back is handed in again. The caller holds the row."""
    approval = running(EXPERT.code).filter(subject_id=expert.pk).first()
    if approval is None:
        return
    agreed = approval.decisions.exists()
    withdraw_approval(subject=expert, now=now)
    start_approval(subject=expert, now=now, quietly=not agreed)
    if agreed:
        record(
            "expert.admission",
            actor=actor,
            now=now,
            subject=expert,
            after={"结果": "档案已修改，从第一步重新审核"},
        )
