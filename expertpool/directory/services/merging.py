"""Two units that are one: the one goes into the other with all that refers to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction

from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.directory.enums import RelationKind
from expertpool.directory.events import UnitsMerged, UnitsToMerge
from expertpool.directory.models import FormerUnit, Unit, UnitAlias, UnitPair, UnitRelation
from expertpool.directory.queries.near import may_be_one
from expertpool.directory.services import relations, units
from expertpool.directory.services.rows import logged_values

# What is no mere reference: it is joined by rules of its own.
JOINED = (UnitAlias, UnitRelation, UnitPair)
TWO_CODES = (
    "两个单位的统一社会信用代码不同，不是同一家，不能合并；其中一个填错的，请先改正或清空。"
    "分立、吸收合并等关系请登记为上下级或股东。"
)


@transaction.atomic
def merge_units(*, unit: Unit, into: Unit, actor: AbstractBaseUser | None, now: datetime) -> Unit:
    """Merge ``unit`` into another, which is confirmed by that; logs it.

    Whatever refers to it follows (experts, projects, avoidances, whatever an app above has), its names
    become aliases, its code and its relations go over, its address leads to the other. Draws that are
    sealed keep the units that they sealed (docs/decisions/0111). Refuses (ValidationError) a unit with
    itself, two codes, and relations that contradict each other; announces `UnitsToMerge`, then `UnitsMerged`.
    """
    # Imports name units, relations are kept apart from each other: both wait.
    lock_transaction(relations.LOCK)
    lock_transaction(units.LOCK)
    rows = Unit.objects.select_for_update().order_by("pk").in_bulk([unit.pk, into.pk])
    if len(rows) < 2:
        raise ValidationError({"into": "请选择另一个单位；刚被别人合并过的，请刷新后再看。"})
    unit, into = rows[unit.pk], rows[into.pk]
    if not may_be_one(unit.uscc, into.uscc):
        raise ValidationError({"into": TWO_CODES}, code="two_codes")
    before = logged_values(unit, "aliases")
    _join_relations(unit, into)
    publish(UnitsToMerge(unit.pk, into.pk, actor.pk if actor else None, now))
    moved = _move_references(unit, into)
    names = list(unit.aliases.values_list("normalised_name", "name"))
    former, uscc = unit.pk, into.uscc or unit.uscc
    names.append((unit.normalised_name, unit.name))
    unit.delete()  # aliases and pairs go with it
    into.uscc, into.confirmed, into.active = uscc, True, into.active or unit.active
    into.save(update_fields=["uscc", "confirmed", "active"])
    _join_names(into, dict(names))
    FormerUnit.objects.create(pk=former, name=unit.name, unit=into, merged_at=now)
    record(
        "directory.merge",
        actor=actor,
        now=now,
        subject=into,
        before=before,
        after=logged_values(into, "aliases") | {"随之改动": dict(moved)},
        note=f"合并“{unit.name}”",
    )
    publish(UnitsMerged(into.pk))
    return into


def _move_references(unit: Unit, into: Unit) -> Counter[str]:
    """Let all rows that refer to ``unit``, of this app and those above, refer to ``into``; return how
    many of each kind."""
    moved: Counter[str] = Counter()
    for rows, name in _referring(unit):
        moved[str(rows.model._meta.verbose_name)] += rows.update(**{name: into.pk})
    return +moved


def references_to(unit: Unit) -> Counter[str]:
    """Return how many rows of each kind a merge of ``unit`` would change: 专家 12, 项目 1."""
    found: Counter[str] = Counter()
    for rows, _ in _referring(unit):
        found[str(rows.model._meta.verbose_name)] += rows.count()
    return +found


def _referring(unit: Unit) -> Iterator[tuple[models.QuerySet[Any], str]]:
    """Yield the rows that refer to ``unit`` and follow it, with the name of the field."""
    for relation in Unit._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model not in JOINED:
            model: Any = relation.related_model
            name = relation.field.name
            yield model._base_manager.filter(**{name: unit.pk}), name


def _join_relations(unit: Unit, into: Unit) -> None:
    """Move the relations of ``unit``. Of two that say the same now, the larger share counts; one
    between the two is gone."""
    for row in UnitRelation.objects.filter(models.Q(owner=unit) | models.Q(owned=unit)):
        row.owner_id = into.pk if row.owner_id == unit.pk else row.owner_id
        row.owned_id = into.pk if row.owned_id == unit.pk else row.owned_id
        if row.owner_id == row.owned_id:
            row.delete()
            continue
        same = UnitRelation.objects.filter(
            owner=row.owner_id, owned=row.owned_id, kind=row.kind, to_date__isnull=True
        ).exclude(pk=row.pk)
        if row.to_date is None and (held := same.first()):
            if (row.share or 0) <= (held.share or 0):
                row.delete()
                continue
            held.delete()
        row.save(update_fields=["owner", "owned"])
    above = UnitRelation.objects.filter(
        owner=into, kind=RelationKind.PARENT, to_date__isnull=True
    ).values("owned")
    if into.owner_relations.filter(
        kind=RelationKind.PARENT, to_date__isnull=True, owner__in=above
    ).exists():
        raise ValidationError(
            {"into": "合并后会有两个单位互为上级，请先在“单位关系”中结束或改正其中一条。"}
        )


def _join_names(into: Unit, names: dict[str, str]) -> None:
    """Give ``into`` the ``names`` (normalised → as written) of the unit that is gone."""
    into.aliases.filter(normalised_name=into.normalised_name).delete()
    held = set(into.aliases.values_list("normalised_name", flat=True)) | {into.normalised_name}
    wanted = {name: written for name, written in names.items() if name not in held}
    units.add_aliases(into, wanted)
    units.mend_shared()
