"""Two records of one name that are two persons': somebody says so, or takes it back (docs/decisions/0140)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert, ToldApart
from expertpool.experts.services.reasons import required_reason

MOST_REASON = 200


@transaction.atomic
def tell_apart(
    *, one: Expert, other: Expert, reason: str, actor: User | None, now: datetime
) -> None:
    """Note that the two are two persons': neither lists nor forms ask about them again. Logged of both.

    Refuses (ExpertRefused) no reason, a record with itself, one that is merged, and what is noted already.
    """
    reason = required_reason(reason, called="原因", most=MOST_REASON)
    if one.pk == other.pk:
        raise ExpertRefused("请选择另一份档案。")
    # A merge of one of them waits.
    found = Expert.objects.select_for_update(of=("self",)).order_by("pk")
    first, second = found.filter(pk__in=[one.pk, other.pk])
    for row in (first, second):
        if row.merged_into_id is not None:
            raise ExpertRefused(f"{row}已合并到另一份档案，请选择那一份。")
    _, is_new = ToldApart.objects.get_or_create(
        first=first,
        second=second,
        defaults={"reason": reason, "told_at": now, "told_by": actor},
    )
    if not is_new:
        raise ExpertRefused("这两份档案已标明不是同一人，请刷新后再看。")
    for row, beside in ((first, second), (second, first)):
        after = {"不是同一人": str(beside)}
        record("expert.apart", actor=actor, now=now, subject=row, after=after, note=reason)


@transaction.atomic
def take_back(*, row: ToldApart, actor: User | None, now: datetime) -> None:
    """Forget that two records are two persons': they are asked about again. Logged of both; done again,
    it does nothing."""
    first, second = row.first, row.second
    gone, _ = ToldApart.objects.filter(pk=row.pk).delete()
    if not gone:
        return
    for one, beside in ((first, second), (second, first)):
        before = {"不是同一人": str(beside), "原因": row.reason}
        record("expert.apart_back", actor=actor, now=now, subject=one, before=before)
