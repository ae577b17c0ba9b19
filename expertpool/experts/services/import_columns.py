"""The columns of the imports of experts, with what only a look at the data tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.importing import (
    CHECK,
    CLEANED,
    GUESSED,
    CellRefused,
    ImportColumn,
    Importer,
    Note,
    Row,
    as_code,
    as_text,
)
from expertpool.experts.fields import EXPERT
from expertpool.experts.services.import_lookups import SpecialtyNames
from expertpool.experts.services.import_titles import Titles

# 1.A0401 2.A0402, （1）A0401（2）A0402, ①建筑设计②暖通, A.A0401 (an option of a form); and A 0401.
_COUNTED = re.compile(
    r"(?:(?:(?<=^)|(?<=[\s;；,，、]))[(（]?\d{1,2}[.．、)）]|[①-⑳])\s*(?=[A-Za-z]\s?\d{2}|[\u4e00-\u9fff])"
    r"|(?:[(（]\d{1,2}[)）]|(?:(?<=^)|(?<=[\s;；,，、]))[A-Z][.．、])\s*(?=[A-Za-z]\d{2})"
)
# What no name holds between two codes: A0401\A0402, A0401和A0402, A0401B0201; a range has one letter: A0401—B0201.
_BETWEEN_CODES = re.compile(
    r"(?<=\d)\s*(?:[.．·\\＼&＆和与及]\s*(?=[A-Za-z]\d{2})|(?<=[A-Za-z]\d{4})(?=[A-Za-z]\d{4})"
    r"|(?<=[A-Za-z]\d{6})(?=[A-Za-z]\d{4})|(?<=[A-Za-z]\d{8})(?=[A-Za-z]\d{4}))"
)
_NO_RANGE = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z])(\d{2,8})\s*[-—–－~]{1,3}\s*(?!\1)(?=[A-Za-z]\d{2})"
)
# B01.06.01, B 01 06 01; B010601.0; B010601（主）
_IN_PAIRS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[.．\s]?\d{2}(?!\d)){2,4}(?![A-Za-z0-9])")
_PART = re.compile(r"[.．\s]")
_AS_NUMBER = re.compile(r"(?<=[A-Za-z]\d{4})((?:\d\d){0,2})\.0(?=$|[\s;；,，、])")
_RANK_BEHIND = re.compile(r"[(（](?:[主辅副次]|主要|次要|第[一二三])(?:评|专业)?[)）]")
# 主：A0401；辅：A0402
_RANKED = re.compile(
    r"(?:(?<=^)|(?<=[\s;；,，、]))(?:[主辅]评?(?:专业)?|第[一二三]专业)\s*[:：]\s*"
)
_CIRCLED = re.compile("[①-⑳]")
_GAP = re.compile(r"(?<![A-Za-z0-9])([A-Za-z])\s+(?=\d{2,}(?![A-Za-z0-9]))")
APPLIED_CODES = ("申报专业代码", "申报专业编码", "申报评审专业代码", "拟评审专业代码")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+", re.ASCII)
# Whose number it is, where that is told beside it: 13800138000（秘书）
_OF_OTHERS = re.compile(
    r"秘书|助理|助手|爱人|妻子|丈夫|老公|老婆|配偶|儿子|女儿|子女|家属|父亲|母亲|同事|司机|代[接收转]"
    r"|[(（][^()（）]{0,10}(?:办公室|联系人)[^()（）]{0,10}[)）]"
)
# 道 路 工 程, as a scan gives it out.
_SET_APART = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?:[ \u3000]+[\u4e00-\u9fff]){2,}(?![\u4e00-\u9fff])"
)
_BARS = str.maketrans("|｜┋│∣", "；；；；；")
_BETWEEN = re.compile(r"[;；,，、/|\n]+")
LONGEST_CODE = 9
_PLAIN = re.compile(r"[A-Z]\d{2,8}(?:[;；,，、][A-Z]\d{2,8})+")


def expert_columns(viewer: User | None = None) -> list[ImportColumn]:
    """Return the declared columns that ``viewer`` may fill in (None: all)."""
    names = _Names()
    columns = {one.code: one for one in EXPERT.import_columns(viewer)}
    specialties, email, title = columns["specialties"], columns["email"], columns["title"]
    columns["title"] = replace(title, clean=Titles(title.clean))
    columns["specialties"] = replace(specialties, named_so=names.candidates, clean=listed)
    columns["specialty_codes"] = ImportColumn(
        *("specialty_codes", "专业代码", listed),
        aliases=("评审专业代码", "评标专业代码", "专业编码", "评审专业编码", *APPLIED_CODES),
        instead_of="specialties",
        agree=names.agree,
        lists=True,
        dispensable=True,
        in_template=False,
    )
    columns["email"] = replace(email, clean=_first_of(email.clean))
    return list(columns.values())


def take_mail(row: Row, importer: Importer) -> None:
    """Take an address that stands beside the telephone in its cell, where no cell of its own gives one."""
    phone, email = importer.by_code["phone"], importer.by_code["email"]
    for note in [one for one in row.notes if one.column == phone.header]:
        found = _MAIL.search(note.was)
        if found and not row.values.get(email.code):
            try:
                row.values[email.code] = email.clean(found[0])
            except CellRefused:
                return
            row.notes.append(Note(email.header, GUESSED, note.was, found[0]))


def tell_whose_phone(row: Row, importer: Importer) -> None:
    """Have a number looked at beside which its cell names somebody else: invitations go there."""
    phone = importer.by_code["phone"].header
    for at, note in enumerate(row.notes):
        if (note.column, note.kind) == (phone, CLEANED) and (found := _OF_OTHERS.search(note.was)):
            told = f"按 {note.now} 导入；格中写着“{found[0]}”，请核对是不是本人的号码。"
            row.notes[at] = Note(phone, CHECK, note.was, told)


def tell_mails(row: Row, importer: Importer) -> None:
    """Say of a cell of several addresses which of them are not kept: letters go to one."""
    email = importer.by_code["email"]
    kept = row.values.get(email.code)
    for at, note in enumerate(row.notes):
        if not kept or (note.column, note.kind) != (email.header, CLEANED):
            continue
        if others := [one for one in _MAIL.findall(note.was) if one != kept]:
            told = f"只存第一个 {kept}；{'、'.join(others)} 没有导入，常用的是它们的请改。"
            row.notes[at] = Note(email.header, CHECK, note.was, told)


def listed(cell: Any) -> str:
    """Clean a list of specialties: without the numbers or ranks of its entries, a blank
    within a code, or bars between."""
    value = as_text(cell)
    if value.isalnum() and not _CIRCLED.search(value):  # one code or name: nearly all are so
        return _BETWEEN_CODES.sub("；", value) if len(value) > LONGEST_CODE else value
    if _PLAIN.fullmatch(value):  # and nearly all lists, in which nothing is to be mended
        return value
    value = _SET_APART.sub(lambda found: "".join(found[0].split()), value.translate(_BARS))
    value = _RANK_BEHIND.sub("", value)
    value = _RANKED.sub("；", _COUNTED.sub("；", value))
    value = _IN_PAIRS.sub(lambda found: _PART.sub("", found[0]), _AS_NUMBER.sub(r"\1", value))
    value = _NO_RANGE.sub(r"\1\2；", _BETWEEN_CODES.sub("；", value))
    return _GAP.sub(r"\1", value.lstrip("； "))


class _Names:
    """The names of the specialties, read once somebody asks for them."""

    @cached_property
    def _read(self) -> SpecialtyNames:
        return SpecialtyNames()

    def candidates(self, word: str) -> list[str]:
        return self._read.candidates(word)

    def agree(self, codes: str, names: str) -> bool:
        return self._read.agree(codes, names)


def _first_of(clean: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return ``clean`` for a cell that may hold several, of which we keep the first that can be taken."""

    def first(cell: Any) -> Any:
        try:
            return clean(cell)
        except CellRefused as refusal:
            for part in _parts(cell):
                try:
                    return clean(part)
                except CellRefused:
                    continue
            raise refusal from None

    return first


def _parts(cell: Any) -> Sequence[str]:
    parts = [part.strip() for part in _BETWEEN.split(as_code(cell))]
    parts = [part for part in parts if part]
    return parts if len(parts) > 1 else ()
