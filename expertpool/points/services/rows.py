"""Writing rules, levels and services."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.deletion import ProtectedError

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.points.models import Benefit, PointLevel, PointRule

FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    PointRule: ("fact", "points", "active"),
    PointLevel: ("name", "threshold", "note"),
    Benefit: ("name", "description", "level", "order", "active"),
}
IN_USE = "“{}”正在使用，不能删除；不再使用时请停用。"
# A level is never stopped: it holds from the points on that it says.
LEVEL_IN_USE = "“{}”是专属服务的申请条件（{}），不能删除；请先在「专属服务」里为它们另选等级。"


@transaction.atomic
def save_row(*, row: PointRule | PointLevel | Benefit, actor: User | None, now: datetime) -> object:
    """Write a new or changed ``row``; without a difference nothing. A rule counts from ``now`` on: what ended
    before goes by what was. Raises ValidationError. Logged."""
    names = FIELDS[type(row)]
    # The form has changed ``row`` already: what it was is in the database alone.
    known = type(row)._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
    before = snapshot(known, *names) if known else None
    if isinstance(row, PointRule):
        # Also where nothing differs: what is compared below leaves it out, and then nothing is saved.
        row.since = now
    row.full_clean()
    if before is not None and before == snapshot(row, *names):
        return known
    row.save()
    action = "points.update" if known else "points.create"
    after = snapshot(row, *names)
    record_change(action, actor=actor, now=now, subject=row, before=before, after=after)
    return row


@transaction.atomic
def delete_row(*, row: PointRule | PointLevel | Benefit, actor: User | None, now: datetime) -> None:
    """Delete ``row``; raises ValidationError when something refers to it. What was written stays. Logged."""
    before = snapshot(row, *FIELDS[type(row)])
    # Before it is gone: the entry names it by its id.
    record("points.delete", actor=actor, now=now, subject=row, before=before)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise ValidationError(_in_use(row), code="in_use") from error


def _in_use(row: PointRule | PointLevel | Benefit) -> str:
    if not isinstance(row, PointLevel):
        return IN_USE.format(row)
    asking = Benefit.objects.filter(level=row).values_list("name", flat=True)
    return LEVEL_IN_USE.format(row, "、".join(asking))
