"""Deleting experts, which keeps their records, and bringing them back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import end_entry, open_entry
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.services.status import set_status

MOST_REASON = 200


@transaction.atomic
def delete_expert(*, expert: Expert, reason: str, actor: User | None, now: datetime) -> Expert:
    """Take an expert out of the pool; he is kept with who, when and why, and is not drawn again.

    Tells him, with the reason. Refuses a missing reason and an expert who is deleted already.
    """
    reason = required_reason(reason, called="删除原因", most=MOST_REASON)
    return set_status(
        expert=expert,
        to=ExpertStatus.DELETED,
        action="expert.delete",
        actor=actor,
        now=now,
        reason=reason,
        status_before_deletion=expert.status,
        deletion_reason=reason,
        deleted_at=now,
        deleted_by=actor,
    )


@transaction.atomic
def restore_expert(*, expert: Expert, actor: User | None, now: datetime) -> Expert:
    """Bring a deleted expert back with the status he had, and tell him. Refuses one who is not deleted.

    Whose period on the blacklist ended meanwhile is taken off it. Refuses who was merged or erased.
    """
    rows = Expert.objects.filter(pk=expert.pk)
    merged, erased = rows.values_list("merged_into__number", "erased_at").get()
    if erased:
        raise ExpertRefused(
            f"{expert.number} 的个人信息已抹去，不能恢复；本人再入库的，请重新录入。"
        )
    if merged:
        raise ExpertRefused(f"{expert.name}已合并至 {merged}，不能恢复，请使用那一份档案。")
    set_status(
        expert=expert,
        to=expert.status_before_deletion or ExpertStatus.PENDING,
        action="expert.restore",
        actor=actor,
        now=now,
        status_before_deletion="",
        deletion_reason="",
        deleted_at=None,
        deleted_by=None,
    )
    if entry := open_entry(expert):
        end_entry(entry_id=entry.pk, now=now)
        expert.refresh_from_db()
    return expert
