"""What of applications goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser, Keeper
from expertpool.joining.models import Application
from expertpool.joining.services.cleaning import erase_contents


def _count(expert: Expert) -> int:
    return Application.objects.filter(expert=expert, erased_at__isnull=True).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    for row in Application.objects.filter(expert=expert, erased_at__isnull=True):
        erase_contents(row, now)
        row.save()


ERASERS = (
    Eraser("joining", "入库申请所填内容和材料", 17, ("joining.Application",), _count, _erase),
)
KEEPERS = (
    Keeper(
        "joining",
        "他发出的推荐",
        70,
        ("joining.Recommendation",),
        "写的是被推荐人，链接按时失效",
    ),
)
