"""What comes of applications, as it is told to event rules: the last step of their flow."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from expertpool.automation.registry import EventKind, Person
from expertpool.joining.enums import State
from expertpool.joining.events import ApplicantAdmitted, ApplicationRejected
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import SUBJECT, applications_visible_to
from expertpool.notifications.services.sending import Recipient

SAMPLES = {
    "申请人": "王建国",
    "申请编号": "RK2026000012",
    "类别": "个人专家",
    "审核意见": "同意入库",
}


def _applicant(row: Application) -> Recipient | None:
    """By his account: the phone or mail that he registered with, and not what he typed into the form."""
    user = row.user
    return Recipient(user.username, row.name, user.phone, user.email) if user.is_active else None


def _words(row: Application) -> dict[str, str]:
    return {
        "申请人": row.name,
        "申请编号": row.number,
        "类别": row.get_kind_display(),
        "审核意见": row.note,
    }


def _of(state: State) -> QuerySet[Application]:
    return Application.objects.filter(state=state).annotate(happened_at=F("decided_at"))


_ALIKE: dict[str, Any] = {
    "subject": SUBJECT,
    "visible": applications_visible_to,
    "page": lambda row: reverse("joining:detail", args=[row.pk]),
    "name_of": lambda row: f"{row.name}（{row.number}）",
    "words": _words,
    "samples": SAMPLES,
    "people": {"applicant": Person("申请人", _applicant)},
    "order": 16,
}

ADMITTED = EventKind(
    code="joining.admitted",
    label="入库申请通过",
    note="审批流程的最后一步同意、成为在库专家时触发。",
    sources={ApplicantAdmitted: lambda event: [event.application_id]},
    past=lambda: _of(State.APPROVED),
    fact=lambda row: "admitted",
    parties={"expert": lambda row: row.expert},
    **_ALIKE,
)

REJECTED = EventKind(
    code="joining.rejected",
    label="入库申请未通过",
    note="退回补正的不算。",
    sources={ApplicationRejected: lambda event: [event.application_id]},
    past=lambda: _of(State.REJECTED),
    fact=lambda row: "rejected",
    **_ALIKE,
)

EVENTS = (ADMITTED, REJECTED)
