"""Telling an applicant what came of what he handed in, for every subject that says whom and how."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import send_message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.models import Approval, Decision
from expertpool.workflow.queries.approvals import reasons_in_words
from expertpool.workflow.registry import FLOW_SUBJECTS


def tell_result(
    approval: Approval, row: Model, verdict: Verdict, decision: Decision, *, now: datetime
) -> None:
    """Tell the applicant of ``row`` on this site, by telephone and mail; nobody where its subject does not say
    whom. Once of each approval."""
    subject = FLOW_SUBJECTS.get(approval.subject_type)
    whom = subject.applicant(row) if subject and subject.result else None
    if not subject or not subject.result or not whom:
        return
    reasons = reasons_in_words(subject.code, decision.fields)
    context = {
        "申请人": whom.name,
        "审核事项": subject.label,
        "对象": subject.name_of(row),
        "审核结果": subject.word_of(verdict),
        "审核人": decision.decided_by.name,
        "审核意见": "；".join(filter(None, (decision.note, reasons))) or "无",
        **subject.words(row),
    }
    outside = ways_outside(subject.result, phone=whom.phone, email=whom.email)
    send_message(
        occasion=subject.result.code,
        recipient=whom,
        channels=[*([ChannelCode.SITE] if whom.account else []), *outside],
        context={name: context[name] for name in subject.result.placeholders},
        about=subject.about(row),
        key=f"approval-result:{approval.pk}",
        now=now,
    )
