"""Which units may be one: found by a job, decided by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from expertpool.audit.services import record, record_change
from expertpool.directory.models import Unit, UnitPair
from expertpool.directory.queries.near import likenesses_each
from expertpool.directory.services.rows import logged_values

AT_ONCE = 500
MOST_PAIRS = 10  # of one unit with others, the nearest: more than anybody decides


def compare_units() -> int:
    """Compare units that were entered or renamed with all others, some hundreds at a time; keep which
    may be one, and return how many were compared. Done again, it finds nothing new."""
    units = list(Unit.objects.filter(compared=False).order_by("pk")[:AT_ONCE])
    if not units:
        return 0
    named = [(unit.name, unit.uscc, unit.pk) for unit in units]
    found = likenesses_each(named, most=MOST_PAIRS, inactive=True)
    pairs = {
        frozenset((unit.pk, other)): (unit.pk, other, likeness)
        for unit, likes in zip(units, found, strict=True)
        for other, likeness in likes.items()
    }
    with transaction.atomic():
        keep_pairs(pairs.values())
        Unit.objects.filter(pk__in=[unit.pk for unit in units]).update(compared=True)
    return len(units)


def keep_pairs(pairs: Iterable[tuple[int, int, float]]) -> None:
    """Keep units (ids) that may be one, with their likeness; of those that somebody has told apart nothing changes."""
    UnitPair.objects.bulk_create(
        (
            UnitPair(first_id=min(one, other), second_id=max(one, other), likeness=likeness)
            for one, other, likeness in pairs
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def tell_apart(*, pair: UnitPair, actor: AbstractBaseUser | None, now: datetime) -> None:
    """Note that the two are two; logs it. They are not listed again."""
    if not UnitPair.objects.filter(pk=pair.pk, apart=False).update(apart=True):
        return
    after = {"不是同一家": [pair.first.name, pair.second.name]}
    record("directory.apart", actor=actor, now=now, subject=pair.first, after=after)


@transaction.atomic
def confirm_unit(*, unit: Unit, actor: AbstractBaseUser | None, now: datetime) -> None:
    """Note that a unit of which only a name was typed is one, under this name; logs it."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before = logged_values(unit)
    unit.confirmed = True
    unit.save(update_fields=["confirmed"])
    after = logged_values(unit)
    record_change(
        "directory.update", actor=actor, now=now, subject=unit, before=before, after=after
    )
