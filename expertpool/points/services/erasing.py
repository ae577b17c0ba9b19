"""What of points and services goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser, Keeper
from expertpool.points.models import BenefitRequest
from expertpool.points.queries.requests import requests_of


def _count(expert: Expert) -> int:
    return BenefitRequest.objects.filter(expert=expert).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    for row in BenefitRequest.objects.filter(expert=expert):
        # What nobody answered is not vouched for by what becomes of it.
        proof = [] if row.is_forged_answer else ["answer_proof"]
        row.text, row.answer = "", ""
        row.save(update_fields=["text", "answer", *proof])


def _holds(expert: Expert) -> str:
    rows = requests_of(expert).filter(answered_at__isnull=True)
    return "还有没有答复的服务申请，请先答复。" if rows.exists() else ""


ERASERS = (
    Eraser("points", "服务申请的内容", 26, ("points.BenefitRequest",), _count, _erase, _holds),
)
KEEPERS = (
    Keeper(
        "points",
        "积分明细",
        60,
        ("points.PointEntry", "points.PointAccount", "points.Correction"),
        "只有编号和数字",
    ),
)
