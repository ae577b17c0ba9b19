"""What of draws stays of an expert whose personal data are erased, and when nothing can be erased yet."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from expertpool.draws.enums import INVALID
from expertpool.draws.models import Draw, DrawProject, Invitation
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Keeper
from expertpool.privacy.queries.periods import name_kept_until

SEALED = "他删除以前封存的抽取还没有全部公开名单，公开以后才能抹去（与他在不在名单里无关）。"


def _until(expert: Expert) -> date | None:
    """The end of the year, so many years after the last review for which he was asked."""
    asked = Invitation.objects.filter(expert=expert).values("draw")
    rows = DrawProject.objects.filter(draw__in=asked)
    last = rows.aggregate(last=Max("project__opening_at"))["last"]
    return last and name_kept_until(last)


def _holds(expert: Expert) -> str:
    """Of all alike who left since: it says nothing of who sits."""
    before = Draw.objects.filter(sealed_at__lte=expert.deleted_at, released_at__isnull=True)
    return SEALED if before.exclude(status__in=INVALID).exists() else ""


KEEPERS = (
    Keeper(
        "draws",
        "抽取、邀请、签到记录",
        10,
        ("draws.Invitation",),
        "采购文件保存不少于 15 年（政府采购法第四十二条）",
        _until,
        _holds,
    ),
)
