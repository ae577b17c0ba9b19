"""The map of provinces: a tile for each of the 34 divisions, about where it lies (docs/decisions/0417)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LEVELS = 5

# First two signs of the code, what it is called in short, row and column.
PLACES = (
    ("23", "黑龙江", 1, 8),
    ("65", "新疆", 2, 1), ("15", "内蒙古", 2, 5), ("11", "北京", 2, 6), ("22", "吉林", 2, 8),
    ("62", "甘肃", 3, 2), ("64", "宁夏", 3, 3), ("61", "陕西", 3, 4), ("14", "山西", 3, 5),
    ("13", "河北", 3, 6), ("12", "天津", 3, 7), ("21", "辽宁", 3, 8),
    ("54", "西藏", 4, 1), ("63", "青海", 4, 2), ("51", "四川", 4, 3), ("50", "重庆", 4, 4),
    ("41", "河南", 4, 5), ("37", "山东", 4, 6), ("32", "江苏", 4, 7),
    ("53", "云南", 5, 3), ("52", "贵州", 5, 4), ("42", "湖北", 5, 5), ("34", "安徽", 5, 6),
    ("33", "浙江", 5, 7), ("31", "上海", 5, 8),
    ("45", "广西", 6, 4), ("43", "湖南", 6, 5), ("36", "江西", 6, 6), ("35", "福建", 6, 7),
    ("71", "台湾", 6, 8),
    ("44", "广东", 7, 5), ("81", "香港", 7, 6),
    ("46", "海南", 8, 4), ("82", "澳门", 8, 5),
)  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """``level``: nought for nobody, else 1 to LEVELS, by its part of the largest number."""

    key: str
    name: str
    row: int
    column: int
    value: int | Decimal
    level: int


def tiles_of(values: Mapping[str, int | Decimal]) -> list[Tile]:
    """Return a tile for each division, with its number of ``values`` by the first two signs of codes."""
    most = max((values.get(key, 0) for key, *_ in PLACES), default=0)
    return [
        Tile(key, name, row, column, values.get(key, 0), _level(values.get(key, 0), most))
        for key, name, row, column in PLACES
    ]


def _level(value: int | Decimal, most: int | Decimal) -> int:
    """Rounded up, so that whoever has any is not white."""
    return -int(-value * LEVELS // most) if value > 0 else 0
