"""Lists that are no tables: a form for each person, and a table on its side. They are read as the table that
they would be, which stands beside the sheets of the file as one more (docs/decisions/0338)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expertpool.core.importing.columns import (
    ImportColumn,
    as_code,
    known_header,
    normalise_header,
)
from expertpool.core.importing.finding import SOURCE, Why, find_header
from expertpool.core.importing.headers import letters_of
from expertpool.core.importing.reading import (
    FORMS,
    MADE,
    SIDEWAYS,
    File,
    Look,
    Numbered,
    Top,
    UnreadableFile,
    read_rows,
    read_tops,
)
from expertpool.core.validators import is_writable

LONGEST_LABEL = 16  # letters
FEWEST = 3  # columns of ours that tell of a form
FEWEST_ROWS = 2  # of a form that bring one of them
MOST_OF_FORMS = (
    30_000  # rows of a sheet of forms, which is read to its end: some two thousand of them
)
ALIKE = 3  # sheets on which the same text in the same place is printed there
Pair = tuple[int, str, Any]  # place, label, what stands beside it
Printed = tuple[int, int, str]  # number of the row, place, text
_INLINE = re.compile(r"\s*+([^:：\n]{2,16})[:：](.*)", re.DOTALL)
# What else stands in forms: where nothing is filled in beside a label, the next one is no value of it.
_OF_FORMS = frozenset(
    (
        *(
            "照片",
            "相片",
            "近照",
            "一寸照片",
            "二寸照片",
            "贴照片处",
            "民族",
            "籍贯",
            "出生地",
            "国籍",
        ),
        *(
            "政治面貌",
            "健康状况",
            "婚姻状况",
            "年龄",
            "参加工作时间",
            "毕业院校",
            "毕业学校",
            "毕业时间",
        ),
        *(
            "所学专业",
            "毕业院校及专业",
            "学位",
            "外语水平",
            "特长",
            "简历",
            "工作简历",
            "个人简历",
            "学习经历",
        ),
        *(
            "工作经历",
            "主要工作经历",
            "主要业绩",
            "工作业绩",
            "获奖情况",
            "奖惩情况",
            "科研成果",
            "社会兼职",
        ),
        *(
            "单位意见",
            "所在单位意见",
            "推荐意见",
            "推荐单位意见",
            "审核意见",
            "审批意见",
            "主管部门意见",
        ),
        *(
            "本人签名",
            "本人签字",
            "申请人签名",
            "承诺",
            "本人承诺",
            "备注",
            "传真",
            "微信",
            "QQ",
            "办公电话",
        ),
        *(
            "固定电话",
            "家庭电话",
            "家庭住址",
            "从事专业",
            "现从事专业",
            "执业资格",
            "填表日期",
            "填报日期",
        ),
        *("填表时间", "申请日期", "编号", "序号", "关系", "回避单位"),
    )
)


def tops_of(columns: Sequence[ImportColumn], file: File, *, suffix: str = "") -> list[Top]:
    """Return the beginning of each sheet (`read_tops`); before them the table that forms, or a table on its
    side, make, where the file is no list."""
    tops = read_tops(file, suffix=suffix)
    made = _whole(columns, file, suffix, tops)
    return [made, *tops] if made else tops


def rows_of(
    columns: Sequence[ImportColumn],
    file: File,
    *,
    suffix: str = "",
    sheet: str = "",
    look: Look | None = None,
) -> Generator[Numbered]:
    """Yield the rows of a sheet (`read_rows`, also for ``look``), or of the table that `tops_of` made."""
    if sheet not in MADE:
        yield from read_rows(file, suffix=suffix, sheet=sheet, look=look)
        return
    made = _whole(columns, file, suffix, read_tops(file, suffix=suffix))
    yield from made["rows"] if made else ()


def _whole(
    columns: Sequence[ImportColumn], file: File, suffix: str, tops: Sequence[Top]
) -> Top | None:
    """Return the table that is made of all rows; None where there is none, or more than can be read: a part of the
    people looks like all of them."""
    made = _made(columns, tops)
    if made and made["cut"]:
        try:
            made = _made(columns, read_tops(file, suffix=suffix, most=MOST_OF_FORMS))
        except UnreadableFile:
            return None
    return None if made is None or made["cut"] else made


def _made(columns: Sequence[ImportColumn], tops: Sequence[Top]) -> Top | None:
    labels = _Labels(columns, _printed(tops))
    tables = {top["name"]: table for top in tops if (table := labels.table_of(top))}
    if not tables:
        return None
    try:
        header = find_header(columns, tops, {})
    except UnreadableFile:
        return None
    shape = tables.get(header.sheet)
    if shape is None and header.missing:
        shape = next(iter(tables.values()))
    # What a list has is read as such, whatever stands on its other sheets. Of two rows of headers the upper one looks
    # like labels with the lower one beside them: a form of nobody.
    sure = {code for code, why in zip(header.codes, header.why, strict=True) if why == Why.HEADER}
    if shape is None or (
        len(sure) >= shape.told and (labels.required <= sure or not shape.is_named)
    ):
        return None
    is_form = shape.is_form
    read = {name: each for name, each in tables.items() if each.is_form is is_form}
    people = [one for each in read.values() for one in each.people]
    return labels.top(FORMS if is_form else SIDEWAYS, people) | {
        "unread": tops[0].get("unread", 0),
        "cut": any(top["cut"] for top in tops if top["name"] in read),
    }


def _printed(tops: Sequence[Top]) -> frozenset[Printed]:
    """Return what stands in the same place of each sheet."""
    if len(tops) < ALIKE:
        return frozenset()
    each = (
        {
            (number, at, cell)
            for number, cells in top["rows"]
            for at, cell in enumerate(cells)
            if isinstance(cell, str) and 1 < len(cell) <= LONGEST_LABEL and is_writable(cell)
        }
        for top in tops
    )
    return frozenset.intersection(*map(frozenset, each))


@dataclass
class _Person:
    """What a form says of somebody: label → value, and where it stands in the file."""

    source: str
    said: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Table:
    people: list[_Person]
    told: int  # columns of ours that it names
    is_form: bool
    is_named: bool = True  # somebody's name and telephone stand in it


class _Labels:
    """The labels by which columns go, and where they stand."""

    def __init__(self, columns: Sequence[ImportColumn], printed: frozenset[Printed]) -> None:
        self.printed = printed
        self.codes: dict[str, str] = {}
        for one in reversed(columns):
            for header in (*one.likely, *one.pieces, *reversed(one.headers)):
                self.codes[known_header(header)] = one.code
        self.further = {known_header(one) for each in columns for one in each.others} | {
            known_header(one) for one in _OF_FORMS
        }
        self.required = {one.code for one in columns if one.required}
        self.naming = next((one.code for one in columns if one.required), "")
        self._known: dict[str, str] = {}

    def label(self, cell: Any) -> str:
        """Return a cell as a label; empty: it is none."""
        if not isinstance(cell, str) or len(cell) > LONGEST_LABEL:
            return ""
        if cell not in self._known:
            name = normalise_header(cell) if is_writable(cell) else ""
            self._known[cell] = name if name in self.codes or name in self.further else ""
        return self._known[cell]

    def table_of(self, top: Top) -> _Table | None:
        rows: list[Numbered] = top["rows"]
        named = (any(map(self._is_label, cells)) for _, cells in rows)
        if sum(named) < FEWEST_ROWS:
            return None  # as nearly all sheets
        return self._sideways(rows) or self._forms(top["name"], rows)

    def _sideways(self, rows: Sequence[Numbered]) -> _Table | None:
        """Return a table whose headers stand below each other in one column, and each person in one of those
        right of it."""
        places = Counter(
            at
            for _, cells in rows
            for at, cell in enumerate(cells)
            if self.codes.get(self.label(cell))
        )
        if not places:
            return None
        at, count = max(places.items(), key=lambda one: (one[1], -one[0]))
        lines = [
            cells
            for _, cells in rows
            if at + 1 < len(cells)
            and _is_filled(cells[at])
            and any(map(_is_filled, cells[at + 1 :]))
        ]
        if (
            not lines
            or count < FEWEST - 1
            or any(self.label(cell) for one in lines for cell in one[at + 1 :])
        ):
            return None
        said = {as_code(cells[at]): cells for cells in lines if is_writable(str(cells[at]))}
        named = {self.codes.get(self.label(label), ""): cells for label, cells in said.items()}
        codes, names = named.keys() - {""}, named.get(self.naming, [])
        people = [
            _Person(
                f"{letters_of(place)} 列",
                {
                    label: cells[place] if place < len(cells) else ""
                    for label, cells in said.items()
                },
            )
            for place in range(at + 1, max(map(len, lines)))
            if any(place < len(cells) and cells[place] not in ("", None) for cells in lines)
        ]
        if not self.required <= codes or sum(map(_is_filled, names[at + 1 :])) < 2:
            return None
        return _Table(people, len(codes), is_form=False)

    def _forms(self, sheet: str, rows: Sequence[Numbered]) -> _Table | None:
        """Return the people of a sheet on which each label has its value beside it."""
        bringing, told = set[int](), set[str]()
        found = [(number, list(self.pairs(number, cells))) for number, cells in rows]
        begins = self._side_by_side(found)
        people: list[_Person] = []
        now: dict[int, _Person] = {}  # which form of those that stand side by side → whose it is
        for number, pairs in found:
            if self._heads_a_table(pairs, now):
                continue
            for place, label, value in pairs:
                code, beside = self.codes.get(label, ""), bisect_right(begins, place)
                person = now.get(beside)
                is_next = code == self.naming and _is_filled(value)
                if person is None or (is_next and self._is_named(person)):
                    person = now[beside] = _Person(sheet)
                    people.append(person)
                if not _is_filled(person.said.get(label)):
                    person.said[label] = value
                if code and _is_filled(value) and code not in told:
                    told.add(code)
                    bringing.add(number)
        if len(people) > 1:
            for at, one in enumerate(people, 1):
                one.source = f"{sheet} 第 {at} 份" if sheet else f"第 {at} 份"
            people = [one for one in people if self._names_all(one)]
        is_form = len(told) >= FEWEST and len(bringing) >= FEWEST_ROWS
        if not is_form or not people or not self.required <= told | self._bare(people):
            return None
        return _Table(people, len(told), is_form=True, is_named=self.required <= told)

    def _side_by_side(self, found: Sequence[tuple[int, list[Pair]]]) -> list[int]:
        """Return where the second form of a row begins, and any further one."""
        for _, pairs in found:
            names = [
                place
                for place, label, value in pairs
                if self.codes.get(label) == self.naming and _is_filled(value)
            ]
            if len(names) > 1:
                return names[1:]
        return []

    def _is_named(self, person: _Person) -> bool:
        return any(
            self.codes.get(label) == self.naming and _is_filled(value)
            for label, value in person.said.items()
        )

    def _heads_a_table(self, pairs: Sequence[Pair], now: Mapping[int, _Person]) -> bool:
        """Tell whether a row only heads a table of others within a form: of his family, of his posts."""
        return (
            len(pairs) > 1
            and not any(_is_filled(value) for *_, value in pairs)
            and any(self.codes.get(label) == self.naming for _, label, _ in pairs)
            and any(map(self._is_named, now.values()))
        )

    def _bare(self, people: Sequence[_Person]) -> set[str]:
        return {code for one in people for label in one.said if (code := self.codes.get(label))}

    def _names_all(self, person: _Person) -> bool:
        return self.required <= self._bare([person])

    def pairs(self, number: int, cells: Sequence[Any]) -> Iterator[Pair]:
        """Yield for each label of a row where it stands, and what stands beside it: until the next label, or in
        its own cell behind a colon."""
        at = 0
        while at < len(cells):
            cell, place = cells[at], at
            at += 1
            label = self.label(cell)
            inline, said = ("", "") if label else self._inline(cell)
            if inline:
                yield place, inline, said
                continue
            label = label or (as_code(cell) if (number, place, cell) in self.printed else "")
            if not label:
                continue
            beside = next((one for one in range(at, len(cells)) if _is_filled(cells[one])), None)
            if (
                beside is None
                or self._is_label(cells[beside])
                or (beside > at and self._is_printed_before(number, cells, beside))
            ):
                yield place, label, ""
                continue
            yield place, label, cells[beside]
            at = beside + 1

    def _is_printed_before(self, number: int, cells: Sequence[Any], at: int) -> bool:
        """Tell whether what stands at ``at`` is a label of no column of ours: printed, with something else behind
        it. What all have filled in (one unit, one title) has a label behind it, or nothing."""
        following = next((one for one in cells[at + 1 :] if _is_filled(one)), "")
        return (
            (number, at, cells[at]) in self.printed
            and _is_filled(following)
            and not self._is_label(following)
        )

    def _is_label(self, cell: Any) -> bool:
        return bool(self.label(cell) or self._inline(cell)[0])

    def _inline(self, cell: Any) -> tuple[str, str]:
        """Return the label and what stands behind its colon in the same cell (姓名：张伟); two empty texts: it
        is not so."""
        found = _INLINE.match(cell) if isinstance(cell, str) else None
        label = self.label(found[1]) if found else ""
        return (label, found[2].strip()) if found and label else ("", "")

    def top(self, name: str, people: Sequence[_Person]) -> Top:
        """Return the people as the sheet of a list."""
        labels = list(
            dict.fromkeys(
                label
                for one in people
                for label, value in one.said.items()
                if _is_filled(value) or self.label(label) in self.codes
            )
        )
        rows = [(1, [SOURCE, *labels])]
        rows += [
            (number, [one.source, *(one.said.get(label, "") for label in labels)])
            for number, one in enumerate(people, 2)
        ]
        return {"name": name, "rows": rows, "hidden": [], "hidden_rows": []}


def _is_filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))
