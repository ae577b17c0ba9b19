"""How applications are approved: what `workflow` needs to know of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import SUBJECT, applications_decidable_by
from expertpool.joining.queries.fields import all_reason_labels
from expertpool.workflow.queries.agreeing import why_not_another
from expertpool.workflow.registry import FlowSubject


def page_of(row: Application) -> str:
    return reverse("joining:detail", args=[row.pk])


def why_not_agree(application: Application, user: User, *, now: datetime) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``application`` as another person than its applicant and
    those who agreed before him (docs/decisions/0082, 0467); empty when he can, or nothing runs."""
    return why_not_another(application, user, [application.user_id], now=now)


def public_words(row: Application) -> Iterator[tuple[str, str]]:
    """What a public notice tells of an applicant: no number, no contact."""
    yield "姓名或单位", row.name
    yield "工作单位", row.employer_name
    yield "职称", row.title
    yield "评审专业", "、".join(map(str, row.specialties.all()))


FLOW = FlowSubject(
    SUBJECT,
    "入库申请",
    "joining.review",
    fields=all_reason_labels,
    decidable=applications_decidable_by,
    own_todo=True,
    name_of=lambda row: str(row.name),
    page=page_of,
    public=public_words,
    public_says="姓名或单位名称、工作单位、职称和评审专业；申请人提交前看到这一点，勾选同意后才能提交",
    asks="experts.expert",
    note="本人网上申请、同行推荐的。手工新增、批量导入、接口新增的专家按「专家入库」的流程，请分别设置。",
)
