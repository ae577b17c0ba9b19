"""The units for which an expert must not be drawn."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.experts.models import AvoidanceUnit


@transaction.atomic
def add_avoidance_unit(*, row: AvoidanceUnit, actor: User | None, now: datetime) -> AvoidanceUnit:
    """Keep a new avoidance unit of an expert.

    Refuses reversed dates and a unit that he has already in the same relation (ValidationError).
    """
    if row.start_date and row.end_date and row.end_date < row.start_date:
        raise ValidationError({"end_date": "结束日期早于开始日期，请对调或改正。"})
    same = AvoidanceUnit.objects.filter(expert=row.expert, unit=row.unit, kind=row.kind)
    if same.exists():
        raise ValidationError({"unit_name": "该单位已按同样的关系登记，请先移除原来的一条。"})
    row.full_clean()
    row.save()
    record("expert.avoidance", actor=actor, now=now, subject=row.expert, after=_as_json(row))
    return row


@transaction.atomic
def remove_avoidance_unit(*, row: AvoidanceUnit, actor: User | None, now: datetime) -> None:
    """Forget an avoidance unit; the log keeps what it was."""
    record("expert.avoidance", actor=actor, now=now, subject=row.expert, before=_as_json(row))
    row.delete()


def _as_json(row: AvoidanceUnit) -> dict[str, str]:
    return {
        "回避单位": row.unit.name,
        "关系": row.get_kind_display(),
        "起止": f"{row.start_date or ''} 至 {row.end_date or ''}",
    }
