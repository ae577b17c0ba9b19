"""From the cells of a row to its values: words that were explained, marks, lists over several columns, and
what is told of all this."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from expertpool.core.importing.answers import LEFT_EMPTY, Answers, meant
from expertpool.core.importing.columns import (
    BETWEEN,
    ERRORS,
    MARKS_FOR_NOTHING,
    NOTHING,
    SAME,
    TIME,
    ZERO,
    CellRefused,
    Cleaner,
    ImportColumn,
    as_line,
    as_text,
    is_formula,
    is_january_or_october,
    normalise_header,
)
from expertpool.core.importing.findings import as_it_stands
from expertpool.core.importing.headings import ROW_NUMBER, Headings
from expertpool.core.importing.importer import (
    CHECK,
    CLEANED,
    GUESSED,
    MENDED,
    REMARKS,
    Fault,
    Importer,
    Note,
    Question,
    Row,
    Totals,
)
from expertpool.core.importing.shifted import REASON as SHIFTED
from expertpool.core.importing.shifted import Shifted
from expertpool.core.importing.unread import Unread

EMPTY: tuple[Any, ...] = ("", None, [])
WHOLE_ROW = "整行"
FURTHER = 6  # rows of one person that are named
WITHOUT_RESULT = "文件里只有公式，没有结果：请填写内容，或用 Excel、WPS 打开、保存后再上传。"
WHICH_MONTH = "一月还是十月？表中是数字，十月末尾的 0 会丢失，请核对。"
EMPTIED, UNCHANGED = "（空）", "（不改动）"
# How a row begins that is no row of a list: its sum, who wrote it, a remark, a page.
REMARK_CELLS = 5  # more of them are a row
_REMARK = re.compile(
    r"(?:人数)?合计|总人数|总计|小计|共计|共?\d+[人名行条]$|以下(?:空白|无正文)$|以[下上](?:为|是|人员|(?:合?计|共)?\d+[人名位])|[…。.]{2,}$|(?:联系人|联系电话)[:：]|[制填]表|填报|编制|审核|审批|复核|校核|经办|导出人[:：]|(?:单位)?负责人|盖章"
    r"|(?:备?注|说明|日期|时间)\d?[:：]|第.{1,3}页|[一二三四五六七八九十]{1,3}、"
)
# Who made the list, in the place of the number, the name or the unit of a row: 联系人, 经办人：, 联系人：王科长
_SIGNS = re.compile(
    r"(?:联系|联络|经办|填表|制表|填报|报送|上报|审核|审批|复核|校核|录入|导出)(?:人员?|员)(?:[:：].*)?"
)
_SIGN_BEGINS = frozenset("联经填制报上审复校录导")
_NUMBERS_OF_ROWS = ("序号", "序", "编号")
# Headers of a first column in which nobody stands for what he does: below 角色 somebody may be the 联系人.
_OF_UNIT = re.compile(r"单位|部门|科室|处室|院系|学院|机构|公司|医院|学校")
# What is no row where nothing else stands beside it: （本表可自行复制）, ★为必填, 2、专业按附件填写, 2026年11月20日, 第二组 市政.
_ALONE = re.compile(
    r"[(（★☆※*＊【\[]|\d{1,2}[、.．)）]|\d{4}年\d{1,2}月|第[一二三四五六七八九十\d]{1,3}(?:组|部分|批次?|标段)"
)
_DAY, _NUMBERS = re.compile(r"\d{4}-\d\d(?:-\d\d)?"), re.compile(r"\d+")
_AMOUNT = re.compile(r"[\d.]+\s?\D?")
# What stands over each column, or below its header: (1) (2) (3), 一 二 三, ① ② ③.
# A, B, C; and by what one is worked out: 4=1+2.
_PLACE = re.compile(
    r"[(（]?([\d一二三四五六七八九十]{1,2}|[①-⑳]|[A-Z])[)）]?(?:=[\d+\-*/×÷()（）]*)?"
)
_COUNTS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
    "十八",
    "十九",
    "二十",
]
_LINE = re.compile(r"[|｜:=_+\-—–─\s]{2,}")
PLACES = 3  # fewer say nothing
SAYS_NOTHING = NOTHING | ERRORS | {""}
MOST_REMARK = 60  # letters that are told of it
_ENTRIES = re.compile(r"[;；,，、\n]+")  # between those of a list
NOT_CHOSEN = "没有勾选"
# Rows after which it shows in which columns words come again, the most words that such a column has until then, and
# the most that are remembered of it.
TRIED, FEW_SEEN, MOST_SEEN = 500, 300, 2_000
SAMPLE_CELLS = 4  # alike with the sample row of a template that names nobody


Cleaned = tuple[
    Any, Note | None, bool
]  # the value of a cell, its note, and whether it is asked about
BLANK: Cleaned = ("", None, False)


class Step(NamedTuple):
    """What is done with the cells of one column."""

    at: int
    key: str  # under which its value is kept: the code, but of a further column of a list
    column: ImportColumn
    clean: Cleaner
    said: Mapping[str, str] | None  # what words mean
    known: frozenset[str] | None  # words of the list; others are taken, too, and asked about
    is_noted: bool  # whether a text may come out otherwise
    marks: frozenset[Any]  # what stands for nothing, for what stands above, or is an error
    seen: dict[str, Cleaned] | None  # what came of a text; None where most rows have another one
    is_required: bool


class _Closed:
    """Cleans words of a list, within which lists have blanks to set them in columns: 教 授."""

    def __init__(self, clean: Cleaner, known: frozenset[str]) -> None:
        self._clean, self._known = clean, known

    def __call__(self, cell: Any) -> Any:
        value = self._clean(cell)
        if type(value) is not str or value.isalpha() or value in self._known:
            return value
        bare = "".join(value.split())
        return bare if bare in self._known else value


class RowReader:
    """Cleans rows of cells."""

    def __init__(
        self, importer: Importer, codes: Sequence[str], answers: Answers, totals: Totals
    ) -> None:
        self.importer, self.answers, self.totals = importer, answers, totals
        columns = importer.by_code
        self.steps = [
            self._step(
                at,
                columns[code],
                key=f"{code} {at}" if code in codes[:at] else code,
                is_piece=bool(columns[code].pieces) and codes.count(code) > 1,
            )
            for at, code in enumerate(codes)
            if code in columns
        ]
        self.blank = {step.key: "" for step in self.steps}
        self.typed_here = {step.column.instead_of or step.column.code for step in self.steps}
        self.several: dict[str, list[str]] = {}  # code → keys of its further columns
        for step in self.steps:
            if step.key != step.column.code:
                self.several.setdefault(step.column.code, []).append(step.key)
        self.pieces = {step.key: self._piece_at(step) for step in self.steps}
        self.codes = [step.column for step in self.steps if step.column.instead_of]
        self.samples = {one.code: one.clean(one.sample) for one in columns.values() if one.sample}
        self.count = 0
        self.above: tuple[list[Any], dict[int, Any]] | None = None
        self.same: dict[int, Any] = {}
        self.width = len(codes)
        self.signed = self._places_of_signs(codes)
        self.shifted = Shifted({step.at: step.column for step in self.steps})
        self.read = frozenset(step.at for step in self.steps)
        codes_here = (step.column.code for step in self.steps)
        self.first = next((code for code in codes_here if code in self.samples), "")
        naming = {step.column.code for step in self.steps} & {*(importer.sample_by or [self.first])}
        self.naming = [(code, self.samples[code]) for code in naming if code in self.samples]
        self.headings = Headings(importer, answers, totals)
        self.headings.begin(importer.sheet, codes)
        self.unread = Unread(importer, codes, answers, totals)

    def _places_of_signs(self, codes: Sequence[str]) -> list[int]:
        """Return where a row says that it is of who made the list: the number of the row, what names it, and the unit
        where that comes first."""
        headers = [*map(normalise_header, self.importer.headers)]
        first = next((at for at, header in enumerate(headers) if header), -1)
        naming = next((one.code for one in self.importer.by_code.values() if one.required), None)
        numbering = (at for at, one in enumerate(headers) if one in _NUMBERS_OF_ROWS)
        places = [at for at in numbering if at < len(codes) and not codes[at]][:1]
        places += [at for at, code in enumerate(codes) if code == naming][:1]
        if first >= 0 and first not in places and _OF_UNIT.search(headers[first]):
            places.append(first)
        return places

    def _step(self, at: int, column: ImportColumn, *, key: str, is_piece: bool) -> Step:
        known = frozenset(column.words()) if column.words and column.is_free else None
        is_noted = (
            column.words is None or column.is_free
        ) and not is_piece  # a choice reads as its word
        said = self.answers.words.get(column.instead_of or column.code)
        marks = self._marks(column, known)
        if known:
            column = replace(column, clean=_Closed(column.clean, known | column.meanings().keys()))
        clean = as_line if is_piece else column.clean  # a day alone is no date
        # What is said of a word is counted each time that it stands there.
        seen: dict[str, Cleaned] | None = None if said else {}
        is_required = column.required and key == column.code
        return Step(at, key, column, clean, said, known, is_noted, marks, seen, is_required)

    def _piece_at(self, step: Step) -> int:
        """Return which of the pieces of its column a cell holds, by its header; 0: the column has none."""
        headers = self.importer.headers
        if not step.column.pieces or step.at >= len(headers):
            return 0
        piece = step.column.piece_of(headers[step.at])
        return step.column.pieces.index(piece) if piece else 0

    def _marks(self, column: ImportColumn, known: frozenset[str] | None) -> frozenset[Any]:
        columns = self.importer.by_code.values()
        if column is next((one for one in columns if one.required), None):
            return ERRORS  # it names the row: nobody is called so but by his name
        nothing = NOTHING
        if column.is_extra and _takes(column, "无"):  # may be the answer to what an office asks
            nothing = MARKS_FOR_NOTHING
        noughts: set[Any] = {0.0} if ZERO in column.blanks else set()
        if (
            as_text(True) in column.blanks
        ):  # a cell that holds no text, but what Excel shows as TRUE
            noughts |= {True, False}
        marks = nothing | {*column.blanks} | noughts | SAME | ERRORS
        return marks - {*column.choices, *(known or ())}

    def row(self, number: int, cells: list[Any], *, further: Sequence[int] = ()) -> Row | None:
        """Clean one row, which holds those that went into it; None when it is empty, or the sample of the
        template."""
        row = Row(number, cells)
        if further:
            was = f"第 {'、'.join(map(str, further[:FURTHER]))} {'等' * (len(further) > FURTHER)}行"
            row.notes.append(Note(WHOLE_ROW, CLEANED, was, "是同一人的，已并入这一行。"))
        mended = self.answers.cells.get(number)
        if mended:
            row.mended = mended
            cells = self._mended(cells, mended)
        if self._is_empty(row, cells):
            if told := self.headings.take(number, cells) or self._beside(cells):
                self.totals.remark(number, told)
            return None
        self._join(row, mended or {})
        self._add_mended(row, mended or {})
        if self._is_left_out(row):
            return None
        if told := self._said_of_others(row, number, cells):
            self.totals.remark(number, told)
            return None
        self.headings.fill(row)
        self.unread.ask(row)
        if (row.faults or row.left or row.words) and number not in self.answers.cells:
            self._tell_shift(row, cells)
        self.above = (cells, self.same)
        if len(row.cells) != self.width:
            self._tell_width(row)
        # A preview shows them, as not chosen.
        if number in self.answers.passed_over and not self.importer.previews:
            row.faults.insert(0, Fault("", NOT_CHOSEN, "您没有勾选这一行。"))
        return row

    def _said_of_others(self, row: Row, number: int, cells: list[Any]) -> str:
        """Return what a row says that is none of the list: who made it, and with faults a heading, a sum, a remark."""
        if self._is_signed(cells):
            return "　".join(map(as_it_stands, filter(None, cells)))[:MOST_REMARK]
        if not row.faults or number in self.answers.cells:
            return ""
        if told := self.headings.take(number, cells):
            return told
        if told := _remark(cells):
            self.headings.end()
        return told

    def _is_signed(self, cells: list[Any]) -> bool:
        """Tell whether a row says who made the list, and is of none of its persons: 联系人 王科长 13812345678."""
        for at in self.signed:
            cell = cells[at] if at < len(cells) else ""
            if (
                type(cell) is str
                and cell.lstrip()[:1] in _SIGN_BEGINS
                and _SIGNS.fullmatch("".join(cell.split()))
            ):
                return True
        return False

    def _join(self, row: Row, mended: Mapping[str, str]) -> None:
        """Put together what several columns hold of one."""
        for column in self.codes:
            self._by_code(row, column)
        for code, further in self.several.items():
            column = self.importer.by_code[code]
            # First Name before Last Name: the whole has them the other way round.
            keys = sorted((code, *further), key=self.pieces.__getitem__)
            is_begun = bool(row.values.get(code))
            parts = [row.values.pop(key, "") for key in keys]
            if not column.pieces:
                row.values[code] = BETWEEN.join(filter(None, dict.fromkeys(parts)))
                continue
            if column.required and is_begun and not all(parts) and code not in mended:
                self._require(row, column)  # of the first of them alone it is said where it lacks
            try:
                # The cleaner knows what stands between them: nothing between Chinese letters.
                row.values[code] = column.clean(" ".join(part or "" for part in parts).strip())
            except CellRefused as error:
                row.values.pop(code, None)
                self._refuse(row, column, error)

    def _by_code(self, row: Row, column: ImportColumn) -> None:
        """Put codes instead of what they are called by; beside more names than codes both count."""
        codes = row.values.pop(column.code, "")
        names = row.values.get(column.instead_of, "")
        if not codes or codes == names:
            return
        if len(_ENTRIES.split(codes)) < len(_ENTRIES.split(names)):
            row.values[column.instead_of] = f"{codes}{BETWEEN}{names}"
            return
        row.values[column.instead_of] = codes
        if names and not (column.agree and column.agree(codes, names)):
            header = self.importer.by_code[column.instead_of].header
            row.notes.append(Note(header, CHECK, names, f"以{column.header}列为准：{codes}"))

    def _beside(self, cells: list[Any]) -> str:
        """Return what stands in a row only where nothing is imported; numbers of rows say nothing."""
        unread = (one for at, one in enumerate(cells) if at not in self.read and one not in EMPTY)
        texts = map(as_it_stands, unread)
        said = (one for one in texts if one not in SAYS_NOTHING and not ROW_NUMBER.fullmatch(one))
        return "　".join(said)[:MOST_REMARK]

    def _tell_shift(self, row: Row, cells: list[Any]) -> None:
        """Say of a row whose cells have moved that it is so, instead of what is wrong in each; one that would be
        taken is to be looked at."""
        if not (told := self.shifted.told(cells)):
            return
        if row.faults:
            row.faults.insert(0, Fault("", SHIFTED, told))
        else:
            first = next(as_it_stands(cell) for cell in cells if cell not in EMPTY)
            row.notes.append(Note(WHOLE_ROW, CHECK, first, told, is_pressing=True))

    def _tell_width(self, row: Row) -> None:
        """Note of a row with fewer cells than the header, or more, what is not there, or nobody reads."""
        width = len(row.cells)
        absent = [step.column.header for step in self.steps if step.at >= width]
        if absent:
            told = f"表头有 {self.width} 格，{'、'.join(absent)}按没有填写处理，请核对是否错位。"
            row.notes.append(Note(WHOLE_ROW, CHECK, f"只有 {width} 格", told))
        beyond = "　".join(
            as_it_stands(cell) for cell in row.cells[self.width :] if cell not in EMPTY
        )
        if beyond:
            told = f"在表头的 {self.width} 格以外，没有导入，请核对是否错位。"
            row.notes.append(Note(WHOLE_ROW, CHECK, beyond[:60], told))

    def _is_empty(self, row: Row, cells: list[Any]) -> bool:
        """Clean the cells into ``row``; tell whether none of them holds anything."""
        width, empty, values = len(cells), True, row.values
        values.update(self.blank)
        self.same = {}
        self.count += 1
        if self.count == TRIED:
            self._forget_what_differs()
        # The loop over all cells of a file: what most of them need stands in it, without a call.
        for step in self.steps:
            at, key, _, _, _, _, _, _, seen, is_required = step
            cell = cells[at] if at < width else ""
            found = BLANK
            if cell is not None and cell != "":
                known = seen.get(cell) if seen and type(cell) is str else None
                known = known or self._clean(row, step, cell)
                if known is None:  # refused
                    empty = False
                    continue
                found = known
                values[key] = found[0]
            elif not is_required:
                continue
            value, note, is_asked = found
            if value is None or value == "" or value == []:
                if is_required:
                    self._require(row, step.column)
                continue
            empty = False
            if note:
                row.notes.append(note)
            if is_asked:
                row.words.append((step.column.code, value))
        return empty

    def _clean(self, row: Row, step: Step, cell: Any) -> Cleaned | None:
        """Return what becomes of a cell, and remember it of a text; None where it is refused."""
        text, is_word = cell, type(cell) is str
        if step.said:
            cell = self._meaning(step.column, step.said, cell)
        try:
            mark = cell.strip() if type(cell) is str else cell
            if mark in step.marks or (type(mark) is str and not mark[:1].isalnum()):
                is_word = False  # what a mark stands for depends on its row
                cell = self._read_mark(row, step.column, step.at, cell, step.marks)
            value = "" if cell == "" else step.clean(cell)
        except CellRefused as error:
            del row.values[step.key]
            self._refuse(row, step.column, error)
            return None
        if value in EMPTY:
            return value, None, False
        note = _note(step.column, cell, value) if step.is_noted and value is not cell else None
        found = value, note, step.known is not None and value not in step.known
        seen = step.seen
        if is_word and seen is not None and len(seen) < MOST_SEEN and type(value) is not list:
            seen[text] = found
        return found

    def _forget_what_differs(self) -> None:
        """Remember no more of columns that hold another text in most rows: names and numbers of people are not kept
        beyond their rows, and would be looked for in vain."""
        self.steps = [
            one._replace(seen=None) if one.seen and len(one.seen) > FEW_SEEN else one
            for one in self.steps
        ]

    def _meaning(self, column: ImportColumn, said: Mapping[str, str], cell: Any) -> Any:
        cell, used = meant(column, said, cell)
        # What is no word of a list was asked about as it was cleaned.
        if not used:
            cell, used = _meant_cleaned(column, said, cell)
        self.totals.applied.update((column.code, word) for word in used)
        return cell

    def _read_mark(
        self, row: Row, column: ImportColumn, at: int, cell: Any, marks: frozenset[Any]
    ) -> Any:
        """Return what a mark stands for: nothing, or the cell above; refuse an error and a formula."""
        mark = as_text(cell)
        if mark.startswith("="):
            return self._formula(row, column, mark)
        nothing = UNCHANGED if self.importer.is_update else EMPTIED
        # Where an empty cell is told, one of marks alone is empty.
        if mark not in marks and not (column.missed and all(map(_is_punctuation, mark))):
            return cell
        if mark in ERRORS:
            raise self._error(column, mark)
        if mark in SAME:
            if self.above is None:
                raise CellRefused("{}没有可照填的上一行", f"这里写的是“{mark}”，请填写内容。")
            cells, same = self.above
            cell = same.get(at, cells[at] if at < len(cells) else "")
            self.same[at] = cell = "" if cell is None else cell
            if (above := as_text(cell)) in ERRORS:
                raise self._error(column, above)
            if above not in marks:
                if said := self.answers.words.get(column.code):
                    cell = self._meaning(column, said, cell)
                row.notes.append(Note(column.header, GUESSED, mark, as_text(cell) or nothing))
                return cell
        told = (CHECK, column.missed) if column.missed else (CLEANED, nothing)
        row.notes.append(Note(column.header, told[0], mark, told[1]))
        return ""

    def _formula(self, row: Row, column: ImportColumn, mark: str) -> str:
        if is_formula(mark):
            if not (column.dispensable and ZERO in column.blanks):
                raise CellRefused("{}是公式", WITHOUT_RESULT)
            # In a text that nothing rests on (a remark) it is kept, and told.
            row.notes.append(Note(column.header, CHECK, mark, WITHOUT_RESULT))
        return mark

    def _error(self, column: ImportColumn, mark: str) -> CellRefused:
        """Return the refusal of what Excel wrote for what it could not; where only that keeps rows out,
        all of them are asked about at once."""
        told = "列太窄，内容没有存进文件" if mark[1] == "#" else "公式没有算出结果"
        word = "" if column.required or column.dispensable else mark
        if word:
            kept = "不改动" if self.importer.is_update else "留空"
            meanings = {"": "暂不处理", LEFT_EMPTY: f"这一格{kept}"}
            self.importer.questions[column.code, word] = Question(
                f"{told}；选择只用于这个文件。", meanings
            )
        return CellRefused("{}是错误值", f"“{mark}”：{told}，请填写或删去。", word=word)

    def _add_mended(self, row: Row, mended: Mapping[str, str]) -> None:
        """Put in what was typed for columns that the sheet does not have."""
        # What is typed for a column of the sheet was read in its place, and may have been refused there.
        for code in mended.keys() - row.values.keys() - self.typed_here:
            if (column := self.importer.by_code.get(code)) is not None:
                try:
                    row.values[code] = column.clean(mended[code])
                except CellRefused as error:
                    self._refuse(row, column, error)

    def _mended(self, cells: list[Any], mended: Mapping[str, str]) -> list[Any]:
        wide = [*cells, *[""] * (max((step.at for step in self.steps), default=0) + 1 - len(cells))]
        for step in self.steps:
            if (text := mended.get(step.column.instead_of or step.column.code)) is not None:
                wide[step.at] = text if step.key == step.column.code else ""
        return wide

    def _require(self, row: Row, column: ImportColumn) -> None:
        reason = f"{column.header}为空"
        row.faults.append(Fault(column.header, reason, "这一列必须填写。", code=column.code))

    def _refuse(self, row: Row, column: ImportColumn, error: CellRefused) -> None:
        reason = error.reason.format(column.header)
        fault = Fault(column.header, reason, error.detail, code=column.code, word=error.word)
        if not column.dispensable:
            row.faults.append(fault)
            return
        # One bad cell is no reason to leave out an expert.
        row.left.append(fault)
        row.values.setdefault(column.code, "")
        if error.word:
            row.words.append((column.code, error.word))

    def tell_mended(self, row: Row) -> None:
        """Note of a row that is taken what was typed on the page instead of its cells."""
        left, shown = {fault.code for fault in row.left}, self.importer.shown(row)
        nothing = UNCHANGED if self.importer.is_update else EMPTIED
        notes = []
        for code, typed in row.mended.items():
            column = self.importer.by_code.get(code)
            was = self._stood(row, code)
            if column and column not in self.importer.asked and code not in left and typed != was:
                saved = shown.get(column.header) or nothing
                notes.append(Note(column.header, MENDED, was or EMPTIED, saved))
        row.notes[:0] = notes

    def _stood(self, row: Row, code: str) -> str:
        """Return what stands in the cells of a column, as it came."""
        places = (one.at for one in self.steps if code in (one.column.code, one.column.instead_of))
        cells = (as_it_stands(row.cells[at]) for at in places if at < len(row.cells))
        return BETWEEN.join(filter(None, cells))

    def _is_left_out(self, row: Row) -> bool:
        """Tell whether a row only shows how to fill in a list, and count it."""
        first, number = self.first, row.number
        if self._is_sample(row):
            self.totals.samples += 1
            return True
        if number in self.answers.cells or not self.importer.is_example(row):
            return False
        if len(self.totals.examples) < REMARKS:
            self.totals.examples[number] = str(row.values.get(first) or self._named(row))
        return True

    def _named(self, row: Row) -> str:
        """Return what stands in the cell by which a row is named, as it came: an example may be no name."""
        places = (step.at for step in self.steps if step.column.code == self.first)
        at = next(places, -1)
        return as_it_stands(row.cells[at]) if 0 <= at < len(row.cells) else ""

    def _is_sample(self, row: Row) -> bool:
        """Tell whether a row is named as the sample of the template is, whatever else was typed over or cut off; by one
        cell alone only where nothing differs: somebody may be called so."""
        values, alike, other = row.values, 0, 0
        for code, sample in self.naming:
            value = values.get(code)
            if value == sample:
                alike += 1
            elif value not in EMPTY:
                other += 1
        if not alike:
            return False
        if alike > max(other, 1):
            return True
        is_whole = self.importer.sample_by and not (row.faults or row.left)
        filled = [(code, value) for code, value in values.items() if value not in EMPTY]
        return len(filled) >= (1 if is_whole else SAMPLE_CELLS) and all(
            self.samples.get(code) == value for code, value in filled
        )


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")


def _note(column: ImportColumn, cell: Any, value: Any) -> Note | None:
    """Return what is told of a cell that came out as ``value``."""
    if type(cell) is str:
        # Blanks around it nobody sees, nor misses.
        if type(value) is str:
            return Note(column.header, CLEANED, cell, value) if value != cell.strip() else None
        if type(value) is int and _AMOUNT.fullmatch(cell.strip()):
            return None
        word = column.word(value)
        if type(value) is bool:
            return Note(column.header, CLEANED, cell, word) if word != cell.strip() else None
        is_other = word != cell.strip() if type(value) is int else _is_guessed(cell, word)
        return Note(column.header, GUESSED, cell, word) if is_other else None
    if isinstance(value, Decimal) and type(cell) in (int, float) and value == Decimal(str(cell)):
        return None  # the same sum, written with its cents
    if type(cell) is float and not isinstance(value, str | int | float):
        word, kind = column.word(value), GUESSED
        if not _DAY.fullmatch(word):
            return None  # how many years a term lasts: its row tells the days that come of it
        # A number that is a date: nobody can be sure which.
        if is_january_or_october(cell):
            word, kind = f"按 {word} 导入，{WHICH_MONTH}", CHECK
        return Note(column.header, kind, as_text(cell), word)
    return None


def _is_guessed(cell: str, word: str) -> bool:
    """Tell whether of a day or a month, as it reads now, a cell says something else, or less."""
    if word == cell or not _DAY.fullmatch(word):
        return False
    bare = TIME.sub("", cell.strip())
    said, read = (list(map(int, _NUMBERS.findall(text))) for text in (bare, word))
    return said != read and bare != word.replace("-", "")


def _meant_cleaned(
    column: ImportColumn, said: Mapping[str, str], cell: Any
) -> tuple[Any, list[str]]:
    """Return what a cell means by what was said of it as it is cleaned, and of which word."""
    try:
        value = column.clean(cell)
    except CellRefused:
        return cell, []
    read, used = meant(column, said, value) if isinstance(value, str) else (cell, [])
    return (read, used) if used else (cell, [])


def _takes(column: ImportColumn, word: str) -> bool:
    try:
        column.clean(word)
    except CellRefused:
        return False
    return True


def is_remark(cells: list[Any]) -> bool:
    """Tell whether a row is no row of the list, but stands below or between."""
    return bool(_remark(cells))


def _remark(cells: list[Any]) -> str:
    """Return what a row says that is no row of the list, but stands below or between; else empty."""
    filled = [cell for cell in cells if cell not in EMPTY]
    said = {cell for one in filled if not ROW_NUMBER.fullmatch(cell := str(one).strip())}
    # Formulas that were filled down too far; |---|---| below the headers of a table that was pasted.
    if said and (said <= ERRORS or all(map(_LINE.fullmatch, said))):
        return "　".join(sorted(said))
    texts = ["".join(cell.split()) for cell in filled if isinstance(cell, str)]
    if _are_places(filled):
        return "　".join(map(as_it_stands, filled))[:MOST_REMARK]
    is_remark = len(filled) <= REMARK_CELLS and any(map(_REMARK.match, texts))
    is_remark = is_remark or (len(filled) == len(texts) == 1 and bool(_ALONE.match(texts[0])))
    return "　".join(texts)[:MOST_REMARK] if is_remark else ""


def _are_places(filled: list[Any]) -> bool:
    """Tell whether the cells of a row only count the columns."""
    found = [_PLACE.fullmatch("".join(as_it_stands(cell).split())) for cell in filled]
    places = [_place(one[1]) for one in found if one]
    return len(found) >= PLACES and places == list(range(1, len(found) + 1))


def _place(digits: str) -> int:
    if digits in _COUNTS:
        return _COUNTS.index(digits) + 1
    for first, last in (("①", "⑳"), ("A", "Z")):
        if first <= digits <= last:
            return ord(digits) - ord(first) + 1
    return int(digits)
