"""The units and persons for whose projects an expert must not be drawn."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.events import publish
from expertpool.core.text import as_name
from expertpool.core.visibility import told
from expertpool.experts.events import TiesChanged
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceUnit
from expertpool.experts.services.taking_away import take_away

RECORDED = ("unit", "person_name", "kind", "start_date", "end_date", "note")


@transaction.atomic
def add_avoidance_unit(
    *, row: AvoidanceUnit, actor: User | None, now: datetime, several: bool = False
) -> AvoidanceUnit:
    """Keep a new avoidance unit or person of an expert; logs it, announces TiesChanged.

    Refuses (ValidationError) reversed dates, a relation without its unit or person, and one that
    he has already, unless there may be ``several``: who worked twice for one unit left it twice.
    """
    row.person_name = as_name(row.person_name)
    if row.start_date and row.end_date and row.end_date < row.start_date:
        raise ValidationError({"end_date": "结束日期早于开始日期，请对调或改正。"})
    if row.is_personal and not row.person_name:
        raise ValidationError({"person_name": "请填写这位人员的姓名。"})
    if not row.is_personal and row.unit is None:
        raise ValidationError({"unit_name": "请填写单位名称。"})
    same = AvoidanceUnit.objects.filter(
        expert=row.expert, unit=row.unit, person_name=row.person_name, kind=row.kind
    )
    row.is_own = actor is not None and actor.pk == row.expert.user_id
    # Of what he declared or removed himself while names are sealed a refusal would tell the office.
    same = same.filter(removed_at__isnull=True) if row.is_own else told(same)
    if not several and same.exists():
        name = "person_name" if row.is_personal else "unit_name"
        target = "该人员" if row.is_personal else "该单位"
        raise ValidationError({name: f"{target}已按同样的关系登记，请先移除原来的一条。"})
    row.created_at, row.created_by = now, actor
    row.full_clean()
    row.save()
    record(
        "expert.avoidance_add",
        actor=actor,
        now=now,
        subject=row.expert,
        after=in_words(row, *RECORDED),
    )
    publish(TiesChanged(row.expert_id))
    return row


def is_of_office(row: AvoidanceUnit) -> bool:
    """Tell whether the administration set the relation, and not the expert by his own account."""
    return row.created_by_id is None or row.created_by_id != row.expert.user_id


@transaction.atomic
def remove_avoidance_unit(
    *, row: AvoidanceUnit, reason: str = "", actor: User | None, now: datetime
) -> None:
    """Forget an avoidance unit or person; the log keeps what it was, and the ``reason``. One that its expert removes himself counts until
    that may be told (`taking_away`).

    Refuses (ExpertRefused) that an expert removes what the administration has set of him: he would
    be drawn where it keeps him away.
    """
    if actor is not None and actor.pk == row.expert.user_id and is_of_office(row):
        raise ExpertRefused(
            f"与{row.target}的回避由管理部门登记，不能自行移除；情况有变化的，请申请移除。"
        )
    # Before the row goes, which the entry describes.
    act = record(
        "expert.avoidance_remove",
        actor=actor,
        now=now,
        subject=row.expert,
        before=in_words(row, *RECORDED),
        note=reason,
    )
    take_away(row, act=act, now=now)
