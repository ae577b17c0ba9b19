"""Which units are meant: equal by USCC, name or alias; search."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextField
from django.urls import reverse_lazy

from expertpool.core.importing import CellRefused, text
from expertpool.core.lookups import Among
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import join_han
from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.queries.parts import UNIT_LIKE, lines_apart
from expertpool.directory.validators import (
    MOST_UNIT_NAME,
    core_of,
    normalise_unit_name,
    require_unit_name,
)

# A unit beside the code by which a system keeps it: 001-湖南大学, 湖南大学(10532), which is no other unit.
_CODED = re.compile(
    r"(?:\d{3,}\s*[-—–_:：]\s*|[\[(（【［]\d{3,}[\])）】］]\s*)(?P<name>\D.*)"
    r"|(?P<before>.*?)\s*[\[(（【［](?:\d{5,}|[0-9A-Z]{18})[\])）】］]"
)
_QUOTED = re.compile(r"[“\"「]([^“”\"「」]+)[”\"」]")
# What makes a list of units one that is searched.
UNIT_SEARCH = {"data-enhance": "select", "data-url": reverse_lazy("directory:unit_search")}
# What makes an input one that proposes units while one types; ``data-code`` names the field of the code.
UNIT_NAME = {
    "data-enhance": "suggest",
    "data-url": reverse_lazy("directory:unit_search"),
    "autocomplete": "off",
}


class Named(NamedTuple):
    """A unit as somebody names it: by a name, a USCC, or both."""

    name: str = ""
    uscc: str = ""


def units_matching(*, name: str = "", uscc: str = "") -> set[int]:
    """Return the ids of all units that are the named one.

    A unit with that USCC is it. So is a unit that has one of its names or aliases, unless a
    different USCC says otherwise.
    """
    return units_matching_each([Named(name, uscc)])[0]


def units_matching_each(wanted: Sequence[Named]) -> list[set[int]]:
    """Do `units_matching` for many at once: two statements for any number of them."""
    owners = _owners_of({one.uscc for one in wanted} - {""})
    names = [_names(one, owners.get(one.uscc)) for one in wanted]
    bearers = _bearers_of({name for some in names for name in some})
    return [
        {
            *((owners[one.uscc].pk,) if one.uscc in owners else ()),
            # A bare name means every bearer; with a code, those who have the same one or none.
            *(pk for name in some for pk, uscc in bearers[name] if uscc in {"", one.uscc or uscc}),
        }
        for one, some in zip(wanted, names, strict=True)
    ]


def codes_of_each(names: Sequence[str]) -> list[list[str]]:
    """Return for each of ``names`` the USCCs of the units that are called so, in order."""
    matching = units_matching_each([Named(name) for name in names])
    coded = Unit.objects.filter(pk__in=set[int]().union(*matching)).exclude(uscc="")
    codes = dict(coded.values_list("pk", "uscc"))
    return [sorted(codes[pk] for pk in some & codes.keys()) for some in matching]


def second_of_its_name(name: str, uscc: str) -> str:
    """Return that a unit named so would be a second one of its name: the register knows the name by other codes alone, and
    whoever keeps away from these does not from this one. Empty: it is known, or nobody is called so."""
    if not uscc or units_matching(name=name, uscc=uscc):
        return ""
    (codes,) = codes_of_each([name])
    return would_be_second(name, uscc, codes) if codes else ""


def would_be_second(name: str, uscc: str, codes: Sequence[str]) -> str:
    """Return that a unit named so would be a second one of its name, which the register knows by ``codes``."""
    return f"单位库里“{name}”的代码是 {'、'.join(codes)}，与 {uscc} 不同：会登记成同名的另一家，为原来那家抽取时不回避。"


@dataclass(frozen=True)
class _Owner:
    """The unit with a USCC, and all its names as they are compared."""

    pk: int
    names: set[str] = field(default_factory=set)


def _owners_of(codes: Collection[str]) -> dict[str, _Owner]:
    owners: dict[str, _Owner] = {}
    for code, pk, name, alias in _of_codes.all(codes=list(codes)) if codes else ():
        owners.setdefault(code, _Owner(pk)).names.update({name, alias or name})
    return owners


_of_codes = Prepared(
    lambda: (
        Unit.objects.filter(Among("uscc", Given("codes", TextField)))
        .order_by()
        .values_list("uscc", "pk", "normalised_name", "aliases__normalised_name")
    )
)


def _names(one: Named, owner: _Owner | None) -> set[str]:
    return ({normalise_unit_name(one.name)} | (owner.names if owner else set())) - {""}


def _bearers_of(names: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """Return id and USCC of the units with each of ``names``, be it as an alias."""
    bearers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name, pk, uscc in _of_names.all(names=list(names)) if names else ():
        bearers[name].append((pk, uscc))
    return bearers


_named = Among("normalised_name", Given("names", TextField))
_of_names = Prepared(
    lambda: (
        Unit.objects.filter(_named)
        .order_by()
        .values_list("normalised_name", "pk", "uscc")
        .union(
            UnitAlias.objects.filter(_named)
            .order_by()
            .values_list("normalised_name", "unit_id", "unit__uscc")
        )
    )
)


def is_alias_of(name: str, other: Unit) -> str:
    """Return why no other unit may be called ``name``."""
    code = f"（{other.uscc}）" if other.uscc else ""
    return (
        f"“{name.strip()}”已是“{other.name}”{code}的别名。是同一家的，请核对统一社会信用代码或合并两个单位；"
        "确是另一家的，先在单位库中去掉那个别名。"
    )


def is_code_of(uscc: str, names: Sequence[str]) -> str:
    """Return why a unit of another name than ``names`` may not have a USCC."""
    told = "、".join(f"“{name}”" for name in names)
    return (
        f"代码 {uscc} 也是{told}的，名称不像同一家。是同一家的，请改成同一个名称；"
        "不是的，请改正或清空代码。"
    )


def is_called(unit: Unit, name: str) -> bool:
    """Tell whether ``name`` is the unit's own name, in any writing, and not an alias of it."""
    return unit.normalised_name == normalise_unit_name(name)


def search_units(text: str, *, active_only: bool = True) -> QuerySet[Unit]:
    """Return units by a part of the name or an alias, in any writing, or the beginning of the USCC."""
    rows = Unit.objects.filter(active=True) if active_only else Unit.objects.all()
    for word in text.split():
        part, core = Q(name__icontains=word), core_of(word)
        if core:
            part |= Q(core_name__contains=core)
        alias = UnitAlias.objects.filter(part).values("unit")
        rows = rows.filter(part | Q(uscc__istartswith=word) | Q(pk__in=alias))
    return rows


def unit_name(cell: Any) -> str:
    """Clean a cell that names a unit: no blanks between Chinese letters, as lists have them that set names
    in columns; what the directory would refuse is refused with its row."""
    if isinstance(cell, str) and not cell.isprintable():
        cell = lines_apart(cell)
    name: str = join_han(text(MOST_UNIT_NAME)(cell)).rstrip("。")
    if (quoted := _QUOTED.fullmatch(name)) is not None:
        name = quoted[1]
    if (coded := _CODED.fullmatch(name)) is not None:
        bare = coded["name"] or coded["before"]
        name = bare if UNIT_LIKE.fullmatch(bare) else name
    if name:
        try:
            require_unit_name(name)
        except ValidationError as error:
            raise CellRefused("{}格式", error.messages[0]) from None
    return name
