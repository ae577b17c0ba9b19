"""Units and their aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from expertpool.audit.services import record_change
from expertpool.core.locks import lock_transaction
from expertpool.core.validators import validate_uscc
from expertpool.directory.models import Unit, UnitAlias, UnitPair
from expertpool.directory.queries.names import is_near_name
from expertpool.directory.queries.near import near_sentence
from expertpool.directory.queries.units import (
    is_alias_of,
    is_called,
    is_code_of,
    second_of_its_name,
)
from expertpool.directory.services.near import keep_pairs
from expertpool.directory.services.rows import logged_values
from expertpool.directory.validators import normalise_unit_name, require_unit_name

LOCK = "directory.units"

MOST_TOLD = 5  # other names of a code

NamedUnit = tuple[str, str]  # name, USCC (may be empty)


@transaction.atomic
def resolve_unit(*, name: str, uscc: str = "", knowing: bool = False) -> Unit:
    """Return the unit that is meant, created when it is new.

    The USCC decides; a near name that a known USCC goes by is kept as an alias, unless it is another
    unit's: then the two are kept as a pair that may be one. Without a USCC the name or an alias
    decides. Raises ValidationError for an empty name, a wrong USCC, a name that is the alias of a
    unit with another USCC, and one that is not near to those of the unit with this USCC, unless somebody
    who was asked goes on ``knowing`` it: the USCC counts then, and nobody gets the name.
    """
    return resolve_units([(name, uscc)], knowing=knowing)[name, uscc]


@transaction.atomic
def resolve_units(pairs: Iterable[NamedUnit], *, knowing: bool = False) -> dict[NamedUnit, Unit]:
    """Resolve many units with two queries and one for what is new (imports).

    Raises ValidationError as `resolve_unit` does; nothing is written then.
    """
    wanted = list(dict.fromkeys(pairs))
    for name, uscc in wanted:
        require_unit_name(name)
        if uscc:
            validate_uscc(uscc)
    book = _Book(wanted, knowing=knowing)
    if book.is_new:
        # Two users who name the same new unit at once: the second waits and finds it.
        lock_transaction(LOCK)
        book = _Book(wanted, knowing=knowing)
    book.refuse()
    book.write()
    return {pair: book.found[pair] for pair in wanted}


class Foreseen(NamedTuple):
    """What `resolve_units` would do. Units without a key are those that it would make; ``refused``
    says why, ``unlike`` who else has the code, ``second`` the codes by which alone the register knows the name of a new
    one."""

    found: dict[NamedUnit, Unit]
    refused: dict[NamedUnit, str]
    unlike: dict[NamedUnit, list[str]]
    second: dict[NamedUnit, list[str]]


def foresee_units(pairs: Iterable[NamedUnit]) -> Foreseen:
    """Return what `resolve_units` would do with ``pairs`` whose names and codes are in order, and do
    nothing of it."""
    book = _Book(list(dict.fromkeys(pairs)), knowing=False)
    return Foreseen(book.found, book.refused, book.unlike, book.second)


def whose_code(name: str, uscc: str) -> str:
    """Return what the unit is called that has ``uscc`` and is not called like ``name``; empty: there is none."""
    if not uscc or not normalise_unit_name(name):
        return ""
    names = foresee_units([(name, uscc)]).unlike.get((name, uscc))
    return names[0] if names else ""


def question_about(name: str, uscc: str, *, held: Unit | None = None) -> str:
    """Return what a form asks before it keeps a unit that is named so, in the place of ``held``; empty:
    nothing is odd."""
    try:
        require_unit_name(name)
    except ValidationError:
        return ""  # is refused by whoever keeps it
    found, _, unlike, _ = foresee_units([(name, uscc)])
    if names := unlike.get((name, uscc)):
        return (
            f"代码 {uscc} 在单位库里是“{names[0]}”，名称不像同一家。是另一家的，请改正或清空代码；"
            f"就是这家的，不用改，再保存一次，即按“{names[0]}”保存。"
        )
    if held is not None and found.get((name, uscc)) == held and not is_called(held, name):
        return (
            f"单位库里“{name}”就是“{held}”，保存后仍是“{held}”。是另一家的，请先在单位库核对它的别名和代码；"
            "就是这家的，不用改，再保存一次。"
        )
    if told := second_of_its_name(name, uscc):
        return f"{told}就是原来那家的，请改正或清空代码；确是另一家的，不用改，再保存一次。"
    return near_sentence(name, uscc)


class _Book:
    """What is known of the wanted units, and what has to be written."""

    def __init__(self, wanted: list[NamedUnit], *, knowing: bool) -> None:
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
        self.names: dict[int, list[str]] = defaultdict(list)  # of those that are there
        for name, bearers in self.by_name.items():
            for unit in bearers:
                self.names[unit.pk].append(name)
        self.found: dict[NamedUnit, Unit] = {}
        self.new: list[Unit] = []
        self.given_uscc: list[Unit] = []
        self.aliases: dict[str, UnitAlias] = {}
        self.pairs: list[tuple[Unit, Unit]] = []
        self.refused: dict[NamedUnit, str] = {}
        self.unlike: dict[NamedUnit, list[str]] = {}
        self.second: dict[NamedUnit, list[str]] = {}
        if not knowing:
            self._find_unlike(wanted)
        # Those with a USCC first: a bare name then finds them.
        for pair in sorted(wanted, key=lambda pair: not pair[1]):
            if pair not in self.unlike:
                self.find_or_add(pair)

    @property
    def is_new(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.new or self.given_uscc or self.aliases or self.pairs)

    def refuse(self) -> None:
        """Raise what speaks against one of them."""
        for told in self.refused.values():
            raise ValidationError(told, code="alias_of_another")
        for (_, uscc), names in self.unlike.items():
            raise ValidationError(is_code_of(uscc, names), code="code_of_another")

    def _find_unlike(self, wanted: list[NamedUnit]) -> None:
        """Note names of which one code says that they are one unit's, and that do not look so: a code was
        filled down. Of a new code nobody knows whose it is."""
        named: dict[str, list[str]] = defaultdict(list)
        for name, uscc in wanted:
            if uscc:
                named[uscc].append(name)
        for uscc, names in named.items():
            if owner := self.by_uscc.get(uscc):
                odd = [name for name in names if not self._is_like(owner, name)]
                self.unlike |= {(name, uscc): [owner.name] for name in odd}
            elif not all(is_near_name(names[0], other) for other in names[1:]):
                few = names[: MOST_TOLD + 1]
                self.unlike |= {
                    (name, uscc): [one for one in few if one != name][:MOST_TOLD] for name in names
                }

    def _is_like(self, unit: Unit, name: str) -> bool:
        names = self.names[unit.pk] if unit.pk else [unit.normalised_name]
        return normalise_unit_name(name) in names or any(is_near_name(name, one) for one in names)

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
            if told := self._alias_of_another(name, normalised):
                self.refused[pair] = told
                return
            if codes := sorted(one.uscc for one in self.by_name[normalised] if one.pk):
                self.second[pair] = codes
            unit = Unit(name=name.strip(), normalised_name=normalised, uscc=uscc)
            self.new.append(unit)
        elif uscc and not unit.uscc:
            unit.uscc = uscc
            self.given_uscc.append(unit)
        if unit not in self.by_name[normalised]:
            self._also_called(unit, name, normalised)
        if uscc:
            self.by_uscc[uscc] = unit
        self.found[pair] = unit

    def _also_called(self, unit: Unit, name: str, normalised: str) -> None:
        bearers = self.by_name[normalised]
        if unit.normalised_name == normalised:
            bearers.append(unit)
        elif bearers:
            # A list calls it as another is called: one may be the other, or the list is wrong.
            self.pairs += [(unit, other) for other in bearers if not other.uscc]
        elif self._is_like(unit, name):  # an unlike one nobody learns by a code alone
            alias = UnitAlias(unit=unit, name=name.strip(), normalised_name=normalised)
            self.aliases[normalised] = alias
            bearers.append(unit)

    def _alias_of_another(self, name: str, normalised: str) -> str:
        """Return why there can be no new unit of this name: another one is called so beside its own."""
        others = [one for one in self.by_name[normalised] if one.normalised_name != normalised]
        if others and self.aliases.pop(normalised, None) is None:
            return is_alias_of(name, others[0])
        # An alias by this very list is nobody's alone, then.
        self.by_name[normalised] = [x for x in self.by_name[normalised] if x not in others]
        return ""

    def write(self) -> None:
        Unit.objects.bulk_create(self.new)
        # New ones were written with their code.
        Unit.objects.bulk_update(
            [unit for unit in self.given_uscc if unit not in self.new], ["uscc"]
        )
        # Of the same writing at once, one is enough.
        UnitAlias.objects.bulk_create(self.aliases.values(), ignore_conflicts=True)
        keep_pairs((one.pk, other.pk, 1) for one, other in self.pairs)


@transaction.atomic
def save_unit(
    *, unit: Unit, aliases: Iterable[str], actor: AbstractBaseUser | None, now: datetime
) -> Unit:
    """Write a new or changed unit with exactly these aliases, and with the name that it had before: lists
    go on using it.

    Whoever is entered or edited here is confirmed. Refuses (ValidationError) an empty name, a wrong or
    taken USCC, a second unit without a USCC under a name that is taken, and a name or an alias that
    another unit has.
    """
    unit.normalised_name, unit.confirmed = require_unit_name(unit.name), True
    if unit.uscc:
        validate_uscc(unit.uscc)
    unit.full_clean(exclude=["normalised_name"])
    # The same lock as `resolve_units`: an import may be adding the unit at this moment.
    lock_transaction(LOCK)
    _refuse_double(unit)
    known = Unit.objects.filter(pk=unit.pk).first() if unit.pk else None
    before = logged_values(known, "aliases") if known else None
    wanted = {require_unit_name(name): name.strip() for name in aliases if name.strip()}
    wanted.pop(unit.normalised_name, None)
    _refuse_names_of_others(unit, wanted)
    if known and known.normalised_name != unit.normalised_name:
        if not _is_borne_by_others(known):
            wanted.setdefault(known.normalised_name, known.name)
        unit.compared = False
        UnitPair.objects.filter(Q(first=unit) | Q(second=unit), apart=False).delete()
    unit.save()
    _set_aliases(unit, wanted)
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


def _refuse_names_of_others(unit: Unit, wanted: Mapping[str, str]) -> None:
    """Refuse a name that is another unit's alias, and aliases that are another unit's name or alias;
    those that it shared before any of this was refused may stay."""
    others = UnitAlias.objects.exclude(unit=unit.pk).select_related("unit")
    taken = others.filter(normalised_name=unit.normalised_name, shared=False).first()
    if taken:
        raise ValidationError({"name": is_alias_of(unit.name, taken.unit)}, code="double")
    own = unit.aliases.values_list("normalised_name", flat=True) if unit.pk else ()
    new = wanted.keys() - set(own)
    if taken := others.filter(normalised_name__in=new).first():
        raise ValidationError({"aliases": is_alias_of(taken.name, taken.unit)}, code="double")
    named = Unit.objects.filter(normalised_name__in=new).exclude(pk=unit.pk).first()
    if named:
        message = (
            f"“{named.name}”是单位库里的另一个单位。是同一家的请合并，合并后旧名称自动成为别名。"
        )
        raise ValidationError({"aliases": message}, code="double")


def _is_borne_by_others(unit: Unit) -> bool:
    others = Unit.objects.filter(normalised_name=unit.normalised_name).exclude(pk=unit.pk)
    aliases = UnitAlias.objects.filter(normalised_name=unit.normalised_name).exclude(unit=unit.pk)
    return others.exists() or aliases.exists()


def _set_aliases(unit: Unit, wanted: Mapping[str, str]) -> None:
    unit.aliases.exclude(normalised_name__in=wanted).delete()
    known = set(unit.aliases.values_list("normalised_name", flat=True))
    add_aliases(unit, {name: as_is for name, as_is in wanted.items() if name not in known})
    mend_shared()


def add_aliases(unit: Unit, names: Mapping[str, str]) -> None:
    """Give ``unit`` further names (normalised → as written); where another still has one of them from
    before that was refused, it is shared."""
    shared = set(
        UnitAlias.objects.filter(normalised_name__in=names).values_list(
            "normalised_name", flat=True
        )
    ) | set(
        Unit.objects.filter(normalised_name__in=names)
        .exclude(pk=unit.pk)
        .values_list("normalised_name", flat=True)
    )
    UnitAlias.objects.bulk_create(
        UnitAlias(unit=unit, name=written, normalised_name=name, shared=name in shared)
        for name, written in names.items()
    )


def mend_shared() -> None:
    """Note of aliases that no other unit has any more that they are of one."""
    other_names = Unit.objects.filter(normalised_name=OuterRef("normalised_name")).exclude(
        pk=OuterRef("unit")
    )
    others = UnitAlias.objects.filter(normalised_name=OuterRef("normalised_name")).exclude(
        unit=OuterRef("unit")
    )
    UnitAlias.objects.filter(~Exists(other_names), ~Exists(others), shared=True).update(
        shared=False
    )
