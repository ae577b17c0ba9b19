"""What is on public notice, and what the public said of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Model, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.workflow.enums import ApprovalState
from expertpool.workflow.models import Objection, PublicNotice
from expertpool.workflow.registry import FLOW_SUBJECTS


def open_notices(now: datetime) -> QuerySet[PublicNotice]:
    """Return what is on notice: until its end, and while its approval stands there."""
    stands = Q(approval__state=ApprovalState.RUNNING, approval__moves=F("round"))
    return PublicNotice.objects.filter(stands, begins_at__lte=now, ends_at__gt=now)


def notice_by(public_id: str) -> PublicNotice | None:
    """Return the notice of this public id as it was published; None where there is none, or somebody has altered it."""
    rows = PublicNotice.objects.select_related("approval")
    found = rows.filter(public_id=public_id).first()
    return found if found and is_vouched(found) else None


def objections_about(user: User, row: Model) -> QuerySet[Objection]:
    """Return what the public said of ``row``, for who decides such things; nothing for anybody else."""
    code = row._meta.label_lower
    subject = FLOW_SUBJECTS.get(code)
    if subject is None or not user.has_permission(subject.permission):
        return Objection.objects.none()
    rows = Objection.objects.filter(notice__approval__subject_type=code)
    return rows.filter(notice__approval__subject_id=row.pk).select_related("notice")
