"""How far the relations between units reach: parents, subsidiaries, shareholders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from expertpool.core.configuration import value_of
from expertpool.directory.enums import RelationKind
from expertpool.directory.models import Unit, relation_label
from expertpool.directory.queries.units import units_matching
from expertpool.directory.settings import DEPTH, SHARE

Key = TypeVar("Key")

# From each unit up to its owners, or down to what it owns; having gone down, not up again. A unit
# that is reached brings those equal to it (as `units_matching`: by name, alias, USCC). A state is
# (unit, down, depth), so cycles end, and there are at most as many rows as relations and depths.
_REACHED = """
WITH RECURSIVE reached(
    origin, unit, down, depth, previous, previous_down, relation, related, kind, share, day
) AS (
    SELECT origin, unit, false, 0, NULL::bigint, false, NULL::bigint, NULL::bigint,
        NULL::varchar, NULL::numeric, day
    FROM unnest(%(origins)s::int[], %(units)s::bigint[], %(days)s::date[])
        AS start(origin, unit, day)
  UNION
    SELECT r.origin, same.unit, step.down, r.depth + 1, r.unit, r.down,
        step.relation, step.unit, step.kind, step.share, r.day
    FROM reached r
    CROSS JOIN LATERAL (
        SELECT id AS relation, owner_id AS unit, false AS down, kind, share, from_date, to_date
        FROM directory_unitrelation WHERE owned_id = r.unit AND NOT r.down
      UNION ALL
        SELECT id, owned_id, true, kind, share, from_date, to_date
        FROM directory_unitrelation WHERE owner_id = r.unit
    ) step
    CROSS JOIN LATERAL (
        SELECT step.unit AS unit
      UNION
        SELECT bearer.unit
        FROM directory_unit known
        CROSS JOIN LATERAL (
            SELECT known.normalised_name
          UNION ALL
            SELECT normalised_name FROM directory_unitalias
            WHERE unit_id = known.id AND known.uscc <> ''
        ) name
        CROSS JOIN LATERAL (
            SELECT id AS unit FROM directory_unit WHERE normalised_name = name.normalised_name
          UNION ALL
            SELECT unit_id FROM directory_unitalias WHERE normalised_name = name.normalised_name
        ) bearer
        JOIN directory_unit other ON other.id = bearer.unit
        WHERE known.id = step.unit AND (known.uscc = '' OR other.uscc IN ('', known.uscc))
    ) same
    WHERE r.depth < %(depth)s
      AND (step.kind = %(parent)s OR step.share >= %(share)s)
      AND (step.from_date IS NULL OR step.from_date <= r.day)
      AND (step.to_date IS NULL OR step.to_date >= r.day)
)
SELECT origin, unit, down, depth, previous, previous_down, relation, related, kind, share
FROM reached ORDER BY depth, relation, unit
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One relation on the way from an avoided unit: to ``unit_id``, which owns the one before it
    (``up``) or is owned by it."""

    unit_id: int
    up: bool
    label: str  # 控股 60%, 上级单位


Origin = tuple[date, Collection[int]]  # the day, and equal units
Way = tuple[Step, ...]  # no step: the unit itself, or one equal to it


class _Row(NamedTuple):
    origin: int
    unit: int
    down: bool
    depth: int
    previous: int | None
    previous_down: bool
    relation: int
    related: int  # the other end of the relation; ``unit`` is it, or equal to it
    kind: str
    share: Decimal | None

    @property
    def step(self) -> Step:
        label = relation_label(self.kind, self.share, up=not self.down)
        return Step(self.related, not self.down, label)


def related_units(origins: Mapping[Key, Origin]) -> dict[Key, dict[int, Way]]:
    """Return for each key all units that those of its origin are, or are related to on its day,
    each with the shortest way to it. One statement; nothing of the pool is read.

    Up to the units above, and from there down: 上级、控股单位、下级, and those under a common owner.
    Owners of one joint venture are not related by it. A relation counts if it is one of 上下级, or
    a share of at least `settings.SHARE` %; at most `settings.DEPTH` of them in a row.

    The law: 控股、管理关系 between units (招标投标法实施条例 第三十四条, 政府采购法实施条例 第十八条);
    an expert stays away for any relation that may affect fairness (政府采购评审专家管理办法
    财库〔2016〕198号 第十六条, 评标委员会和评标方法暂行规定 第十二条). Control is a share of half or more
    (公司法 第二百六十五条); below it a share gives 重大影响 from 20 % on (企业会计准则第2号). Being
    owned by the state is no common owner (公司法 第二百六十五条), so 国资委 is not to be entered.
    """
    keys = list(origins)
    starts = [
        (at, unit, day)
        for at, (day, units) in enumerate(origins.values())
        for unit in sorted(units)
    ]
    ways: dict[Key, dict[int, Way]] = {key: {} for key in keys}
    for origin, unit, way in _shortest(_rows(starts)) if starts else ():
        ways[keys[origin]].setdefault(unit, way)
    return ways


def ways_from(unit: Unit, *, on: date) -> list[tuple[Unit, str]]:
    """Return the other units that are related to ``unit``, the nearest first, with the way in words."""
    same = {unit.pk} | units_matching(name=unit.name, uscc=unit.uscc)
    ways = related_units({unit.pk: (on, same)})[unit.pk]
    units = Unit.objects.in_bulk(ways)
    names = {pk: other.name for pk, other in units.items()}
    return [(units[pk], way_text(unit.name, way, names)) for pk, way in ways.items() if way]


def way_text(start: str, way: Way, names: Mapping[int, str]) -> str:
    """Return 甲 ← 控股 60% ← 乙 → 下级单位 → 丙: an arrow points from the owner to what it owns."""
    text = start
    for step in way:
        arrow = "←" if step.up else "→"
        text += f" {arrow} {step.label} {arrow} {names.get(step.unit_id, '')}"
    return text


def _rows(starts: list[tuple[int, int, date]]) -> list[_Row]:
    values: dict[str, Any] = {
        "origins": [origin for origin, _, _ in starts],
        "units": [unit for _, unit, _ in starts],
        "days": [day for _, _, day in starts],
        "depth": value_of(DEPTH),
        "share": value_of(SHARE),
        "parent": RelationKind.PARENT.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, values)
        return [_Row(*row) for row in cursor.fetchall()]


def _shortest(rows: Iterable[_Row]) -> Iterable[tuple[int, int, Way]]:
    """Yield origin, unit and way, the shortest first; ``rows`` come in the order of their depth."""
    found: dict[tuple[int, int, bool], Way] = {}
    for row in rows:
        key = (row.origin, row.unit, row.down)
        if key in found:
            continue
        if row.previous is None:
            found[key] = ()
        else:
            found[key] = (*found[row.origin, row.previous, row.previous_down], row.step)
        yield row.origin, row.unit, found[key]
