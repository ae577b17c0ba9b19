"""What of achievements goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.achievements.enums import AchievementState
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import SUBJECT
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser
from expertpool.files.services import remove_all_attachments
from expertpool.workflow.services.forgetting import forget_notices


def _count(expert: Expert) -> int:
    return Achievement.objects.filter(expert=expert).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    rows = list(Achievement.objects.filter(expert=expert))
    forget_notices(SUBJECT, [row.pk for row in rows])
    for row in rows:
        remove_all_attachments(subject=row, actor=None, now=now)
        row.delete()


def _holds(expert: Expert) -> str:
    rows = Achievement.objects.filter(expert=expert, state=AchievementState.PENDING)
    return "还有待审核的成果，请先审核或退回。" if rows.exists() else ""


ERASERS = (
    Eraser(
        "achievements",
        "成果和成果附件，公示的内容、收到的异议",
        18,
        ("achievements.Achievement",),
        _count,
        _erase,
        _holds,
    ),
)
