"""A place in a tree that a list gives over several columns: 一级专业, 二级专业, 三级专业; 省, 市, 区县."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from expertpool.core.importing import CHECK, GUESSED, ImportColumn, Note, Row, as_text
from expertpool.core.importing.answers import LEFT_EMPTY
from expertpool.experts.services.import_lookups import DivisionNames, SpecialtyNames

_HELP = "“{}”分成几列的名单用，有“{}”一列的以那一列为准。"
BROAD = "是一个大类，按其下全部专业导入，请核对。"


def _columns(whole: str, *levels: tuple[str, str, tuple[str, ...]]) -> list[ImportColumn]:
    told = _HELP.format(whole, whole)
    return [
        ImportColumn(
            code, header, as_text, aliases=also, help=told, dispensable=True, in_template=False
        )
        for code, header, also in levels
    ]


def _of_level(level: str) -> list[str]:
    """Return how lists call a level of the specialties: 入库专业（一级）, 一级评审专业."""
    kinds = ("", "评审", "评标", "入库", "申报", "申请", "所属")
    names = [name for kind in kinds for name in (f"{kind}专业{level}级", f"{level}级{kind}专业")]
    return [*names, *(f"{name}{end}" for name in names for end in ("代码", "编码", "名称"))]


SPECIALTY_LEVELS = _columns(
    "评审专业",
    ("specialty_1", "一级专业", (*_of_level("一"), "专业大类")),
    ("specialty_2", "二级专业", (*_of_level("二"), "专业中类")),
    ("specialty_3", "三级专业", (*_of_level("三"), "专业小类")),
)
DIVISION_LEVELS = _columns(
    "所在地区",
    ("division_1", "省", ("省份", "省市", "所在省", "所在省份", "省级", "Province")),
    ("division_2", "市", ("城市", "地市", "市州", "所在市", "所在城市", "地级市", "City")),
    (
        "division_3",
        "区县",
        ("县区", "县", "区", "区/县", "县/区", "县市区", "所在区县", "District"),
    ),
)
LEVELS = [*SPECIALTY_LEVELS, *DIVISION_LEVELS]


class Levels:
    """Joins them, before the whole is looked up; what the user said of a whole (``said``) counts."""

    def __init__(self, specialties: SpecialtyNames, divisions: DivisionNames) -> None:
        self._specialties, self._divisions = specialties, divisions

    def join(self, row: Row, said: Mapping[str, Mapping[str, str]]) -> None:
        """Put the whole into ``row``; a whole that has a cell of its own stays."""
        specialties = _taken(row, SPECIALTY_LEVELS)
        if any(specialties) and not row.values.get("specialties"):
            path = "/".join(filter(None, specialties))
            word = _meant(said.get("specialties", {}), path)
            if word == path:
                word = self._specialties.on_path(path)
            row.values["specialties"] = word
            if self._specialties.is_broad(word):
                row.notes.append(
                    Note("评审专业", CHECK, path, f"“{path}”{BROAD}", is_pressing=True)
                )
        places = _taken(row, DIVISION_LEVELS)
        if any(places) and not row.values.get("division"):
            word = self._divisions.written(places)
            row.values["division"] = _meant(said.get("division", {}), word)
            if (name := self._divisions.called(word)) and name not in places:
                row.notes.append(Note("所在地区", GUESSED, "".join(places), name))


def _taken(row: Row, columns: Sequence[ImportColumn]) -> list[str]:
    """Return what the levels say; they are kept nowhere."""
    return list(_texts(row.values, columns))


def _texts(values: dict[str, Any], columns: Sequence[ImportColumn]) -> Iterator[str]:
    for column in columns:
        said = values.pop(column.code, "")
        yield "".join(said.split()) if said else ""


def _meant(said: Mapping[str, str], word: str) -> str:
    meaning = said.get(word, word)
    return "" if meaning == LEFT_EMPTY else meaning
