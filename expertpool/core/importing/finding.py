"""Where the table of a file begins, and which of its columns is which: by header and by content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from expertpool.core.importing.beside import ends_found, of_what_is_beside, right_of_another
from expertpool.core.importing.columns import (
    ERRORS,
    NOTE,
    NOTHING,
    CellRefused,
    ImportColumn,
    as_code,
    as_text,
    bare_header,
    is_no_header,
    known_header,
    normalise_header,
    with_remark,
)
from expertpool.core.importing.headers import is_count, is_further, places_beside, stem_of
from expertpool.core.importing.reading import MADE, Numbered, Top, UnreadableFile
from expertpool.core.importing.ticks import TICKS, UNTICKED, is_tick, word_in
from expertpool.core.validators import is_writable

HEADER_WITHIN = 60  # rows that hold anything: how to fill a list in may take a page
SAYS_NOTHING = {*NOTHING, *ERRORS, "", None}
SAMPLED = 100  # rows below the header by which a column is known
SURE = 0.9  # of the cells
MOST_OF_IT = 0.5  # of the cells of a column of which the one that its header says takes none
FEWEST = 3  # cells by which a column is said to be another one
FEWEST_MOVED = 2  # where it takes none of them, and another takes all
FEWEST_ABOVE = 2  # headers of a table above the one that is read
HIDDEN = 10  # rows that are told as hidden
MOST_DIGITS = 6  # of the number of a row
SAMPLES = 3  # shown beside each header
ITS_NAME = ("名称", "全称")
Named = Callable[[Any], str]  # a header → the code of its column, "" for none
# What is of the person of the row, in so many words: 被推荐人手机 beside 推荐人电话.
_HIS_OWN = re.compile(
    r"^(?:您的?|你的|我的|请(?:填写|输入|选择)您?的?|被推荐(?:专家|人)|推荐对象|申报人|申请人|报名人|专家本人|专家|评委|本人"
    r"|个人|私人)"
    r"(?=.)(?![账帐][号户])"  # 专家账号 is no account of a bank
)
# What is of somebody else: what stands below is no value of the row's person, whatever it looks like.
_ANOTHERS = re.compile(
    r"^(?:专家|评委)?(?:备用|备选|紧急|第[二三]|其他|单位|部门|科室|院系|学院)?"
    r"(?:推荐|介绍|联系|联络|经办|填表|填报|报送|审核|审批|监护|代理|授权|紧急联系)(?:人|员|单位|部门|机构)"
    r"|^(?:专家|评委)?(?:配偶|爱人|父亲|母亲|父母|子女|家属|(?:直系|近)?亲属|(?:主要)?家庭(?:主要)?成员|(?:主要)?社会关系|证明人"
    r"|秘书|助理|助手|司机|导师|财务(?!专家)|人事(?!关系)|法定代表人|法人|(?:单位|部门)负责人"
    r"|(?:主管|分管|直属|直接|上级)领导)"
)
_BY_NAME = ("", "姓名", "名称", "名字")  # behind who it is that is named
_LEADS = ("负责人", "主要负责人", "项目负责人", "对接人")
# What somebody was or had before, which is no value of today: 原职称, 曾任职务, 职称（原）.
_FORMER = re.compile(
    r"^(?:原(?!件|则|始|文|籍)|曾|前任|以前|过去|旧|(?:变更|更新|更换|调整|修改)之?前)"
)
# How he is called elsewhere, beside what he is called: 姓名（拼音）, 单位（英文）.
_IN_OTHER_LETTERS = re.compile(r"[(\[【](?:汉语)?(?:拼音|英文|外文|曾用名)")
LONGEST_OVER = 12  # letters of a header that is joined over several; a title is longer, or says something (推荐单位：甲局)
_SAYS = re.compile(r"[:：]\s*\S")
# What is joined over the headers of one part of a list: 专家信息, 联系方式, 单位情况.
_OF_PART = re.compile(r"(?:信息|情况|资料|内容|方式|专家|评委|成员|单位|机构|人)$")
# What says no more than that there is something to tell: 单位信息 over 名称 is 单位名称.
_TELLS = re.compile(r"(?:基本|有关|相关)?(?:信息|情况|资料)$")
LONGEST_REMARK = 6  # letters that say whose or which a header is; longer ones say how to fill it in
# Who has to do something with it, which says of nobody that it is his: 评审专业（推荐单位审核）, 职称（人事处填）.
_TO_DO = re.compile(r"(?:审核|审查|填|填写|盖章|签字|确认|核对|核实|提供)$")
# 现职称, 目前工作单位, 新手机, 变更后手机
_NOW = re.compile(r"^(?:现[任在有]?|目前|当前|最?新|(?:变更|更新|更换|调整|修改)之?后的?)(?=..)")
_BESIDE_CODES = ("名称", "名")  # of what a system exports beside its codes: 学历代码, 学历名称
# In two languages: 姓名 Name, 出生日期/Date of Birth; 单位ID is a code.
_TWICE_NAMED = re.compile(
    r"([\u4e00-\u9fff]{2,})[/／]?(?!(?i:ID|No|Code|Key|Num)\.?$)[A-Za-z][A-Za-z.'/-]*"
)
_BRACKETS = re.compile(r"[()\[\]【】]")  # as_code has folded （ and ［
_ENDS_OF_NOTES = ")）]】"  # 教授（正高）
# Of the persons, too, but of none of what they review: 档案号, expert_no. One of a specialty says so.
_OWN_NUMBER = re.compile(
    r"(?!.*(?:专业|品目|类|目录|spec|major|categ)).*(?:编码|号|no|id|num|number)\.?", re.IGNORECASE
)
NUMBERS = frozenset(
    ("编号", "no.", "no", "工号", "职工号")
)  # of the rows, or an office's own of the persons
SOURCE = "来自"  # where in a file that is no list a row stands
NUMBERING = NUMBERS | {SOURCE, "序号", "序", "原行号", "未导入原因"}


class Why:
    """Why a header stands for a column, or for none."""

    HEADER = ""
    REMEMBERED = "remembered"
    CHOSEN = "chosen"  # by hand, for this file
    LIKELY = "likely"  # its header may mean the column
    OF_LIST = "of list"  # what the whole list is of says so
    CROSSED = "crossed"  # each of two columns holds most of what the other's header says
    MOVED = "moved"  # its content fits another column than its header says
    CONTENT = "content"  # its header says nothing, its content does
    DOUBT = "doubt"  # nothing of its content can be taken
    TICKED = "ticked"  # its header is a word of the column, with ticks below
    JOINED = "joined"  # one of several headers of a column that holds a list
    BESIDE = "beside"  # of a second list that stands right of the first
    TWICE = "twice"  # another header stands for the same column
    ALSO = "also"  # the same, and its content fits the column, too
    EITHER = "either"  # the same, of a column by which its rows would be other persons'
    OF_NEIGHBOUR = (
        "of neighbour"  # its header may mean the column, and rather what stands beside it
    )
    UNKNOWN = "unknown"
    NUMBERING = "numbering"  # a header that is never imported, or no header
    NOT_KEPT = "not kept"  # a header of something that has no place here
    OWN_NUMBERS = "own numbers"  # such a header over numbers that say more than which row it is


@dataclass(frozen=True)
class Header:
    """The row of headers, and for each of its cells the column's code, "" for one not imported.

    ``row`` is the last row of the header, which has ``depth`` rows; 0: it has none. ``missing`` are headers of
    required columns that no cell stands for. ``samples`` are what stands below each cell.
    """

    sheet: str
    row: int
    depth: int
    cells: list[str]
    codes: list[str]
    why: list[str]
    missing: list[str]
    samples: list[list[str]]
    hidden: list[int] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)  # the first below it
    struck_rows: list[int] = field(default_factory=list)  # the same of those struck through
    others: list[str] = field(default_factory=list)  # further sheets that read as lists
    above: int = (
        0  # the row of a header above this one, with people below it that nobody reads; 0: none
    )

    @property
    def is_clear(self) -> bool:
        """Nothing needs to be asked."""
        asked = {
            *(Why.UNKNOWN, Why.CONTENT, Why.DOUBT, Why.LIKELY, Why.CROSSED, Why.BESIDE),
            *(Why.TICKED, Why.ALSO, Why.EITHER, Why.OF_NEIGHBOUR),
        }
        if self.sheet in MADE:
            return False
        return not self.missing and not self.above and not asked.intersection(self.why)


@dataclass(frozen=True)
class _Place:
    """One way to read a header: its rows in a sheet, and how many columns they name."""

    top: Top
    at: int
    depth: int
    cells: list[Any]
    found: int
    required: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        filled = sum(cell not in ("", None) for cell in self.cells)
        return self.required, self.found, 0 if self.found else filled, -self.depth


def find_header(
    columns: Sequence[ImportColumn],
    tops: Sequence[Top],
    remembered: Mapping[str, str],
    *,
    sheet: str | None = None,
    row: int | None = None,
) -> Header:
    """Return the header of a file by the beginnings of its sheets, its columns recognised.

    ``remembered`` maps normalised headers to codes ("" = not imported), as the user explained them;
    an explanation never takes a header from a column of the code to one that was added. The user
    may say which ``sheet`` and ``row`` it is; row 0: there is none, as where the first row that holds
    what only one column can is no header. Raises UnreadableFile when there is nothing.
    """
    # What a header meant once, and is no column of this user any more, says nothing.
    here = {"", *(column.code for column in columns)}
    remembered = {header: code for header, code in remembered.items() if code in here}
    known = _known(columns, remembered)
    required = {column.code for column in columns if column.required}
    lists = {column.code for column in columns if column.lists}
    chosen = [top for top in tops if sheet is None or top["name"] == sheet]
    words = {one.code: one for one in columns if one.words or one.choices or one.pieces}
    told = frozenset(
        name
        for one in columns
        for header in (*one.likely, *one.apart)
        for name in _ways_to_write(header)
    )

    def named(cell: Any) -> str:
        """Return the column of a header, or of a series of which it is one (专业二)."""
        if isinstance(cell, _OfColumn):
            return cell.code
        if code := _known_as(known, cell):
            return code
        code = known.get(stem_of(cell), "")
        return code if code in lists else ""

    places = [
        place
        for top in chosen
        if (place := _best(top, named, required, row or None, words, told)) is not None
    ]
    if not places:
        raise UnreadableFile("文件中没有数据，请检查是否选错了文件或工作表。")
    best = max(places, key=lambda place: place.rank)
    others = [
        place.top["name"]
        for place in places
        if place is not best
        and best.top["name"] not in MADE
        and place.required == len(required)
        and place.found > 1
    ]
    if row == 0 or (row is None and not best.found):
        best = _without_header(best, columns, is_said=row == 0)
    header = _Recogniser(columns, best, known, remembered).header(others)
    naming = next((column.code for column in columns if column.required), "")
    above = _table_above(best, named, naming) if row is None and best.found else 0
    return replace(header, above=above)


def _table_above(place: _Place, named: Named, naming: str) -> int:
    """Return the row of the first header above the one at ``place`` below which somebody is named; 0: there is
    none. Of two tables below each other the better header is the second one's, at times."""
    rows: list[Numbered] = place.top["rows"][: max(0, place.at - place.depth + 1)]
    for at, (number, cells) in enumerate(rows):
        codes = [named(cell) if isinstance(cell, str) else "" for cell in cells]
        known = sum(map(bool, codes))
        if naming not in codes or known < FEWEST_ABOVE:
            continue
        if 2 * known < sum(cell not in ("", None) for cell in cells):
            continue
        place_of_name = codes.index(naming)
        people = (one[place_of_name] for _, one in rows[at + 1 :] if place_of_name < len(one))
        if any(isinstance(one, str) and one.strip() for one in people):
            return number
    return 0


def below(
    rows: Iterable[Numbered],
    header_row: int,
    header: Sequence[str] = (),
    titles: list[str] | None = None,
) -> Iterator[Numbered]:
    """Yield the rows below the header, without those that repeat it for the print, with blanks of their own
    (姓  名). What stands alone in a row above it joins the ``titles``."""
    again = [_bare(cell) for cell in header]
    while again and not again[-1]:
        again.pop()
    for number, cells in rows:
        if number <= header_row:
            filled = [cell for cell in cells if cell not in ("", None)]
            if titles is not None and len(filled) == 1 and isinstance(filled[0], str):
                titles.append(_bare(filled[0]))
        elif not (again and _is_again(cells, again)):
            yield number, cells


def _is_again(cells: Sequence[Any], again: Sequence[str]) -> bool:
    # Nearly all rows are told apart by their first cell.
    return len(cells) >= len(again) and all(
        _bare(cell) == bare for cell, bare in zip(cells, again, strict=False)
    )


def _bare(cell: Any) -> str:
    return "".join(cell.split()) if isinstance(cell, str) else "" if cell is None else str(cell)


def missing(columns: Sequence[ImportColumn], codes: Iterable[str]) -> list[str]:
    """Return the headers of required columns that ``codes`` does not name."""
    named = set(codes)
    return [column.header for column in columns if column.required and column.code not in named]


def headers_named(columns: Sequence[ImportColumn]) -> Named:
    """Return what gives the column (code) of a header; empty: it is none."""
    known = _known(columns, {})
    return lambda cell: (
        _known_as(known, cell) if isinstance(cell, str) and is_writable(cell) else ""
    )


def _known(columns: Sequence[ImportColumn], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return normalised header → code; "" for what is kept nowhere."""
    added = {column.code for column in columns if column.is_extra}
    built_in = _by_header(column for column in columns if not column.is_extra)
    explained = {
        header: code
        for header, code in remembered.items()
        if (header not in built_in or code not in added) and not is_count(header)
    }
    apart = {name: "" for one in columns for header in one.apart for name in _ways_to_write(header)}
    # Later ones win: what users explained over the columns of the code, these over added ones.
    extra = _by_header(column for column in columns if column.is_extra)
    return apart | extra | built_in | explained


def _known_as(known: Mapping[str, str], cell: Any) -> str:
    """Return the column of a header, also where it says whose it is (申报人姓名), or in brackets which of
    several (专业（一级）); empty: none."""
    name = normalise_header(cell)
    if isinstance(cell, str):
        plain = normalise_header(_BRACKETS.sub("", as_code(cell)))
        if code := known.get(with_remark(cell), "") or known.get(plain, ""):
            return code
    for said in _remarked(cell):  # 电话（办公）, 姓名（推荐人）, 手机（家属）
        if said in known or _is_not_his(said):
            return known.get(said, "")
    name = name if name in known else bare_header(name)  # PHONE, phone
    if name in known or _FORMER.match(name):
        return known.get(name, "")
    for said in (name, *map(name.removesuffix, _BESIDE_CODES)):
        ways = (said, _HIS_OWN.sub("", said), _NOW.sub("", said))
        if code := next(filter(None, (known.get(way, "") for way in ways)), ""):
            return code
    found = _TWICE_NAMED.fullmatch(name)
    return known.get(found[1], "") if found else ""


def _remarked(cell: Any) -> Iterator[str]:
    """Yield a header with each of its remarks before it, as it would be called in one word: 手机（家属） is 家属手机."""
    if is_no_header(cell):
        return
    for note in NOTE.findall(as_code(cell)):
        remark = normalise_header(note[1:-1])
        if not 0 < len(remark) <= LONGEST_REMARK or _TO_DO.search(remark):
            continue
        if "曾用名" not in remark:  # beside today's
            yield remark + normalise_header(cell)


def is_not_his(cell: Any) -> bool:
    """Tell whether what stands below a header is no value of the row's person, or none any more."""
    return any(map(_is_not_his, (normalise_header(cell), *_remarked(cell))))


def _is_not_his(name: str) -> bool:
    return bool(_ANOTHERS.match(name) or _FORMER.match(name))


def _names_another(name: str) -> bool:
    """Tell whether a header names somebody else: 紧急联系人, 推荐单位名称; 秘书."""
    found = _ANOTHERS.match(name)
    return name in _LEADS or bool(found and name[found.end() :] in _BY_NAME)


def _is_of_another(over: Any, both: str) -> bool:
    """Tell whether ``both``, a header with the one above it (``over``), is of somebody else: 姓名 below 配偶情况."""
    name = as_text(over)
    return len(name) <= LONGEST_OVER and not _SAYS.search(name) and is_not_his(both)


def _says_own(name: str) -> bool:
    return bool(_HIS_OWN.match(name) or _NOW.match(name))


def _is_now(cell: Any) -> bool:
    return _NOW.match(normalise_header(cell)) is not None


def _by_header(columns: Iterable[ImportColumn]) -> dict[str, str]:
    return {
        name: one.code
        for one in columns
        if not one.instead_of
        for header in (*one.piece_headers, *one.headers)
        for name in _ways_to_write(header)
    }


def _ways_to_write(header: str) -> tuple[str, ...]:
    """Return a header as it is compared, an English one by its letters alone, too."""
    name = known_header(header)
    return (name, bare_header(name))


def _best(
    top: Top,
    named: Named,
    required: set[str],
    row: int | None,
    words: Mapping[str, ImportColumn],
    told: frozenset[str],
) -> _Place | None:
    """Return the rows of a sheet that best read as headers; the first that hold most if none do."""
    rows = [(number, _header_cells(cells)) for number, cells in top["rows"]]
    places: list[_Place] = []
    for at, (number, cells) in enumerate(rows[:HEADER_WITHIN] if row is None else rows):
        if row is not None and number != row:
            continue
        places.append(_place(top, at, 1, cells, named, required))
        upper = rows[at - 1] if at else (0, [])
        if upper[0] == number - 1:
            joined = _joined(upper[1], cells, named, words, told)
            both = _place(top, at, 2, joined, named, required)
            alone = _place(top, at - 1, 1, upper[1], named, required)
            # Only where the two rows together name more than each of them, or the upper one says what the lower does not.
            most = max(places[-1].found, alone.found)
            if _is_of_parts(upper[1], cells, joined, named) or (
                both.required >= max(places[-1].required, alone.required)
                and (
                    (both.found >= most and _says_whose(joined, cells))
                    or _completes(upper[1], cells, named, most - both.found)
                )
            ):
                places = [one for one in places if one.at < at - 1]
                places.append(both)
            elif both.found > most:
                places.append(both)
    if not places:
        return None
    return max(places, key=lambda place: (place.rank, -place.at))


def _without_header(place: _Place, columns: Sequence[ImportColumn], *, is_said: bool) -> _Place:
    """Return a place above the first row of the list, if it has no header: the first person is none."""
    rows = place.top["rows"]
    tellers = [one for one in columns if one.looks]
    at = next(
        (
            at
            for at, (_, cells) in enumerate(rows[: place.at + 1])
            if is_said or any(_fits(one, frozenset(), cell) for one in tellers for cell in cells)
        ),
        None,
    )
    if at is None:
        return place
    above: tuple[int, list[Any]] = (rows[at][0] - 1, [])
    top = place.top | {"rows": [*rows[:at], above, *rows[at:]]}
    return replace(place, top=top, at=at, depth=0, cells=[])


def _header_cells(cells: Sequence[Any]) -> list[Any]:
    # A cell with NUL and its like is refused with its row; of a header the rest is read.
    return ["".join(filter(is_writable, cell)) if isinstance(cell, str) else cell for cell in cells]


def _place(
    top: Top, at: int, depth: int, cells: list[Any], named: Named, required: set[str]
) -> _Place:
    # Each of a series counts: 一, 二 below one header say more than that alone.
    found = {(named(cell), _is_one_of(cell) and str(cell)) for cell in cells}
    codes = {code for code, _ in found} - {""}
    return _Place(
        top, at, depth, cells, sum(bool(code) for code, _ in found), len(codes & required)
    )


class _OfColumn(str):  # noqa: SLOT000 (it says of which column)
    """A header below one that is joined over several: a word of that one's column, which stands for it."""

    code = ""


def _is_one_of(cell: Any) -> bool:
    """Tell whether a header is one of several of a column: of a series, or a word of its own."""
    return isinstance(cell, _OfColumn) or stem_of(cell) != normalise_header(cell)


def _joined(
    upper: list[Any],
    lower: list[Any],
    named: Named,
    words: Mapping[str, ImportColumn],
    told: frozenset[str],
) -> list[Any]:
    """Return two rows of headers as one: the lower, below a joined cell that says of what. ``told`` are headers that may
    mean a column, or are known as none."""
    cells: list[Any] = []
    over: Any = ""
    width = max(len(upper), len(lower))
    for above, under in zip(_wide(upper, width), _wide(lower, width), strict=True):
        if above not in ("", None):
            over = above
        both = f"{as_text(over)}{as_text(under)}"
        short = f"{_TELLS.sub('', as_text(over))}{as_text(under)}"
        if not normalise_header(under):
            cells.append(above)
        elif short not in (both, as_text(under)) and (
            named(short) or normalise_header(short) in told or is_not_his(over)
        ):
            cells.append(short)
        elif named(both) or normalise_header(both) in told or _is_of_another(over, both):
            cells.append(both)
        elif normalise_header(under) in ITS_NAME and (
            named(over) or normalise_header(over) in told
        ):
            cells.append(over)  # whose name it is, the header above says
        elif (column := words.get(named(over))) and not named(under) and word_in(column, under):
            cells.append(_OfColumn(as_text(under)))
            cells[-1].code = column.code
        elif column and not named(under) and (piece := _piece_of(column, under)):
            cells.append(piece)
        else:
            cells.append(under)
    return cells


def _piece_of(column: ImportColumn, under: Any) -> str:
    """Return the piece of a column that a header below its own is: 月, below 出生日期; empty: none."""
    name = normalise_header(under)
    return next((piece for piece in column.pieces if piece.endswith(name)), "")


def _says_whose(joined: list[Any], lower: list[Any]) -> bool:
    """Tell whether of headers that stand below one that is joined over them some are somebody else's: 姓名 below 紧急联系人,
    and once more below 专家信息."""
    return any(
        isinstance(cell, str) and cell != under and is_not_his(cell)
        for cell, under in zip(joined, lower, strict=False)
        if normalise_header(under)
    )


def _is_of_parts(upper: list[Any], lower: list[Any], joined: list[Any], named: Named) -> bool:
    """Tell whether two rows are one header of which each upper cell says of whom or of what the lower ones are, and some
    that are joined are not the person's: 推荐单位 over 单位名称 and 联系电话, beside 专家 over 姓名 and 联系电话; 单位信息 over
    名称 and 电话. One with nothing below is a header itself; what somebody filled in above a list (推荐单位, beside it 甲大学)
    says nothing of the kind."""
    if not any(map(named, joined)) or not _are_headers(lower):
        return False
    width = max(len(upper), len(lower)) + 1
    above, below = _wide(upper, width), _wide(lower, width)
    over = [
        at for at in range(width) if normalise_header(above[at]) and normalise_header(below[at])
    ]
    spans = [
        at for at in over if not normalise_header(above[at + 1]) and normalise_header(below[at + 1])
    ]
    others = [
        max((one for one in over if one <= at), default=-1)
        for at, (cell, under) in enumerate(zip(joined, below, strict=False))
        if isinstance(cell, str) and cell != under and normalise_header(under)
        if is_not_his(cell) or (named(under) and not named(cell))
    ]
    return not {*spans}.isdisjoint(others) and all(_names_a_part(above[at], named) for at in over)


def _are_headers(cells: list[Any]) -> bool:
    """Tell whether the texts of a row may be headers: values have numbers among them."""
    texts = [cell for cell in cells if normalise_header(cell)]
    return all(isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in texts)


def _names_a_part(cell: Any, named: Named) -> bool:
    if not isinstance(cell, str) or len(as_text(cell)) > LONGEST_OVER or _SAYS.search(cell):
        return False
    return bool(is_not_his(cell) or named(cell) or _OF_PART.search(normalise_header(cell)))


def _completes(upper: list[Any], lower: list[Any], named: Named, fewer: int) -> bool:
    """Tell whether a row stands below headers that are joined over several of its cells, and fills no others: 电话, with
    办公 and 手机 below it. One that is known stands beside, with nothing below. By ``fewer`` headers than alone they may be
    known together: 职称, over 正高, 副高 and 中级."""
    width = max(len(upper), len(lower))
    above = [bool(normalise_header(cell)) for cell in _wide(upper, width)]
    under = [bool(normalise_header(cell)) for cell in _wide(lower, width)]
    if not _are_headers(lower):
        return False
    beside = [at for at, cell in enumerate(upper) if above[at] and not under[at] and named(cell)]
    joined = [at for at in range(width - 1) if above[at] and not above[at + 1] and under[at + 1]]
    spans = [
        at
        for at in range(width)
        if under[at] and (at in joined or (not above[at] and at and under[at - 1]))
    ]
    lost = sum(bool(named(upper[at])) for at in joined if at < len(upper))
    return bool(beside) and len(spans) > 1 and len(spans) == sum(under) and fewer <= lost


def _wide(cells: list[Any], width: int) -> list[Any]:
    return [*cells, *[""] * (width - len(cells))]


def refused_whole(
    columns: Sequence[ImportColumn],
    tops: Sequence[Top],
    place: tuple[str, int],
    codes: Sequence[str],
) -> list[int]:
    """Return the places of those of ``codes`` that take no cell of what stands below them, as far
    as the beginning of a sheet below the header at ``place`` (sheet, row) shows."""
    sheet, row = place
    rows = [cells for top in tops if top["name"] == sheet for n, cells in top["rows"] if n > row]
    cleaners = {column.code: column.clean for column in columns if not column.may_refuse_all}
    found = []
    for at, code in enumerate(codes):
        below = [
            cells[at] for cells in rows if at < len(cells) and cells[at] not in (*ERRORS, "", None)
        ]
        if code in cleaners and len(below) >= FEWEST:
            clean = cleaners[code]
            if all(_is_refused(clean, cell) for cell in below[:SAMPLED]):
                found.append(at)
    return found


def may_stand_for(
    columns: Sequence[ImportColumn],
    tops: Sequence[Top],
    place: tuple[str, int],
    codes: Sequence[str],
    at: int,
) -> list[str]:
    """Return the headers of the columns, not yet named, that most of what stands at ``at`` fits, or that
    people call so."""
    sheet, row = place
    rows = [cells for top in tops if top["name"] == sheet for n, cells in top["rows"] if n > row]
    cells = [one[at] for one in rows if at < len(one) and one[at] not in SAYS_NOTHING][:SAMPLED]
    rather = next((one.rather for one in columns if one.code == codes[at]), "")
    free = [one for one in columns if one.code not in codes]
    return [
        one.header
        for one in free
        if one.code == rather or (share_of(one, _words_of(one), cells) or 0.0) >= MOST_OF_IT
    ]


class _Recogniser:
    """Finds for each cell of a header its column."""

    def __init__(
        self,
        columns: Sequence[ImportColumn],
        place: _Place,
        known: Mapping[str, str],
        remembered: Mapping[str, str],
    ) -> None:
        self.columns = {column.code: column for column in columns}
        self.place, self.known, self.remembered = place, known, remembered
        self.own = _known(columns, {})  # without what was said of other lists
        self.hidden = set(place.top["hidden"])
        self.rows = place.top["rows"]
        under = self.rows[place.at + 1 : place.at + 1 + SAMPLED]
        width = max(len(place.cells), *(len(cells) for _, cells in under), 0)
        self.cells = _wide(place.cells, width)
        self.below = [
            [cells[at] for _, cells in under if at < len(cells) and cells[at] not in SAYS_NOTHING]
            for at in range(width)
        ]
        self.lists: dict[str, frozenset[str]] = {}

    def header(self, others: list[str]) -> Header:
        codes, why = self._by_header()
        self._leave_out_beside(codes, why)
        self._by_pieces(codes, why)
        self._by_ticks(codes, why)
        self._by_likeness(codes, why)
        self._by_codes(codes, why)
        self._by_content(codes, why)
        self._by_neighbours(codes, why)
        self._once(codes, why)
        self._leave_apart(why)
        return Header(
            self.place.top["name"],
            self.rows[self.place.at][0],
            self.place.depth,
            [as_text(cell) for cell in self.cells],
            codes,
            why,
            missing(list(self.columns.values()), codes),
            [[_short(cell) for cell in cells[:SAMPLES]] for cells in self.below],
            sorted(self.hidden),
            self._first_below("hidden_rows"),
            self._first_below("struck_rows"),
            others,
        )

    def _first_below(self, kind: str) -> list[int]:
        """Return the first of the rows below the header of which the file says something."""
        header = self.rows[self.place.at][0]
        return [row for row in self.place.top.get(kind, ()) if row > header][:HIDDEN]

    def _by_header(self) -> tuple[list[str], list[str]]:
        codes, why = [], []
        for cell, below in zip(self.cells, self.below, strict=True):
            name = normalise_header(cell)
            code = _known_as(self.known, cell) or self._of_series(cell)
            if is_word := isinstance(cell, _OfColumn):
                code = cell.code
            codes.append(code)
            if is_word:
                why.append(Why.TICKED)
            elif (said := with_remark(cell)) in self.remembered:
                codes[-1] = self.known.get(said, code)
                why.append(Why.REMEMBERED)
            elif name in self.remembered:
                why.append(Why.REMEMBERED)
            elif code:
                why.append(Why.HEADER)
            elif name.lower() in NUMBERS and not all(map(_counts, below)):
                why.append(Why.OWN_NUMBERS)
            elif name.lower() in NUMBERING or not (name or below):
                why.append(Why.NUMBERING)
            else:
                why.append(Why.UNKNOWN)
        return codes, why

    def _by_neighbours(self, codes: list[str], why: list[str]) -> None:
        """Ask about headers whose meaning what stands beside them decides, and about the end of what only begins."""
        columns = self.columns.values()
        self._leave_to_others(codes, why)
        for at in of_what_is_beside(columns, self.cells, codes):
            # What it meant in another list, with something else beside it, it need not mean here.
            if why[at] in (Why.HEADER, Why.LIKELY, Why.REMEMBERED):
                codes[at], why[at] = "", Why.OF_NEIGHBOUR
        unknown = [
            at
            for at, reason in enumerate(why)
            if reason == Why.UNKNOWN and not is_not_his(self.cells[at])
        ]
        under = [cells for _, cells in self.rows[self.place.at + 1 :][:SAMPLED]]
        for at, code in ends_found(columns, self.cells, codes, unknown, under):
            codes[at], why[at] = code, Why.LIKELY

    def _leave_to_others(self, codes: list[str], why: list[str]) -> None:
        """Leave a telephone right of somebody else's name (推荐人 | 电话) to that one where the person has another one;
        else ask whose it is."""
        columns = self.columns.values()
        found = [*right_of_another(columns, self.cells, codes, _names_another)]
        for at in found:
            code = codes[at]
            if why[at] not in (Why.HEADER, Why.LIKELY, Why.CONTENT):
                continue
            own = [one for one, other in enumerate(codes) if other == code and one not in found]
            if any((self._share(code, one) or 0.0) >= MOST_OF_IT for one in own):
                codes[at], why[at] = "", Why.TWICE
            elif normalise_header(self.cells[at]) != normalise_header(self.columns[code].header):
                why[at] = Why.LIKELY

    def _leave_apart(self, why: list[str]) -> None:
        """Ask nothing of headers of what is kept nowhere here."""
        told = (one for column in self.columns.values() for one in column.apart)
        apart = {name for one in told for name in _ways_to_write(one)}
        for at, reason in enumerate(why):
            name = normalise_header(self.cells[at])
            ways = (name, bare_header(name), *_remarked(self.cells[at]))
            if reason == Why.UNKNOWN and not apart.isdisjoint(ways):
                why[at] = Why.NOT_KEPT

    def _leave_out_beside(self, codes: list[str], why: list[str]) -> None:
        for at in places_beside(self.columns, self.known, self.cells):
            if self.below[at] or as_text(self.cells[at]):
                codes[at], why[at] = "", Why.BESIDE

    def _of_series(self, cell: Any) -> str:
        """Return the column that holds a list and whose header this is with a number: 专业二."""
        code = self.known.get(stem_of(cell), "")
        return code if code and self.columns[code].lists else ""

    def _by_pieces(self, codes: list[str], why: list[str]) -> None:
        """Take the headers of a column's pieces for it where all are there, and no header is that of the whole; else
        they are asked about."""
        for column in self.columns.values():
            held = [at for at, reason in enumerate(why) if reason != Why.BESIDE]
            found = [at for at in held if column.piece_of(self.cells[at])]
            whole = [at for at in held if codes[at] == column.code and at not in found]
            is_all = column.has_pieces([column.piece_of(self.cells[at]) for at in found])
            for at in found:
                if is_all and not whole:
                    codes[at], why[at] = column.code, Why.JOINED
                elif whole or len(found) > 1:
                    codes[at], why[at] = "", Why.UNKNOWN
                elif why[at] == Why.HEADER:
                    why[at] = Why.LIKELY

    def _by_ticks(self, codes: list[str], why: list[str]) -> None:
        """Take headers that are words of one column, with nothing but ticks below, for this column; below
        some of several nobody may have ticked."""
        places = [
            at
            for at, reason in enumerate(why)
            if reason == Why.UNKNOWN and (TICKS | UNTICKED).issuperset(map(_short, self.below[at]))
        ]
        if not any(is_tick(cell) for at in places for cell in self.below[at]):
            return
        words: dict[str, list[int]] = {}
        for at in places:
            means = [code for code, one in self.columns.items() if word_in(one, self.cells[at])]
            if len(means) == 1 and means[0] not in codes:
                words.setdefault(means[0], []).append(at)
        for code, found in words.items():
            if any(is_tick(cell) for at in found for cell in self.below[at]):
                for at in found:
                    codes[at], why[at] = code, Why.TICKED

    def _by_codes(self, codes: list[str], why: list[str]) -> None:
        """Tell the codes of a list from what they are called by, where it has a column for each."""
        for column in (one for one in self.columns.values() if one.instead_of):
            headers = set(map(normalise_header, column.headers))
            held = [
                at
                for at, code in enumerate(codes)
                if code == column.instead_of and why[at] == Why.HEADER
            ]
            coded = [at for at in held if normalise_header(self.cells[at]) in headers]
            if coded and len(held) > len(coded):
                codes[coded[0]] = column.code

    def _by_likeness(self, codes: list[str], why: list[str]) -> None:
        """Propose columns that no header names for headers that people may mean by them."""
        likely: dict[str, list[str]] = {}
        for code, one in self.columns.items():
            for name in (name for header in one.likely for name in _ways_to_write(header)):
                likely.setdefault(name, []).append(code)
        for at, reason in enumerate(why):
            name = normalise_header(self.cells[at])
            ways = (name, bare_header(name), _HIS_OWN.sub("", name), _NOW.sub("", name))
            may_be = next((likely[one] for one in ways if one in likely), [])
            if reason == Why.UNKNOWN and (code := self._likeliest(may_be, at)) not in ("", *codes):
                codes[at], why[at] = code, Why.LIKELY

    def _likeliest(self, may_be: Sequence[str], at: int) -> str:
        """Return which of several columns a header may mean that the cells look like (职称、职务); else the last."""
        return max(reversed(may_be), key=lambda one: self._share(one, at) or 0.0, default="")

    def _untangle(self, codes: list[str], why: list[str]) -> None:
        """Exchange two columns of which each holds what the other's header says: with no word of its own."""
        named = [
            at
            for at, code in enumerate(codes)
            if why[at] == Why.HEADER and code and len(self.below[at]) >= FEWEST
        ]
        told = [at for at in named if self.columns[codes[at]].bare]
        for one, other in combinations(told, 2):
            shares = [self._bare_share(codes[b], a) for a, b in ((one, other), (other, one))]
            if min(shares) >= SURE and not any(
                self._bare_share(codes[at], at) for at in (one, other)
            ):
                codes[one], codes[other] = codes[other], codes[one]
                why[one] = why[other] = Why.CROSSED
        foreign = [at for at in named if self._share(codes[at], at) == 0.0]
        for one, other in combinations(foreign, 2):
            shares = [self._share(codes[b], a) or 0.0 for a, b in ((one, other), (other, one))]
            if Why.HEADER == why[one] == why[other] and min(shares) >= MOST_OF_IT:
                codes[one], codes[other] = codes[other], codes[one]
                why[one] = why[other] = Why.MOVED if min(shares) >= SURE else Why.CROSSED

    def _by_content(self, codes: list[str], why: list[str]) -> None:
        self._forget_unfit(codes, why)
        self._untangle(codes, why)
        for at, code in enumerate(codes):
            are_few = len(self.below[at]) < FEWEST
            if self._may_be_moved(code, why[at]) and len(self.below[at]) >= FEWEST_MOVED:
                is_refused = self._all_refused(code, at)
                # One odd word among few hides nothing where all of it would be refused.
                enough = MOST_OF_IT if is_refused and not are_few else SURE
                is_foreign = (is_refused or not are_few) and self._share(code, at) == 0.0
                if is_foreign and (better := self._fitting(at, codes, enough)):
                    codes[at], why[at] = better, Why.MOVED
                elif is_refused and not are_few:
                    why[at] = Why.DOUBT
            self._take_rather(at, codes, why)
        self._give_up(codes, why)
        for at, reason in enumerate(why):
            if reason == Why.UNKNOWN and (found := self._fitting(at, codes)):
                codes[at], why[at] = found, Why.CONTENT
            elif reason == Why.OWN_NUMBERS:
                if found := self._fitting(at, codes):
                    codes[at], why[at] = found, Why.MOVED
                elif self._numbers_by_codes(at):
                    why[at] = Why.UNKNOWN

    def _forget_unfit(self, codes: list[str], why: list[str]) -> None:
        """Take a header of the template at its word where what was said of it in another list fits fewer of its cells, and
        not most; look among the others where a header that may mean a column stands over what is another one's."""
        for at, code in enumerate(codes):
            fits = self._share(code, at) if code and self.below[at] else None
            if fits is None or fits >= MOST_OF_IT:
                continue
            if why[at] == Why.REMEMBERED:
                own = _known_as(self.own, self.cells[at])
                if own not in ("", *codes) and self._fits_better(own, code, at):
                    codes[at], why[at] = own, Why.MOVED
            elif why[at] == Why.LIKELY and not fits and (better := self._fitting(at, codes)):
                codes[at], why[at] = better, Why.CONTENT

    def _fits_better(self, code: str, other: str, at: int) -> bool:
        """Tell whether a column takes more of what stands below than another one, or any text where that one knows none."""
        share, others = self._share(code, at), self._share(other, at) or 0.0
        if share is None or self._all_refused(other, at):
            return not others and not self._all_refused(code, at)
        return share > others

    def _may_be_moved(self, code: str, why: str) -> bool:
        """Tell whether content may say that a header means something else here: what was once said of a header was said
        of another list."""
        return why == Why.HEADER or (why == Why.REMEMBERED and code != "")

    def _take_rather(self, at: int, codes: list[str], why: list[str]) -> None:
        """Propose for a header that takes nothing of its cells the column that people often call so."""
        if why[at] not in (Why.HEADER, Why.DOUBT) or not codes[at] or not self.below[at]:
            return
        rather = self.columns[codes[at]].rather
        if not rather or (rather in codes and not self._may_be_taken(rather, at, codes, why)):
            return
        # One 个人 among types is the odd cell, and does not refuse all others.
        clean, below = self.columns[codes[at]].clean, self.below[at]
        taken = sum(not _is_refused(clean, cell) for cell in below) / len(below)
        if not taken or (taken < MOST_OF_IT and taken <= (self._share(rather, at) or 0.0)):
            if rather in codes:
                held = codes.index(rather)
                codes[held], why[held] = "", Why.UNKNOWN
            codes[at], why[at] = rather, Why.LIKELY

    def _may_be_taken(self, code: str, at: int, codes: list[str], why: list[str]) -> bool:
        """Tell whether ``at`` holds what the one header of a column does not: 技术类 below 类别, 外部专家 below 专家类别."""
        held = codes.index(code)
        return (
            codes.count(code) == 1
            and why[held] in (Why.HEADER, Why.DOUBT)
            and self._share(code, held) == 0.0
            and (self._share(code, at) or 0.0) >= SURE
        )

    def _give_up(self, codes: list[str], why: list[str]) -> None:
        """Leave a column whose header stands over something else to the one header that says nothing and
        below which there is nothing but what the column holds: 手机号 660000, 长号 13800138000."""
        for at, code in enumerate(codes):
            if why[at] != Why.DOUBT:
                continue
            fits = [
                other
                for other, reason in enumerate(why)
                if reason == Why.UNKNOWN
                and not is_not_his(self.cells[other])
                and (self._share(code, other) or 0.0) >= SURE
            ]
            if len(fits) == 1:
                codes[at] = ""
                codes[fits[0]], why[fits[0]] = code, Why.CONTENT

    def _fitting(self, at: int, codes: Sequence[str], enough: float = SURE) -> str:
        """Return the one column, not yet found, that the content below a cell fits."""
        name = normalise_header(self.cells[at])
        if is_not_his(self.cells[at]):
            return ""
        others = {name, *_remarked(self.cells[at])}
        free = [
            code
            for code, one in self.columns.items()
            if code not in codes and others.isdisjoint(one.others)
            if one.below is None or not name or one.below(name)
            if not (one.lists and self._numbers_by_codes(at))
        ]
        fits = [code for code in free if (self._share(code, at) or 0.0) >= enough]
        if not (fits or name) and self.below[at]:
            fits = [code for code in free if self._bare_share(code, at) >= enough]
        return fits[0] if len(fits) == 1 else ""

    def _numbers_by_codes(self, at: int) -> bool:
        """Tell whether a header of numbers stands over what may be codes of a list, each of them once: expert A0101 is not
        the one for what A0101 is called."""
        name, cells = normalise_header(self.cells[at]), [*map(_short, self.below[at])]
        return bool(
            (name.lower() in NUMBERS or _OWN_NUMBER.fullmatch(name))
            and len({*cells}) == len(cells)
            and any(
                (self._share(code, at) or 0.0) >= SURE
                for code, one in self.columns.items()
                if one.lists
            )
        )

    def _bare_share(self, code: str, at: int) -> float:
        """Return how much of what stands below no header looks like the column."""
        bare, cells = self.columns[code].bare, self.below[at]
        if bare is None:
            return 0.0
        return sum(isinstance(cell, str) and bool(bare(cell.strip())) for cell in cells) / len(
            cells
        )

    def _share(self, code: str, at: int) -> float | None:
        """Return how much of what stands below looks like the column; None where that says nothing."""
        column, cells = self.columns[code], self.below[at]
        return share_of(column, self._words(column), cells) if cells else None

    def _words(self, column: ImportColumn) -> frozenset[str]:
        if column.code not in self.lists:
            self.lists[column.code] = _words_of(column)
        return self.lists[column.code]

    def _all_refused(self, code: str, at: int) -> bool:
        column = self.columns[code]
        if column.may_refuse_all:
            return False
        return all(_is_refused(column.clean, cell) for cell in self.below[at])

    def _once(self, codes: list[str], why: list[str]) -> None:
        """Leave a column to the header that fits it best: by content, then as a header of the
        template, then where it is seen. One that holds a list is left to all headers of its series, and
        to those that were said to be it."""
        for code in {code for code in codes if code}:
            same = [at for at, one in enumerate(codes) if one == code]
            best = max(same, key=lambda at: self._claim(code, at, why[at]))
            if len(same) > 1 and why[best] == Why.HEADER and _is_now(self.cells[best]):
                why[best] = Why.LIKELY  # 职称 beside 现职称: which of them is meant is asked
            for at in same:
                if at == best:
                    continue
                if why[at] == why[best] and why[at] in (Why.JOINED, Why.TICKED):
                    continue
                if self.columns[code].lists and self._goes_with(at, best, why):
                    why[at] = why[at] or Why.JOINED
                else:
                    fits = self.columns[code].lists and self._share(code, at)
                    # A remark says that it is another one's: 专业（所学）.
                    fits = fits and not NOTE.search(stem_of(self.cells[at]))
                    is_open = self._is_open(code, at, best, why)
                    codes[at] = ""
                    why[at] = Why.ALSO if fits else Why.EITHER if is_open else Why.TWICE

    def _is_open(self, code: str, at: int, best: int, why: Sequence[str]) -> bool:
        """Tell whether it is open which of two headers a column is, by which its rows would be other persons': 专家 and 姓名,
        or one of another list (负责人) beside one of the template."""
        column = self.columns[code]
        if not column.required or not self.below[at] or self.below[at] == self.below[best]:
            return False
        if {at, best} & self.hidden:
            return False
        if column.looks is None or {why[at], why[best]} == {Why.HEADER, Why.REMEMBERED}:
            return True
        return self._is_either(code, at, best, why)

    def _is_either(self, code: str, at: int, best: int, why: Sequence[str]) -> bool:
        """Tell whether below two headers stand other values of the column, and no header says which are meant: 移动电话
        beside 联系电话, over two mobile numbers (docs/decisions/0781)."""
        column, both = self.columns[code], (at, best)
        if any(why[one] != Why.HEADER or is_further(self.cells[one]) for one in both):
            return False
        if normalise_header(self.cells[best]) == normalise_header(column.header):
            return False
        if any((self._share(code, one) or 0.0) < SURE for one in both):
            return False
        others, its = (_cleaned(column.clean, self.below[one]) for one in both)
        return bool(others - its)

    def _goes_with(self, at: int, best: int, why: Sequence[str]) -> bool:
        """Tell whether two headers may both stand for one column."""
        one, other = (stem_of(self.cells[place]) for place in (at, best))
        is_both = why[at] == why[best] == Why.HEADER
        if is_both and any(is_further(self.cells[place]) for place in (at, best)):
            return True  # 专业2, beside 评审专业
        return one == other or why[at] == why[best] == Why.REMEMBERED

    def _is_remarked_beside(self, at: int) -> bool:
        """Tell whether a header stands once more without its remark, whatever that says but that it is his own:
        手机号（负责人） beside 手机号."""
        cell = self.cells[at]
        name = normalise_header(cell)
        if with_remark(cell) == name or any(map(_says_own, _remarked(cell))):
            return False
        return any(with_remark(one) == name for one in self.cells if isinstance(one, str))

    def _claim(self, code: str, at: int, why: str) -> tuple[Any, ...]:
        exact = normalise_header(self.cells[at]) == normalise_header(self.columns[code].header)
        share = self._share(code, at)
        fits = (share or 0.0) >= SURE
        if self.columns[code].lists:  # some words of a list may be its writer's own
            fits, exact = bool(exact and share), fits
        return (
            # What was once said of somebody else's in another list gives way to the person's own.
            why != Why.REMEMBERED or not is_not_his(self.cells[at]),
            not _IN_OTHER_LETTERS.search(as_code(self.cells[at])),
            bool(self.below[at]),
            why != Why.DOUBT,
            not self._is_remarked_beside(at),
            at not in self.hidden,
            any(map(_says_own, _remarked(self.cells[at]))),  # 手机（个人） beside 手机（单位）
            _is_now(self.cells[at]),
            fits,
            exact,
            why != Why.REMEMBERED,
            -at,
        )


def _counts(cell: Any) -> bool:
    """Tell whether a cell says which row it is, and no more."""
    text = _short(cell)
    return text.isdecimal() and len(text) <= MOST_DIGITS


def share_of(column: ImportColumn, known: frozenset[str], cells: Sequence[Any]) -> float | None:
    """Return how much of ``cells`` looks like the column with the words ``known``; None where that says
    nothing."""
    if not cells or (column.looks is None and column.words is None):
        return None
    return sum(_fits(column, known, cell) for cell in cells) / len(cells)


def _words_of(column: ImportColumn) -> frozenset[str]:
    """Return the words of a column, and the stems by which lists call them: 技术 for 技术类."""
    words = frozenset(column.words() if column.words else ())
    # Of titles and places too many are the beginning of another one.
    meanings = column.meanings() if words and column.may_be is None else {}
    stems = {said for said, word in meanings.items() if word in words and word.startswith(said)}
    return words | stems


def _fits(column: ImportColumn, known: frozenset[str], cell: Any) -> bool:
    try:
        text = as_text(cell)
        if text in known or (column.looks and column.looks(cell)):
            return True
        return text[-1:] in _ENDS_OF_NOTES and NOTE.sub("", as_code(text)) in known
    except CellRefused:
        return False


def _is_refused(clean: Any, cell: Any) -> bool:
    try:
        clean(cell)
    except CellRefused:
        return True
    return False


def _cleaned(clean: Any, cells: Iterable[Any]) -> set[Any]:
    cleaned = set()
    for cell in cells:
        with suppress(CellRefused):
            cleaned.add(clean(cell))
    return cleaned


def _short(cell: Any) -> str:
    try:
        return as_text(cell)[:30]
    except CellRefused:
        return "（有看不见的字符）"
