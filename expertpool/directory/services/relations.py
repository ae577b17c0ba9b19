"""Relations between units: parents and shareholders."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.core.locks import lock_transaction
from expertpool.directory.enums import RelationKind
from expertpool.directory.models import UnitRelation
from expertpool.directory.services.rows import save_row

LOCK = "directory.relations"


@transaction.atomic
def save_relation(
    *, relation: UnitRelation, actor: AbstractBaseUser | None, now: datetime
) -> UnitRelation:
    """Write a new or changed relation, or its end (``to_date``); logs what it was and is.

    Refuses (ValidationError) one of a unit with itself, a shareholder without a share, the same
    relation twice at a time, reversed dates, and two units each above the other. Two units may
    well hold shares in each other.
    """
    # Two who put each other's unit above at the same time would both find nothing against it.
    lock_transaction(LOCK)
    _refuse_above_each_other(relation)
    save_row(row=relation, actor=actor, now=now)
    return relation


def _refuse_above_each_other(relation: UnitRelation) -> None:
    if relation.kind != RelationKind.PARENT or relation.to_date is not None:
        return
    above = UnitRelation.objects.filter(
        owner=relation.owned, owned=relation.owner, kind=relation.kind, to_date__isnull=True
    )
    if above.exists():
        message = "对方已登记为上级单位，两个单位不能互为上级；请先结束或改正原来的一条。"
        raise ValidationError(message, code="above_each_other")
