"""Statistics that are kept under a name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.models import SavedStatistic


@transaction.atomic
def save_statistic(*, statistic: SavedStatistic, actor: User, now: datetime) -> SavedStatistic:
    """Keep a new statistic of ``actor``. Refuses a name that he has (ValidationError)."""
    statistic.owner, statistic.created_at = actor, now
    statistic.full_clean()
    statistic.save()
    return statistic


def delete_statistic(*, statistic: SavedStatistic, actor: User) -> None:
    """Forget a statistic of ``actor``; those that others share are theirs (ReportRefused)."""
    if statistic.owner_id != actor.pk:
        raise ReportRefused("这是别人共享的常用统计，只有保存人可以删除。")
    statistic.delete()
