"""The employers of some experts, where only a name was typed of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record_many
from expertpool.core.subjects.subject import one_look
from expertpool.core.visibility import told
from expertpool.directory.models import Unit
from expertpool.experts.enums import ChangeVia
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.merging import explain
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.versions import Way, record_versions

TOGETHER = 500  # experts of whom versions are in memory


@transaction.atomic
def assign_employer(
    *, experts: Iterable[Expert], into: Unit | None, actor: User | None, now: datetime
) -> int:
    """Let ``experts`` work for ``into`` (None: for no unit), each with a version and an entry; return how many they are.

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
    keys = list(moved.values_list("pk", flat=True))
    told_so = f"{ChangeVia.UNITS.label}：{note}"
    with one_look():
        for start in range(0, len(keys), TOGETHER):
            experts = _change_employer(keys[start : start + TOGETHER], into, note, actor, now)
            names = ({"employer": str(unit)}, {"employer": str(into)})
            said = [(one, *names) for one in experts]
            record_many("expert.unit", actor=actor, now=now, said=said, note=told_so)
    Expert.objects.filter(employer=unit).update(updated_at=now)
    # What nobody is told yet of a relation, no entry says either.
    rows = told(AvoidanceUnit.objects.filter(unit=unit)).select_related("expert", "unit")
    ties = [(row.expert, in_words(row, "unit"), _with(row, into)) for row in rows.order_by("pk")]
    record_many("expert.avoidance", actor=actor, now=now, said=ties, note=told_so)
    return len(keys)


def _change_employer(
    keys: list[int], into: Unit, note: str, actor: User | None, now: datetime
) -> list[Expert]:
    """Keep versions of these experts that say that they work for ``into``; return them."""
    rows = Expert.objects.filter(pk__in=keys).order_by("pk").prefetch_related("specialties")
    experts = list(rows.select_related("employer", "division", "department", "created_by"))
    changes = []
    for expert in experts:
        before = EXPERT.version_of(expert)
        expert.employer = into
        changes.append((expert, before, EXPERT.version_of(expert)))
    record_versions(changes, way=Way(ChangeVia.UNITS, note), actor=actor, now=now)
    return experts


def _with(row: AvoidanceUnit, unit: Unit) -> dict[str, Any]:
    row.unit = unit
    return in_words(row, "unit")
