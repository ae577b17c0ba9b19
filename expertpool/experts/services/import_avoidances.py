"""The units for whose projects a list says that its experts must not be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.importing import CHECK, ImportColumn, Note, Row, as_text
from expertpool.directory.queries import UNIT_LIKE, unit_name
from expertpool.directory.services.units import resolve_units
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.validators.values import unit_warning

_BETWEEN = re.compile(r"[;；、,，\n]+")
_BETWEEN_UNITS = "；"
# 回避：湖南大学; not 无回避, 回避单位：无, 没有需要回避的单位. By another word: 配偶在湖南大学工作, 与湖南大学有利害关系.
_IN_REMARK = re.compile(
    r"^(?!.{0,20}[无没不].{0,6}回避).*?回避(?!(?:制度|承诺)|(?:单位|情形|情况|人员|对象)?\s*[：:]?\s*[无没/])"
    r"|(?:配偶|爱人|丈夫|妻子|子女|儿子|女儿|父亲|母亲|父母)现?在.{2,30}(?:工作|任职|上班)|(?<![没未无])有利害关系",
    re.DOTALL,
)


def _units(cell: Any) -> str:
    """Clean the names of units, several by commas, semicolons or lines. Raises CellRefused."""
    parts = [one for part in _BETWEEN.split(as_text(cell)) for one in _by_blanks(part.strip())]
    return _BETWEEN_UNITS.join(dict.fromkeys(filter(None, map(unit_name, parts))))


def _by_blanks(part: str) -> list[str]:
    """Return the units that blanks part, where each piece is one: 湖南大学 湘潭市财政局, not 湖南 大学."""
    pieces = part.split()
    return pieces if len(pieces) > 1 and all(map(UNIT_LIKE.fullmatch, pieces)) else [part]


def warn_of_avoidances(row: Row) -> None:
    """Note which units to be avoided may be none, or more than one: by a wrong name, or a remark, nobody is avoided."""
    for name in filter(None, (row.values.get(AVOIDANCES.code) or "").split(_BETWEEN_UNITS)):
        if told := unit_warning(name):
            row.notes.append(Note(AVOIDANCES.header, CHECK, name, told, is_pressing=True))
    remark = str(row.values.get("remark") or "")
    if _IN_REMARK.search(remark):
        told = "抽取不按备注回避：要回避的单位，请写在“需回避单位”一列，或导入后登记在他的档案里。"
        row.notes.append(Note("备注", CHECK, remark, told, is_pressing=True))


AVOIDANCES = ImportColumn(
    "avoidances",
    "需回避单位",
    _units,
    aliases=(
        *("回避单位", "应回避单位", "申报回避单位", "回避单位名称"),
        *("需要回避的单位", "需回避的单位", "应回避的单位", "应当回避的单位"),
    ),
    help="单位全称，多个用分号隔开；登记为“申报回避”，抽取时回避与它们有关的项目。",
    lists=True,
    dispensable=True,
    in_template=False,
)


def keep_avoidances(
    rows: Iterable[Row], ids: Iterable[int], *, actor: User | None, now: datetime
) -> None:
    """Keep the units to be avoided of imported ``rows``, whose experts have the keys ``ids``."""
    named = {
        pk: names.split(_BETWEEN_UNITS)
        for row, pk in zip(rows, ids, strict=True)
        if (names := row.values.get(AVOIDANCES.code))
    }
    if not named:
        return
    units = resolve_units((name, "") for names in named.values() for name in names)
    experts = Expert.objects.in_bulk(named)
    for pk, names in named.items():
        for unit in dict.fromkeys(units[name, ""] for name in names):
            row = AvoidanceUnit(expert=experts[pk], unit=unit, kind=AvoidanceKind.DECLARED)
            add_avoidance_unit(row=row, actor=actor, now=now)
