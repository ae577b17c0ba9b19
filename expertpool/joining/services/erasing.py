"""What of applications goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser, Keeper
from expertpool.joining.models import Application, Recommendation
from expertpool.joining.services.cleaning import erase_contents, forget_recommendation
from expertpool.joining.services.recommending import forget


def _count(expert: Expert) -> int:
    return Application.objects.filter(expert=expert, erased_at__isnull=True).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    for row in Application.objects.filter(expert=expert, erased_at__isnull=True):
        forget_recommendation(row, now)
        erase_contents(row, now)
        row.save()


def _recommended(expert: Expert) -> QuerySet[Recommendation]:
    """Return the recommendations that name ``expert`` by his phone, whether he came by one of them or not."""
    rows = Recommendation.objects.filter(contact_index__isnull=False)
    return rows.filter(contact_index=expert.phone_index).order_by("pk")


def _count_recommended(expert: Expert) -> int:
    return _recommended(expert).count() if expert.phone_index else 0


def _forget_recommended(expert: Expert, actor: User | None, now: datetime) -> None:
    for row in _recommended(expert) if expert.phone_index else ():
        forget(row, now=now)


ERASERS = (
    # Before the record, which is found by its phone.
    Eraser(
        "joining.recommended",
        "同行推荐他时所填的内容",
        16,
        (),
        _count_recommended,
        _forget_recommended,
    ),
    Eraser(
        "joining",
        "入库申请所填内容和材料，公示的内容、收到的异议",
        17,
        ("joining.Application",),
        _count,
        _erase,
    ),
)
KEEPERS = (
    Keeper(
        "joining",
        "他发出的推荐",
        70,
        ("joining.Recommendation",),
        "写的是被推荐人；没有用过的，链接失效后按期清除所填内容",
    ),
)
