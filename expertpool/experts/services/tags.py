"""Custom groups of experts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.experts import experts_groupable_by

RECORDED = ("name", "colour")
_Membership = Expert.tags.through


@transaction.atomic
def save_tag(*, row: Tag, actor: User | None, now: datetime) -> Tag:
    """Save a new or renamed group. Refuses a name that exists, and a group that holds experts whose groups are not
    ``actor``'s to change (ValidationError)."""
    known = Tag.objects.filter(pk=row.pk).first()
    if known:
        _check_own(known, actor, "修改")
    before = snapshot(known, *RECORDED) if known else None
    row.full_clean()
    row.save()
    after = snapshot(row, *RECORDED)
    record_change("expert.tag_save", actor=actor, now=now, subject=row, before=before, after=after)
    return row


@transaction.atomic
def delete_tag(*, row: Tag, actor: User | None, now: datetime) -> None:
    """Delete a group; its experts stay. Refuses one that holds experts whose groups are not ``actor``'s to
    change (ValidationError)."""
    _check_own(row, actor, "删除")
    # Before it is gone, with how many were in it.
    note = f"原有专家 {row.experts.count()} 位"
    record("expert.tag_delete", actor=actor, now=now, subject=row, note=note)
    row.delete()


def _check_own(row: Tag, actor: User | None, what: str) -> None:
    """Others' plans and lists name it: what it is called there is not for who has a part of it."""
    if actor is None:
        return
    own = experts_groupable_by(actor).values("pk")
    if row.experts.exclude(pk__in=own).exists():
        raise ValidationError(f"分组中有不在您范围内的专家，请联系管理员{what}。")


@transaction.atomic
def set_tags(*, expert: Expert, tags: Iterable[Tag], actor: User | None, now: datetime) -> None:
    """Give ``expert`` exactly these groups; without a difference nothing is written."""
    before = snapshot(expert, "tags")
    expert.tags.set(tags)
    after = snapshot(expert, "tags")
    record_change("expert.tag", actor=actor, now=now, subject=expert, before=before, after=after)


@transaction.atomic
def tag_experts(
    *,
    expert_ids: Iterable[int],
    add: Iterable[Tag] = (),
    remove: Iterable[Tag] = (),
    actor: User | None,
    now: datetime,
) -> int:
    """Put many experts into groups and take them out of others; return how many were named.

    One entry in the log names the groups and the number of experts.
    """
    ids, added, removed = list(expert_ids), list(add), list(remove)
    _Membership.objects.filter(expert__in=ids, tag__in=removed).delete()
    # Who is in a group already stays there.
    _Membership.objects.bulk_create(
        (_Membership(expert_id=pk, tag_id=tag.pk) for tag in added for pk in ids),
        ignore_conflicts=True,
        batch_size=10_000,
    )
    record(
        "expert.tag",
        actor=actor,
        now=now,
        after={"加入": [tag.name for tag in added], "移出": [tag.name for tag in removed]},
        note=f"批量，共 {len(ids)} 位专家",
    )
    return len(ids)
