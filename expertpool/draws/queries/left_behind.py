"""What of draws nobody does any more once an account is disabled."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from expertpool.accounts.queries import users_with_permission
from expertpool.draws.enums import CONTRIBUTOR_PERMISSION, RUNNING, SUPERVISOR
from expertpool.draws.models import Draw


def left_behind(users: Collection[int]) -> dict[int, str]:
    """Say of those of ``users`` (ids) who run draws how many go on, and who alone supervises any."""
    running = Draw.objects.filter(operator__in=users, status__in=RUNNING).order_by()
    counts = running.values_list("operator").annotate(Count("pk"))
    found = {
        user: f"他经办的 {count} 个抽取还在进行：请先安排他人接手，通知将不再有人看到。"
        for user, count in counts
    }
    supervisors = [
        *users_with_permission(CONTRIBUTOR_PERMISSION[SUPERVISOR]).values_list("pk", flat=True)[:2]
    ]
    if len(supervisors) == 1 and (alone := supervisors[0]) in users:
        found[alone] = found.get(alone, "") + (
            "他是唯一能监督抽取的人：停用后没有人能提供监督人随机值，也没有人能确认代登记、应急等申请。"
        )
    return found
