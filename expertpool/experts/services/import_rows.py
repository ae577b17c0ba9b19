"""What must agree within one row of an import, and what follows from its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.importing import (
    CHECK,
    CLEANED,
    GUESSED,
    CellRefused,
    Fault,
    Importer,
    Note,
    Question,
    Row,
)
from expertpool.directory.queries import title_levels
from expertpool.experts.enums import ExpertKind, IdKind
from expertpool.experts.fields.words import LEVELS_ALONE
from expertpool.experts.queries.availability import last_day
from expertpool.experts.services.import_levels import Levels
from expertpool.experts.services.import_lookups import (
    MISWRITTEN,
    NO_NAME,
    DepartmentNames,
    DivisionNames,
    SpecialtyNames,
)
from expertpool.experts.services.import_options import departments_into
from expertpool.experts.services.import_terms import end_of_office
from expertpool.experts.validators import documents
from expertpool.experts.validators.standing import status_beside
from expertpool.experts.validators.values import (
    TOO_YOUNG,
    Term,
    TermYears,
    is_nobody,
    is_too_young,
    perhaps_two,
    several_persons,
)

WITHOUT_BEGINNING = "没有聘期开始，不知道到哪一天，按没有填写处理，请核对。"
OTHERS_KEPT = "同一格的其他专业照常导入。"
WITHOUT_SPECIALTY = "不改就没有评审专业，不会被抽取。"
_WITH_SEX = re.compile(r"(.+)[(（\[【]([男女])[)）\]】]")
# 张三 教授, 李四（高级工程师）, 王五 先生
_WITH_TITLE = re.compile(
    r"(?P<name>[\u3400-\u9fff·]{2,8}?)\s*(?:[\s,，]|[(（\[【])\s*(?P<said>[\u4e00-\u9fff]{2,8})\s*[)）\]】]?"
)
# 博士 庞淳衡, 教授，李四
_TITLE_FIRST = re.compile(r"(?P<said>[\u4e00-\u9fff]{2,8})[\s,，]+(?P<name>[\u3400-\u9fff·]{2,8})")
_POSTS = frozenset(
    f"{rank}{post}"
    for rank in ("", "副")
    for post in (
        "院长",
        "所长",
        "处长",
        "科长",
        "主任",
        "经理",
        "总经理",
        "总工程师",
        "局长",
        "部长",
        "主席",
    )
)
_BOTH = re.compile(r"[\s/／、,，;；|｜]+")
_STYLES = frozenset(("先生", "女士", "小姐", "同志", "老师", "博士", "硕士", "院士"))
SEVERAL_NAMES = "一行只能写一位专家，请分成两行；是一个人的，请去掉中间的空格或符号。"
LOST = "有字没有存进文件，只剩“?”，请补上。"


class RowRules:
    """The rules of one run; a cell that was refused is not among the values of its row."""

    def __init__(self, importer: Importer, today: date) -> None:
        self._fault, self._refusal = importer.fault, importer.refusal
        self._today = today
        self._specialties, self._divisions = SpecialtyNames(), DivisionNames()
        self._levels, self._importer = Levels(self._specialties, self._divisions), importer
        self._departments = DepartmentNames(departments_into(importer.actor))
        # Once for the whole file: ten thousand rows name a dozen titles.
        self._title_levels = title_levels()

    def specialties_of(self, row: Row) -> str:
        """Return the specialties of a row as they are saved."""
        return self._specialties.told(row.values.get("specialty_ids") or ())

    def division_of(self, row: Row) -> str:
        """Return the division of a row as it is saved."""
        return self._divisions.called(row.values.get("division_id") or "")

    def is_specialty(self, text: str) -> bool:
        """Tell whether a text names a specialty, or several that go by one name."""
        found, refusals = self._specialties.find_good(text)
        return bool(found) != bool(refusals) and bool(found or self._specialties.candidates(text))

    def inspect(self, row: Row) -> Iterator[Fault]:
        """Yield all that is wrong; see `Importer.inspect`."""
        values = row.values
        self._sex_beside(row)
        self._title_beside(row)
        self._title_in_post(row)
        if fault := self._not_one(row):
            yield fault
        if why := self._unnamed(str(values.get("name") or "")):
            yield self._fault("name", "姓名格式", why)
        number = self._document(row)
        if number:
            yield number
        yield from self._person(row, "" if number else values.get("id_number") or "")
        if values.get("uscc") and not values.get("employer"):
            yield self._fault("employer", "工作单位为空", "填了统一社会信用代码就要填单位名称。")
        if values.get("kind") == ExpertKind.ORGANISATION and not values.get("contact_person"):
            yield self._fault("contact_person", "联系人为空", "单位专家必须填写联系人。")
        self._term(row)
        yield from self._words(row)

    def _sex_beside(self, row: Row) -> None:
        """Take the sex out of the cell of the name: 李娜（女）."""
        found = _WITH_SEX.fullmatch(str(row.values.get("name") or ""))
        if found is None:
            return
        was, row.values["name"] = row.values["name"], found[1].strip()
        row.values["sex"] = row.values.get("sex") or self._importer.by_code["sex"].clean(found[2])
        row.notes.append(Note("姓名", GUESSED, was, row.values["name"]))

    def _title_beside(self, row: Row) -> None:
        """Take out of the cell of the name what one is called by, where a blank or brackets part the two: 张三 教授."""
        name = str(row.values.get("name") or "")
        typed = next((one.was for one in row.notes if one.column == "姓名"), name)
        if (typed is name and name.isalpha()) or row.values.get("kind") == ExpertKind.ORGANISATION:
            return  # nearly all
        for form in (_WITH_TITLE, _TITLE_FIRST):
            found = form.fullmatch(typed.strip())
            said = found["said"] if found else ""
            title = self._importer.by_code["title"].meanings().get(said, said)
            is_title = title in self._title_levels
            if found and (is_title or said in _POSTS or said in _STYLES):
                break
        else:
            return
        row.values["name"] = found["name"]
        code = "title" if is_title else "position" if said in _POSTS else ""
        header = self._importer.by_code[code].header if code else "称呼"
        kept = (
            f"，{header}“{title}”"
            if code and not row.values.get(code)
            else f"，去掉{header}“{said}”"
        )
        if code:
            row.values[code] = row.values.get(code) or title
        row.notes[:] = [one for one in row.notes if one.column != "姓名"]
        row.notes.append(Note("姓名", GUESSED, typed, f"{found['name']}{kept}"))

    def _title_in_post(self, row: Row) -> None:
        """Take the title out of a cell of the post, where a column is for both: 科长/高级工程师."""
        post = str(row.values.get("position") or "")
        parts = [part for part in _BOTH.split(post) if part]
        if len(parts) < len(("post", "title")) or row.values.get("title"):
            return
        meanings = self._importer.by_code["title"].meanings()
        titles = [part for part in parts if meanings.get(part, part) in self._title_levels]
        if len(titles) != 1:
            return
        title = meanings.get(titles[0], titles[0])
        rest = "、".join(part for part in parts if part != titles[0])
        row.values |= {"position": rest, "title": title}
        row.notes.append(Note("职务", GUESSED, post, f"{rest}，职称“{title}”"))

    def _not_one(self, row: Row) -> Fault | None:
        """Return why a name is not that of one person who can be a member; notes where it may be of two."""
        name = str(row.values.get("name") or "")
        if row.values.get("kind") == ExpertKind.ORGANISATION or not name:
            return None
        typed = next((one.was for one in row.notes if one.column == "姓名"), name)
        if said := status_beside(name):
            told = f"姓名后面写着“{said}”，请核对能否入库；仍要入库的，请只留姓名。"
            return self._fault("name", "姓名后面写着状态", told)
        if several_persons(typed):
            return self._fault("name", "姓名不止一个", SEVERAL_NAMES)
        if perhaps_two(typed):
            told = f"像是两位专家的姓名，请核对。{SEVERAL_NAMES}"
            row.notes.append(Note("姓名", CHECK, typed, told, is_pressing=True))
        return None

    def _unnamed(self, name: str) -> str:
        """Return why nobody can be called so, whom a list has: he could not be invited."""
        if is_nobody(name):
            return "像是还没有填的姓名，请填写全名。"
        return LOST if "?" in name or "？" in name else ""

    def _document(self, row: Row) -> Fault | None:
        """Check the number of the document by its kind, which the number tells where no cell does."""
        values = row.values
        number = values.get("id_number", "")
        given = values.get("id_kind")
        kind = values["id_kind"] = given or documents.guess_id_kind(number)
        if not number:
            return None
        try:
            documents.ID_RULES[kind](number)
        except ValidationError as error:
            return self._fault("id_number", *documents.id_refusal(error))
        if not given and kind != IdKind.RESIDENT:
            row.notes.append(Note("证件类型", GUESSED, number, str(IdKind(kind).label)))
        return None

    def _person(self, row: Row, id_number: str) -> Iterator[Fault]:
        """Check birth and sex against a valid number, and fill them from it."""
        values = row.values
        birth = values.get("birth")
        values["birth_date"] = birth.as_date() if birth else None
        born: date | None = None
        if id_number:
            kind = values["id_kind"]
            born, sex = documents.born_by(kind, id_number), documents.sex_by(kind, id_number)
            is_other_day = bool(born and birth and not birth.fits(born))
            is_other_sex = bool(sex and values.get("sex") not in (None, "", sex))
            if is_other_day:
                yield self._fault("birth", "出生年月与身份证不符", f"证件为 {born:%Y-%m-%d}。")
            elif born and birth and birth.day not in (None, born.day):
                row.notes.append(Note("出生年月", CLEANED, str(birth), born.isoformat()))
            if is_other_sex:
                yield self._fault("sex", "性别与身份证不符", "请核对身份证号第 17 位。")
            # Which of them is wrong nobody knows: each can be mended.
            if is_other_day or is_other_sex:
                told = "是号码写错的，请改正号码。"
                yield self._fault("id_number", "身份证与出生年月或性别不符", told)
            if born:
                self._instead(row, born)
                if birth and birth.perhaps:  # the document has answered it
                    row.notes[:] = [one for one in row.notes if one.column != "出生年月"]
            values["birth_date"] = born or values["birth_date"]
            values["sex"] = sex or values.get("sex")
        if is_too_young(values["birth_date"], self._today):
            fault = self._fault("birth", "出生年月超出范围", TOO_YOUNG)
            if values["birth_date"] == born:
                yield fault
            else:  # a typing mistake, without which the row can live
                row.left.append(fault)
                values |= {"birth": "", "birth_date": None}

    def _instead(self, row: Row, born: date) -> None:
        """Say of a birthday that cannot be read that the document gives it: nothing is left empty."""
        kept = [fault for fault in row.left if fault.code != "birth"]
        if len(kept) < len(row.left):
            row.left[:] = kept
            row.notes.append(Note("出生年月", CHECK, "", f"表中所写不能识别，按证件填 {born}。"))

    def _term(self, row: Row) -> None:
        """Take apart a term that stands in one cell."""
        values = row.values
        start, end = values.get("term_start_date") or None, values.get("term_end_date") or None
        written = [code for code in ("term_end_date", "term_start_date") if values.get(code)]
        if isinstance(end, TermYears):
            start = start or end.start
            end = self._end_after(row, start, end)
            values |= {"term_start_date": start, "term_end_date": end}
        if isinstance(end, Term):
            if start and end.start and start != end.start:
                told = f"聘期开始为 {start}，聘期至一列写的是 {end.start}。"
                self._without_term(row, written, "聘期开始不一致", told)
                return
            if end.typed != end.words:
                row.notes.append(Note("聘期至", GUESSED, end.typed, end.words))
            start, end = start or end.start, end.end
            values |= {"term_start_date": start, "term_end_date": end}
        if not end and (until := end_of_office(start, self._importer.options)):
            values["term_end_date"] = end = until
        if start and end and end < start:
            self._without_term(row, written, "聘期颠倒", "聘期至早于聘期开始。")

    def _without_term(self, row: Row, written: Sequence[str], reason: str, told: str) -> None:
        """Leave the term of a row empty, since nobody knows which of its two days is wrong: it gets the one that a new
        member gets. Both that are ``written`` are told, and can be mended."""
        row.left += (self._fault(code, reason, told) for code in written)
        row.values |= {"term_start_date": None, "term_end_date": None}

    def _end_after(self, row: Row, start: date | None, term: TermYears) -> date | None:
        """Return the last day of a term of so many years; it is told, and what has no beginning has none."""
        end = last_day(start, term.years, months=term.months) if start else None
        told = f"自 {start} 起，至 {end}" if end else WITHOUT_BEGINNING
        row.notes.append(Note("聘期至", GUESSED if end else CHECK, term.typed, told))
        return end

    def _words(self, row: Row) -> Iterator[Fault]:
        """Find specialties, division and department; fill the title level."""
        values: dict[str, Any] = row.values
        self._levels.join(row, self._importer.said)
        values["specialty_ids"], refusals = self._specialties.find_good(
            values.get("specialties", "")
        )
        for word, codes in self._specialties.ranges(values.get("specialties", "")):
            told = f"按 {len(codes)} 个专业导入：{'、'.join(codes)}，请核对。"
            row.notes.append(Note("评审专业", CHECK, word, told, is_pressing=True))
        for word, read, others in self._specialties.doubts(values["specialty_ids"], values):
            self._ask(row, word, read, others)
        # A code that is none is a slip, and a name of several asks for one of them: once, for all rows that have it. A
        # name that is none, and what is written as no code is, cost their cell.
        slips = [error for error in refusals if error.reason not in (NO_NAME, MISWRITTEN)]
        if slips and not values["specialty_ids"]:
            yield self._refusal(slips[0])
        else:
            # Beside one specialty that is known the others are told, and can be mended on the page.
            kept = OTHERS_KEPT if values["specialty_ids"] else WITHOUT_SPECIALTY
            for error in refusals:
                fault = self._refusal(error)
                row.left.append(replace(fault, detail=f"{fault.detail}{kept}"))
                row.words += [(error.code, error.word)] if error.word else []
        values["division_id"] = None
        try:
            values["division_id"] = self._divisions.find(values.get("division", ""))
        except CellRefused as error:
            # An expert without his division can be drawn, and invited.
            row.left.append(self._refusal(error))
            row.words.append((error.code, error.word))
            values["division"] = ""
        values["department_id"] = None
        try:
            values["department_id"] = self._departments.find(values.get("department") or "")
        except CellRefused as error:
            # Many lists tell by this word where somebody works.
            row.left.append(self._refusal(error))
            row.words.append((error.code, error.word))
            values["department"] = ""
        self._title(row)

    def _title(self, row: Row) -> None:
        """Fill the level of a title, or say that another one is given; of one that is only a level the title is asked for."""
        values = row.values
        title, level = values.get("title") or "", values.get("title_level")
        usual = self._title_levels.get(title, 0)
        if level in (None, ""):
            values["title_level"] = level = usual
        elif usual and level and level != usual:
            word = self._importer.by_code["title_level"].word
            told = f"职称“{title}”一般是{word(usual)}，请核对。"
            row.notes.append(Note("职称级别", CHECK, word(level), told))
        if title not in LEVELS_ALONE or ("title", title) in self._importer.questions:
            return
        levels = LEVELS_ALONE[title]
        told = f"级别按“{levels[0].label}”" if len(levels) == 1 else "级别不填"
        titles = [
            one
            for one, at in self._title_levels.items()
            if at in levels and one not in LEVELS_ALONE
        ]
        # Of the lower level first, and of each level what most are.
        titles.sort(key=lambda one: (levels.index(self._title_levels[one]), "工程师" not in one))
        meanings = {
            "": f"请选择（不选就按原样保存，{told}）",
            **{one: f"职称是“{one}”" for one in titles},
        }
        self._importer.questions["title", title] = Question("是级别，不是职称", meanings)

    def _ask(self, row: Row, word: str, read: str, others: Sequence[str]) -> None:
        """Ask of a specialty that is taken whether another is meant."""
        told = f"按 {read} 导入；另有 {'、'.join(others)}，请核对。"
        row.notes.append(Note("评审专业", CHECK, word, told, in_place=False))
        row.words.append(("specialties", word))
        meanings = {"": f"请选择（不选就按 {read} 导入）", read: f"就是 {read}"}
        meanings |= {one: f"当作 {one}" for one in others}
        self._importer.questions["specialties", word] = Question("这个名称不止一处有", meanings)
