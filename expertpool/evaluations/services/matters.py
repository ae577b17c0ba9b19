"""What two persons decide after ratings, as `workflow` asks for it."""

from __future__ import annotations

from django.urls import reverse

from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.permissions import SANCTION
from expertpool.evaluations.services.sanctions import (
    check_sanction,
    decide_sanction,
    lock_expert,
)
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.workflow.queries.matters import Matter, Words

SANCTIONS = Matter(
    code="evaluations.sanction",
    model=Sanction,
    asks=SANCTION,
    decides=SANCTION,
    subjects=experts_visible_to,
    name_of=lambda expert: f"{expert.name}（{expert.number}）",
    page=lambda expert: reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations",
    related=("expert",),
    refused=EvaluationRefused,
    lock=lock_expert,
    decide=decide_sanction,
    check=check_sanction,
    details=lambda asked: str(asked.get_kind_display()),
    icon="alert-triangle",
    tone="danger",
    order=75,
    words=Words(
        label="警告、移入黑名单",
        title="警告、移入黑名单等待确认",
        agree="确认",
        question="确认？警告立即通知专家本人；移入黑名单后不再被抽取，专家本人会收到原因和申诉的办法。",
        asked="已申请，等待另一位有权限的人员确认后生效。",
        agreed="已确认，已生效。",
        turned_down="已退回申请。",
    ),
)
MATTERS = (SANCTIONS,)
