"""What is on public notice, and what the public said of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.core.mandates import Mandate, vouched_among
from expertpool.workflow.enums import ApprovalState, StepKind
from expertpool.workflow.models import Decision, FlowStep, FlowVersion, Objection, PublicNotice
from expertpool.workflow.registry import FLOW_SUBJECTS


def open_notices(now: datetime) -> QuerySet[PublicNotice]:
    """Return what is on notice: until its end, and while its approval stands there."""
    stands = Q(approval__state=ApprovalState.RUNNING, approval__moves=F("round"))
    return PublicNotice.objects.filter(stands, begins_at__lte=now, ends_at__gt=now)


def has_notices() -> bool:
    """Tell whether anything is on notice now."""
    return open_notices(
        timezone.now()
    ).exists()  # asked by the page of sign-in, which knows no clock


def notice_days(subject: str) -> int:
    """Return for how many working days in all, at most, new approvals of ``subject`` (its code) put their rows on
    public notice; 0: never."""
    version = FlowVersion.objects.filter(subject=subject).order_by("-number").first()
    steps = version.steps.filter(kind=StepKind.NOTICE) if version else FlowStep.objects.none()
    return sum(days or 0 for days in steps.order_by().values_list("days", flat=True))


def vouched(notices: Iterable[PublicNotice]) -> list[PublicNotice]:
    """Return those ``notices`` that stand as they were published."""
    return [one for one in notices if is_vouched(one)]


def telling(subject: str) -> QuerySet[PublicNotice]:
    """Return the notices about rows of ``subject`` (its code) that still say what they told the public."""
    return PublicNotice.objects.filter(approval__subject_type=subject, title__gt="")


def notice_by(public_id: UUID) -> PublicNotice | None:
    """Return the notice of this public id as it was published; None where there is none, or somebody has altered it."""
    rows = PublicNotice.objects.select_related("approval")
    found = rows.filter(public_id=public_id).first()
    return found if found and is_vouched(found) else None


def public_lines(notice: PublicNotice) -> list[tuple[str, str]]:
    """Return what ``notice`` shows the public now: what was published, without what its subject withholds."""
    subject = FLOW_SUBJECTS.get(notice.approval.subject_type)
    withheld: Collection[str] = ()
    if subject is not None and subject.withheld is not None:
        row = _row_of(notice)
        if row is None:
            return []
        withheld = subject.withheld(row)
    return [(label, value) for label, value in notice.lines if label not in withheld]


def objections_to(notices: QuerySet[PublicNotice]) -> list[Objection]:
    """Return what the public said of ``notices`` on their pages, the earliest first; nothing that somebody wrote into
    the table."""
    rows = Objection.objects.filter(notice__in=notices.order_by())
    return vouched_among(rows.select_related("notice__approval").order_by("pk"))


def objections_about(
    user: User, row: Model, *, before: Collection[Model] | None = None
) -> list[Objection]:
    """Return what the public said of ``row``, or of what came ``before`` it by the same person: for who decides on
    ``row``, or has; never for who handed it in."""
    code = row._meta.label_lower
    subject = FLOW_SUBJECTS.get(code)
    of = [one.pk for one in ([row] if before is None else before)]
    notices = PublicNotice.objects.filter(
        approval__subject_type=code, approval__subject_id__in=of, objections__isnull=False
    )
    if subject is None or subject.public is None or not subject.decidable:
        return []
    if not user.has_permission(subject.permission) or not notices.exists():
        return []
    decided = Decision.objects.filter(
        approval__subject_type=code, approval__subject_id=row.pk, decided_by=user
    )
    if not decided.exists() and not subject.decidable(user).filter(pk=row.pk).exists():
        return []
    return objections_to(notices)


def _row_of(notice: PublicNotice) -> Model | None:
    rows = apps.get_model(notice.approval.subject_type)._default_manager
    found: Model | None = rows.filter(pk=notice.approval.subject_id).first()
    return found


def _objections(_now: datetime) -> QuerySet[Objection]:
    return Objection.objects.select_related("notice").order_by("-pk")


WRITTEN = (Mandate("workflow.objection", "公示期间的异议", _objections, is_whole=True),)
