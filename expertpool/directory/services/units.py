"""Units and their aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from expertpool.audit.services import record_change
from expertpool.core.locks import lock_transaction
from expertpool.core.validators import validate_uscc
from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.services.rows import logged_values
from expertpool.directory.validators import normalise_unit_name, require_unit_name

LOCK = "directory.units"

NamedUnit = tuple[str, str]  # name, USCC (may be empty)


@transaction.atomic
def resolve_unit(*, name: str, uscc: str = "") -> Unit:
    """Return the unit that is meant, created when it is new.

    The USCC decides; a name that a known USCC goes by is kept as an alias. Without a USCC the
    name or an alias decides. Raises ValidationError for an empty name or a wrong USCC.
    """
    return resolve_units([(name, uscc)])[name, uscc]


@transaction.atomic
def resolve_units(pairs: Iterable[NamedUnit]) -> dict[NamedUnit, Unit]:
    """Resolve many units with two queries and one for what is new (imports).

    Raises ValidationError as `resolve_unit` does; nothing is written then.
    """
    wanted = list(dict.fromkeys(pairs))
    for name, uscc in wanted:
        require_unit_name(name)
        if uscc:
            validate_uscc(uscc)
    book = _Book(wanted)
    if any(book.find(pair) is None for pair in wanted):
        # Two users who name the same new unit at once: the second waits and finds it.
        lock_transaction(LOCK)
        book = _Book(wanted)
    # Those with a USCC first: a bare name then finds them.
    for pair in sorted(wanted, key=lambda pair: not pair[1]):
        book.find_or_add(pair)
    book.write()
    return {pair: book.found[pair] for pair in wanted}


class _Book:
    """What is known of the wanted units, and what has to be written."""

    def __init__(self, wanted: list[NamedUnit]) -> None:
        names = {normalise_unit_name(name) for name, _ in wanted}
        usccs = {uscc for _, uscc in wanted if uscc}
        alias = UnitAlias.objects.filter(normalised_name__in=names).values("unit")
        units = list(
            Unit.objects.filter(
                Q(uscc__in=usccs) | Q(normalised_name__in=names) | Q(pk__in=alias)
            ).order_by("id")
        )
        self.by_uscc = {unit.uscc: unit for unit in units if unit.uscc}
        self.by_name: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self.by_name[unit.normalised_name].append(unit)
        by_pk = {unit.pk: unit for unit in units}
        for pk, name in UnitAlias.objects.filter(unit__in=by_pk).values_list(
            "unit", "normalised_name"
        ):
            self.by_name[name].append(by_pk[pk])
        self.found: dict[NamedUnit, Unit] = {}
        self.new: list[Unit] = []
        self.given_uscc: list[Unit] = []
        self.aliases: list[UnitAlias] = []

    def find(self, pair: NamedUnit) -> Unit | None:
        name, uscc = pair
        if uscc and uscc in self.by_uscc:
            return self.by_uscc[uscc]
        named = self.by_name[normalise_unit_name(name)]
        if uscc:  # the same name under another USCC is another unit
            named = [unit for unit in named if not unit.uscc]
        # One with a USCC is surer; otherwise the oldest.
        return min(named, key=lambda unit: not unit.uscc, default=None)

    def find_or_add(self, pair: NamedUnit) -> None:
        name, uscc = pair
        normalised = normalise_unit_name(name)
        unit = self.find(pair)
        if unit is None:
            unit = Unit(name=name.strip(), normalised_name=normalised, uscc=uscc)
            self.new.append(unit)
        elif uscc and not unit.uscc:
            unit.uscc = uscc
            self.given_uscc.append(unit)
        if unit not in self.by_name[normalised]:
            if unit.normalised_name != normalised:
                alias = UnitAlias(unit=unit, name=name.strip(), normalised_name=normalised)
                self.aliases.append(alias)
            self.by_name[normalised].append(unit)
        if uscc:
            self.by_uscc[uscc] = unit
        self.found[pair] = unit

    def write(self) -> None:
        Unit.objects.bulk_create(self.new)
        # New ones were written with their code.
        Unit.objects.bulk_update(
            [unit for unit in self.given_uscc if unit not in self.new], ["uscc"]
        )
        # Where every unit was known nobody waited: another import may write the same alias.
        UnitAlias.objects.bulk_create(self.aliases, ignore_conflicts=True)


@transaction.atomic
def save_unit(
    *, unit: Unit, aliases: Iterable[str], actor: AbstractBaseUser | None, now: datetime
) -> Unit:
    """Write a new or changed unit with exactly these aliases.

    Refuses (ValidationError) an empty name, a wrong or taken USCC, and a second unit without a
    USCC under a name that is taken.
    """
    unit.normalised_name = require_unit_name(unit.name)
    if unit.uscc:
        validate_uscc(unit.uscc)
    unit.full_clean(exclude=["normalised_name"])
    # The same lock as `resolve_units`: an import may be adding the unit at this moment.
    lock_transaction(LOCK)
    _refuse_double(unit)
    known = Unit.objects.filter(pk=unit.pk).first() if unit.pk else None
    before = logged_values(known, "aliases") if known else None
    unit.save()
    _set_aliases(unit, aliases)
    action = "directory.update" if known else "directory.create"
    after = logged_values(unit, "aliases")
    record_change(action, actor=actor, now=now, subject=unit, before=before, after=after)
    return unit


def _refuse_double(unit: Unit) -> None:
    others = Unit.objects.filter(normalised_name=unit.normalised_name).exclude(pk=unit.pk)
    if unit.uscc:
        # With a code of its own it may share a name, but not with a unit whose code nobody knows:
        # that may be this one.
        others = others.filter(uscc="")
    if others.exists():
        message = "已有同名单位。若确是另一家，请填写统一社会信用代码；若是同一家，请直接编辑它。"
        raise ValidationError({"name": message}, code="double")


def _set_aliases(unit: Unit, aliases: Iterable[str]) -> None:
    wanted = {require_unit_name(name): name.strip() for name in aliases if name.strip()}
    wanted.pop(unit.normalised_name, None)
    unit.aliases.exclude(normalised_name__in=wanted).delete()
    known = dict(unit.aliases.values_list("normalised_name", "pk"))
    UnitAlias.objects.bulk_create(
        UnitAlias(unit=unit, name=name, normalised_name=normalised)
        for normalised, name in wanted.items()
        if normalised not in known
    )
