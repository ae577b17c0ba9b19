"""What of achievements goes with the personal data of an expert."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.achievements.enums import AchievementState
from expertpool.achievements.models import Achievement
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Eraser
from expertpool.files.queries import attachments_of
from expertpool.files.services import remove_attachment


def _count(expert: Expert) -> int:
    return Achievement.objects.filter(expert=expert).count()


def _erase(expert: Expert, actor: User | None, now: datetime) -> None:
    for row in Achievement.objects.filter(expert=expert):
        for file in list(attachments_of(row)):
            remove_attachment(attachment=file, actor=None, now=now, even_closed=True)
        row.delete()


def _holds(expert: Expert) -> str:
    rows = Achievement.objects.filter(expert=expert, state=AchievementState.PENDING)
    return "还有待审核的成果，请先审核或退回。" if rows.exists() else ""


ERASERS = (
    Eraser(
        "achievements", "成果和成果附件", 18, ("achievements.Achievement",), _count, _erase, _holds
    ),
)
