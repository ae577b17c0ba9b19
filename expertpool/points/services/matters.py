"""What two persons decide about points, as `workflow` asks for it."""

from __future__ import annotations

from django.urls import reverse

from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import Correction
from expertpool.points.models.ledger import signed
from expertpool.points.permissions import CORRECT
from expertpool.points.services.corrections import (
    check_correction,
    decide_correction,
    lock_expert,
)
from expertpool.workflow.queries.matters import Matter, Words


def _details(asked: Correction) -> str:
    what = f"冲正「{asked.counters.label}」，" if asked.counters else ""
    return f"{what}积分 {signed(asked.points)}"


CORRECTION = Matter(
    code="points.correct",
    model=Correction,
    asks=CORRECT,
    decides=CORRECT,
    subjects=experts_visible_to,
    name_of=lambda expert: f"{expert.name}（{expert.number}）",
    page=lambda expert: reverse("experts:detail", args=[expert.pk]) + "?tab=points",
    related=("expert", "counters"),
    refused=PointsRefused,
    lock=lock_expert,
    decide=decide_correction,
    check=check_correction,
    details=_details,
    icon="coins",
    order=80,
    words=Words(
        label="积分更正",
        title="积分更正等待确认",
        agree="确认更正",
        question="确认更正？确认后立即记入专家的积分明细，不能修改，只能再冲正。",
        asked="已申请，等待另一位有权限的人员确认后记入。",
        agreed="已更正，积分已记入明细。",
        turned_down="已退回更正申请。",
    ),
)
MATTERS = (CORRECTION,)
