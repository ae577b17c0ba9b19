"""Units that may be one: their names are the same but for a letter, a form of company, a bracket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from expertpool.directory.models import (
    BEFORE_BRACKET,
    BRACKETED,
    UNIDENTIFIED,
    FormerUnit,
    Unit,
    UnitPair,
)
from expertpool.directory.queries.parts import parts_of
from expertpool.directory.queries.units import Named, units_matching_each
from expertpool.directory.validators import (
    MOST_UNIT_NAME,
    before_bracket,
    core_of,
    normalise_unit_name,
    require_unit_name,
    writings_of,
)

LEAST = 0.55  # likeness, of 1: one letter of ten is another
MOST = 5  # that are shown beside a name
OTHERWISE = 0.95  # likeness of a name that is the same, written otherwise
LOOKED_AT = (
    200  # bearers near to a name, the nearest of which are taken: a list may hold thousands alike
)

# What is near to each of many names, by the indexes of three letters. What tells two units apart where
# nothing else does (第一中学 and 第二中学, 城东 and 城西) is left out on both sides: who is the same without
# it, and not with it, is another. The inner query is worked out only as far as it is read, and planned
# (MATERIALIZED) as if to its end, by the index. That each bearer is looked up by its own (LIMIT 1) keeps
# the planner from going through all bearers for each unit: it did where the table was last counted empty.
_NEAR = """
WITH wanted AS (
    SELECT *, translate(core, %(written)s, %(digits)s) AS plain,
        translate(core, %(written)s || %(telling)s, '') AS bare
    FROM unnest(%(cores)s::text[], %(codes)s::text[], %(own)s::bigint[])
        WITH ORDINALITY AS wanted(core, uscc, own, at)
)
SELECT wanted.at - 1, near.unit, near.likeness
FROM wanted CROSS JOIN LATERAL (
    WITH alike AS MATERIALIZED (
        SELECT unit, core_name
        FROM (
            SELECT id AS unit, core_name FROM directory_unit WHERE core_name %% wanted.core
            UNION ALL
            SELECT unit_id, core_name FROM directory_unitalias WHERE core_name %% wanted.core
        ) bearer
        WHERE translate(core_name, %(written)s || %(telling)s, '') <> wanted.bare
            OR translate(core_name, %(written)s, %(digits)s) = wanted.plain
    )
    SELECT unit, max(similarity(core_name, wanted.core)) AS likeness
    FROM (
        SELECT alike.*
        FROM alike CROSS JOIN LATERAL (
            SELECT FROM directory_unit
            WHERE id = alike.unit AND id <> wanted.own AND (active OR %(inactive)s)
                AND (wanted.uscc = '' OR uscc IN ('', wanted.uscc))
            LIMIT 1
        ) possible
        LIMIT %(looked_at)s
    ) few
    GROUP BY unit ORDER BY likeness DESC, unit LIMIT %(most)s
) near
"""
_WRITTEN, _DIGITS = "一二三四五六七八九〇", "1234567890"
_TELLING = _DIGITS + "十百零两东南西北中上下前后甲乙丙丁"


class Sought(NamedTuple):
    """A name, without forms of company, for which near units are sought; ``own``: not this unit."""

    core: str
    uscc: str = ""
    own: int = 0


class Near(NamedTuple):
    """A unit that may be the one that is named."""

    unit: Unit
    likeness: float

    def __str__(self) -> str:
        return f"{self.unit.name}（{self.unit.uscc}）" if self.unit.uscc else self.unit.name


def may_be_one(one: str, other: str) -> bool:
    """Tell whether two codes leave it open: whoever has another one is another unit."""
    return not one or not other or one == other


def are_told_apart(one: str, other: str) -> bool:
    """Tell whether two names differ by numbers and directions alone: what `_NEAR` asks of stored ones."""
    plain = str.maketrans(_WRITTEN, _DIGITS)
    bare = dict.fromkeys(map(ord, _WRITTEN + _TELLING))
    return one.translate(bare) == other.translate(bare) and (
        one.translate(plain) != other.translate(plain)
    )


def near_units(name: str, *, uscc: str = "") -> list[Near]:
    """Return the units that may be the one called ``name``, the nearest first; one that has another
    code is none of them. Whoever is called exactly so is left to `units_matching`."""
    return near_units_each([(name, uscc)])[0]


def near_units_each(named: Sequence[tuple[str, str]]) -> list[list[Near]]:
    """Do `near_units` for many at once."""
    found = likenesses_each([(name, uscc, 0) for name, uscc in named], most=2 * MOST)
    units = Unit.objects.in_bulk({pk for one in found for pk in one})
    return [
        surest_first([Near(units[pk], likeness) for pk, likeness in likes.items()])[:MOST]
        for likes in found
    ]


def surest_first(near: Sequence[Near]) -> list[Near]:
    """Return units that may be one with those that are known for sure first: by a code, then confirmed; of
    others only a list has the name, with whatever a clerk wrote beside it."""
    return sorted(near, key=lambda one: (not one.unit.uscc, not one.unit.is_identified))


def near_each(new: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Near]]:
    """Return the units near to those of ``new`` (name, USCC; see `unknown_among`) that have some."""
    return {pair: near for pair, near in zip(new, near_units_each(new), strict=True) if near}


def unknown_among(named: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of ``named`` (name, USCC) that would become new units."""
    known = units_matching_each([Named(name, uscc) for name, uscc in named])
    return [pair for pair, units in zip(named, known, strict=True) if pair[0] and not units]


def near_sentence(name: str, uscc: str, *, mend: str = "请改成它的名称") -> str:
    """Return what a form says of a name that would become a new unit; empty: nothing is near. ``mend``:
    what to do if it is one of those."""
    try:
        require_unit_name(name)
    except ValidationError:
        return ""  # is refused by whoever keeps it
    near = near_each(unknown_among([(name, uscc)])).get((name, uscc))
    if not near:
        return ""
    return (
        f"单位库里没有“{name}”，有相近的：{'、'.join(map(str, near))}。是其中一家的，{mend}；"
        "确是另一家的，不用改，再保存一次即新建。"
    )


def near_text(name: str) -> str:
    """Return which units are near to a name that is refused, for the sentence that refuses it."""
    near = near_units(name)
    return f"相近的有：{'、'.join(map(str, near))}。" if near else ""


def likenesses_each(
    named: Sequence[tuple[str, str, int]], *, most: int, inactive: bool = False
) -> list[dict[int, float]]:
    """Do `likenesses` for units as they are named (name, USCC, own id): also by what of a name may be the
    unit where more stands in it (`parts_of`), by how else people write it (`writings_of`), and by its name with a campus or
    a branch in brackets behind it, and without (docs/decisions/0444)."""
    sought, whose = [], []
    for at, (name, uscc, own) in enumerate(named):
        if len(name) > MOST_UNIT_NAME:
            continue  # is no unit's, and takes as long as its letters, for each unit that shares some
        cores = [core_of(one) for one in (name, *parts_of(name))]
        otherwise = {way for core in cores for way in writings_of(core)}
        if bare := before_bracket(name):
            otherwise.add(core_of(bare))
        for core in (*cores, *sorted(otherwise)):
            sought.append(Sought(core, uscc, own))
            whose.append((at, core in otherwise))
    found: list[dict[int, float]] = [{} for _ in named]
    for (at, is_other), likes in zip(
        whose, likenesses(sought, most=most, inactive=inactive), strict=True
    ):
        for unit, likeness in likes.items():
            if is_other and likeness < 1:  # near to what nobody wrote
                continue
            found[at][unit] = max(
                min(likeness, OTHERWISE) if is_other else likeness, found[at].get(unit, 0)
            )
    for at, unit in _bracketed(named, most=most, inactive=inactive):
        found[at].setdefault(unit, OTHERWISE)
    return [
        dict(sorted(likes.items(), key=lambda one: (-one[1], one[0]))[:most]) for likes in found
    ]


def _bracketed(
    named: Sequence[tuple[str, str, int]], *, most: int, inactive: bool
) -> Iterator[tuple[int, int]]:
    """Yield the places in ``named``, each with a unit (id) that is called so with a bracket behind it."""
    names = [normalise_unit_name(name) for name, _, _ in named]
    possible_names = {name for name in names if len(name) <= MOST_UNIT_NAME}
    units = Unit.objects.filter(BRACKETED).annotate(before=BEFORE_BRACKET)
    units = units.filter(before__in=possible_names)
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in (units if inactive else units.filter(active=True)).order_by("pk"):
        found[unit.before].append(unit)
    for at, (name, (_, uscc, own)) in enumerate(zip(names, named, strict=True)):
        possible = (
            one for one in found.get(name, ()) if one.pk != own and may_be_one(one.uscc, uscc)
        )
        yield from ((at, one.pk) for one in islice(possible, most))


def likenesses(
    sought: Sequence[Sought], *, most: int, inactive: bool = False
) -> list[dict[int, float]]:
    """Return for each of ``sought`` the ids of the units near to it, ``most`` of them, the nearest first,
    with the likeness of each; none that has another code or is told apart by numbers and directions."""
    if not sought:
        return []
    asked: dict[str, Any] = {
        "cores": [one.core for one in sought],
        "codes": [one.uscc for one in sought],
        "own": [one.own for one in sought],
        "inactive": inactive,
        "written": _WRITTEN,
        "digits": _DIGITS,
        "telling": _TELLING,
        "looked_at": LOOKED_AT,
        "most": most,
    }
    found: list[dict[int, float]] = [{} for _ in sought]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(LEAST)])
        cursor.execute(_NEAR, asked)
        for at, unit, likeness in cursor.fetchall():
            found[at][unit] = likeness
    return found


def suspected_pairs() -> QuerySet[UnitPair]:
    """Return the pairs that somebody has to look at: not those whose codes have come to differ."""
    left_open = Q(first__uscc="") | Q(second__uscc="") | Q(first__uscc=F("second__uscc"))
    return UnitPair.objects.filter(left_open, apart=False)


def unidentified_units() -> QuerySet[Unit]:
    """Return the units of which only a name was typed, and that nobody has confirmed."""
    return Unit.objects.filter(UNIDENTIFIED)


def now_called(ids: Sequence[str]) -> list[str]:
    """Return ``ids`` (as text, of whatever stands in an address) with those of merged units replaced."""
    asked = [
        int(value) for value in ids if value.isascii() and value.isdecimal() and len(value) < 19
    ]
    moved = FormerUnit.objects.filter(pk__in=asked).values_list("pk", "unit")
    current = {str(pk): str(unit) for pk, unit in moved} if asked else {}
    return list(dict.fromkeys(current.get(value, value) for value in ids))
