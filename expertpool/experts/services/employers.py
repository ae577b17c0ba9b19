"""The employers of some experts, where only a name was typed of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record_many
from expertpool.core.visibility import told
from expertpool.directory.models import Unit
from expertpool.experts.enums import ChangeVia
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.merging import explain
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.versions import Way, record_version


@transaction.atomic
def assign_employer(
    *, experts: Iterable[Expert], into: Unit, actor: User | None, now: datetime
) -> int:
    """Let ``experts`` work for ``into``, each with a version and an entry; return how many they are.

    Refuses (ExpertRefused) all of them where one record contradicts itself, and names it.
    """
    count = 0
    for expert in experts:
        try:
            update_expert(expert=expert, values={"employer": into}, actor=actor, now=now)
        except ValidationError as error:
            raise ExpertRefused(f"{expert}：{explain(error)}") from error
        count += 1
    return count


@transaction.atomic
def note_units_merged(*, unit: Unit, into: Unit, actor: User | None, now: datetime) -> int:
    """Give each expert who works for ``unit``, which is about to go into another, a version and an entry that say so,
    and each who avoids it an entry; return how many work for it. The rows themselves follow with all others
    (`directory.services.merging`). Announces ExpertChanged."""
    note = f"“{unit.name}”并入“{into.name}”"
    moved = Expert.objects.select_for_update(of=("self",)).filter(employer=unit).order_by("pk")
    experts = list(moved)
    for expert in experts:
        before = EXPERT.version_of(expert)
        expert.employer = into
        way = Way(ChangeVia.UNITS, note)
        record_version(expert, before, EXPERT.version_of(expert), way=way, actor=actor, now=now)
    moved.update(updated_at=now)
    names = ({"employer": str(unit)}, {"employer": str(into)})
    said = [(one, *names) for one in experts]
    told_so = f"{ChangeVia.UNITS.label}：{note}"
    record_many("expert.unit", actor=actor, now=now, said=said, note=told_so)
    # What nobody is told yet of a relation, no entry says either.
    rows = told(AvoidanceUnit.objects.filter(unit=unit)).select_related("expert", "unit")
    ties = [(row.expert, in_words(row, "unit"), _with(row, into)) for row in rows.order_by("pk")]
    record_many("expert.avoidance", actor=actor, now=now, said=ties, note=told_so)
    return len(experts)


def _with(row: AvoidanceUnit, unit: Unit) -> dict[str, Any]:
    row.unit = unit
    return in_words(row, "unit")
