"""The columns of an import: how their headers read, and how a cell becomes a value.

A cleaner gets what stands in the cell (text, a float for every number, a date …), never an empty
cell, and returns the value or raises `CellRefused`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

from expertpool.core.text import (
    HIDDEN,
    clean_code,
    clean_text,
    if_seen,
    is_hidden,
    one_line,
    without_unseen,
)
from expertpool.core.validators import is_writable

Cleaner = Callable[[Any], Any]
LONGEST_HEADER = 500  # letters, with remarks
EXACT = 10**15  # Excel keeps 15 digits of a number; longer ones are rounded
# Without marks all digits are there: 2026/12 is December, not the second of January.
_DAY = re.compile(r"(\d{4})(?:\D(\d{1,2})\D(\d{1,2})日?|(\d\d)(\d\d))")
_MONTH = re.compile(r"(\d{4})(?:\D(\d{1,2})月?|(\d\d))")
# 24/3/1, 27年3月: a first number that can be no month nor day of one; 12/31/24 may be the other way round.
_SHORT_YEAR = re.compile(r"(1[3-9]|[2-9]\d)(?=([/.-])\d{1,2}\2\d{1,2}$|年\d{1,2}月)")
_LAST_OF_2000 = "69"  # of years with two digits, as most programs read them
# Digits, what Excel puts behind them, the measure, and that it may be more.
_AMOUNT = re.compile(
    r"(?:约|大约)?(\d{1,20})(?:\.0{1,4})?\s?(?:多|余)?([^\d\s]{0,4}?)(?:以上|多|余)?"
)
_HAN_AMOUNT = re.compile(
    r"^(?:(?P<tens>[一二三四五六七八九]?)十(?P<more>[一二三四五六七八九])?|(?P<ones>[一二两三四五六七八九]))"
)
FIRST, LAST = "first", "last"  # day of a month
LONGEST_DAY = 40  # letters; what is longer is read each time
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_YEAR = re.compile(
    r"^(?:[一二][〇零○一二三四五六七八九]{3}(?=[年./-]|$)|[〇零○一二三四五六七八九]{2}(?=年))"
)
# 民国六十四年, 民國 64年
_REPUBLIC = re.compile(
    r"^(?:中[华華])?民[国國]\s*(?:(?P<number>\d{1,3})|(?P<ones>元|[一二三四五六七八九])"
    r"|(?P<tens>[二三四五六七八九]?)十(?P<more>[一二三四五六七八九])?)年"
)
BEFORE_REPUBLIC = 1911
_HAN_COUNT = re.compile(
    r"(?<=[年月./-])(?:(?P<tens>[二三]?)十(?P<more>[一二三四五六七八九])?"
    r"|(?P<ones>[一二三四五六七八九]))(?=[月日号./-]|$)"
)
_MONTH_OF_NUMBER = re.compile(r"((?:19|20)\d{2})\.(\d{1,2})")
JANUARY, OCTOBER = 1, 10
# Of a moment that names a zone no more than ours: elsewhere it is another day.
TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?(\+08:?00)?$")
# The day of the week, which the day itself says: 2024-03-01 星期五, 2024年3月1日（周五）.
_WEEKDAY = re.compile(r"[\s,，、]*[(（\[]?(?:星期|礼拜|周)[一二三四五六日天][)）\]]?$")
EPOCH, SERIALS = date(1899, 12, 30), (10_000, 73_050)  # 1927 to 2099
YEARS = (1900, 2100)
# What Excel makes of a long number in a .csv, and by what people keep it from that.
_POWER = re.compile(r"(\d)\.(\d+)[Ee]\+?(\d{1,2})")
_AS_FORMULA = re.compile(r'="([^"]*)"')
# What people write into a cell that holds nothing, and where the row above is meant.
MARKS_FOR_NOTHING = frozenset(("/", "／", "//", "\\", "-", "--", "－", "–", "—", "——", "―", "─"))
YEAR_ALONE = "只写了年份 {}（单元格设成了日期格式），请补上月、日。"
BETWEEN = "；"  # what several columns of a list hold
ZERO = "0"  # what a formula makes of an empty cell
# The last are what forms that are filled in online give out.
NOTHING = MARKS_FOR_NOTHING | {
    *(
        "无",
        "暂无",
        "没有",
        "空",
        "(空)",
        "（空）",
        "(跳过)",
        "（跳过）",
        "(未填)",
        "（未填）",
        "(未填写)",
        "（未填写）",
    ),
}
# What people write for yes and no, below whatever header.
YES = frozenset(("是", "√", "✓", "✔", "Y", "y", "YES", "Yes", "yes", "TRUE", "True", "true"))
NO = frozenset(
    ("否", "×", "✗", "✘", "X", "x", "N", "n", "NO", "No", "no", "FALSE", "False", "false")
)
SAME = frozenset(
    (
        "同上",
        "同前",
        "〃",
        "″",
        '"',
        "”",
        "々",
        "“",
        "“”",
        "〞",
        '""',
        "''",
        "’’",
        "‘‘",
        "‘’",
        "′′",
        "´´",
        "``",
        "＂",
    )
)
# What a formula without a result leaves, and what Excel writes into a .csv for a column too narrow.
ERRORS = frozenset(
    (
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA"),
        *("#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"),
        *("#" * width for width in range(2, 14)),
    )
)
_NUMBERED = re.compile(r"^\d{1,2}[.、](?=\D)")
# Traditional letters of headers, which lists from Hong Kong, Macao and Taiwan have.
_SIMPLE = str.maketrans(
    "單別證號機電話郵箱職稱專業學歷銀聯繫類區備註務評審戶帳賬薦編級種時間開終擔國際參與",
    "单别证号机电话邮箱职称专业学历银联系类区备注务评审户帐账荐编级种时间开终担国际参与",
)
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
NOTE = re.compile(r"[(\[【].{0,200}?[)\]】]")


class CellRefused(ValueError):
    """A cell that cannot be taken. ``reason`` is a few fixed words, the same for every such cell
    (``{}`` stands for the header); ``detail`` says how to mend it; ``word`` is one that no list
    has; ``code`` the column, where it is not the one that is being cleaned."""

    def __init__(self, reason: str, detail: str = "", *, word: str = "", code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.word = word
        self.code = code

    def sentence(self, label: str) -> str:
        """Return what a form says of the field ``label``."""
        reason = self.reason.format(label)
        wrong = "不对" if reason.endswith(("格式", "校验位")) else ""
        return f"{reason}{wrong}：{self.detail}" if self.detail else f"{reason}{wrong}。"


def as_text(cell: Any) -> str:
    """Return what stands in a cell as clean text; whole numbers without their decimal point.

    Marks that nobody sees (of direction, of no width) go like blanks: nobody could delete them. Refuses what
    nobody writes: NUL, which the database cannot hold, and its like.
    """
    if isinstance(cell, str):
        value = clean_text(cell)
        seen = without_unseen(value)
        # Nearly all cells need no more than these looks.
        if seen is value and value.isprintable():
            return if_seen(value)
        return if_seen(_writable(clean_text(seen)))
    match cell:
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if (cell.hour, cell.minute, cell.second) == (0, 0, 0):
            return cell.date().isoformat()
        case _:
            return str(cell)


def as_line(cell: Any) -> str:
    """Return what stands in a cell as text of one line: columns are narrow, and lines were broken to fit."""
    value = as_text(cell)
    return value if value.isprintable() else one_line(value)


def as_code(cell: Any) -> str:
    """Return an identifier: all full-width forms folded, numbers as their digits."""
    if not isinstance(cell, str):
        return as_text(cell)
    is_plain = cell.isascii() and cell.isprintable()  # nothing to fold: nearly all are so
    value = cell.strip() if is_plain else _writable(clean_code(without_unseen(cell)))
    return value if value.isalnum() else _as_typed(value)


def _as_typed(value: str) -> str:
    """Return the digits of ="13877120032" and of 1.3877120032E+10, of which none is lost."""
    value = value.lstrip("'‘’")  # by which people keep a number a text
    if found := _AS_FORMULA.fullmatch(value):
        return found[1].strip()
    found = _POWER.fullmatch(value)
    return found[1] + found[2] if found and len(found[2]) == int(found[3]) else value


def is_formula(cell: str) -> bool:
    """Tell whether a text is a formula, and not only written as one (="13877120032")."""
    return cell.startswith("=") and not _AS_FORMULA.fullmatch(cell.strip())


def is_rounded(value: str) -> bool:
    """Tell whether a code is what is left of a long number: digits are lost."""
    return _POWER.fullmatch(value) is not None


def _writable(value: str) -> str:
    if not is_writable(value):
        raise CellRefused("{}格式", HIDDEN)
    return value


def text(longest: int, *, lines: bool = False) -> Cleaner:
    """A cleaner for text of at most ``longest`` characters, of one line unless it may have ``lines``."""

    def clean(cell: Any) -> str:
        value = as_text(cell).replace("\r\n", "\n") if lines else as_line(cell)
        if len(value) > longest:
            raise CellRefused("{}过长", f"最多 {longest} 字，现有 {len(value)} 字。")
        return value

    return clean


def choice(values: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> Cleaner:
    """A cleaner for one of fixed words, by what each stands for; ``also`` are others that a refusal does not name."""
    shown = "、".join(values)
    known = {**(also or {}), **values}

    def clean(cell: Any) -> Any:
        word = as_line(cell)
        if word in known or not word:
            return known.get(word, "")
        if (bare := "".join(word.split())) in known:  # 副 高
            return known[bare]
        raise CellRefused("{}不存在", f"应为：{shown}。", word=word)

    return clean


flag: Cleaner = choice(
    {"是": True, "否": False}, {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
)
"""The cleaner for whether something is so: True, False, or nothing."""


def whole_number(least: int, most: int, suffix: str = "") -> Cleaner:
    """A cleaner for a whole number within bounds; its measure may stand behind it (15 年)."""

    def clean(cell: Any) -> int | None:
        value = as_code(cell)
        if not value:
            return None
        value = _HAN_AMOUNT.sub(_count_of, value.replace("两", "二", 1)) if suffix else value
        if (found := _AMOUNT.fullmatch(value)) and found[2] in ("", suffix):
            value = found[1]
        # Python refuses to read thousands of digits, with an error of its own.
        if value.isdecimal() and len(value) < 12 and least <= int(value) <= most:
            return int(value)
        raise CellRefused("{}格式", f"应为 {least} 至 {most} 的整数。")

    return clean


def money(cell: Any) -> Decimal | None:
    """Clean an amount in yuan: ``1,200,000``, ``120万``, ``¥960``, a number."""
    value = as_code(cell).replace(",", "").replace("，", "").removesuffix("元").strip()
    value = value.lstrip("¥￥").strip()
    if not value:
        return None
    number, unit = (value[:-1], 10_000) if value.endswith("万") else (value, 1)
    try:
        amount = (Decimal(number) * unit).quantize(Decimal("0.01"))
        # Inside: "nan" is a Decimal, and only refuses to be compared.
        if 0 <= amount < 10**12:
            return amount
    except DecimalException:
        pass
    raise CellRefused("{}格式", "应为金额，例如 1200000 或 120万。")


def serial_day(cell: Any) -> date | None:
    """Return the day that a number means with which Excel counts days; None where it is no such
    number. Years and months written as a number (1975, 197510) are none."""
    value = as_code(cell)
    if len(value) == 5 and value.isdecimal() and SERIALS[0] <= int(value) <= SERIALS[1]:
        return EPOCH + timedelta(int(value))
    return None


def year_shown_as_day(cell: Any) -> int:
    """Return the year that somebody typed into a cell which shows numbers as days: of 1975 Excel makes 1905-05-28. 0: it
    is none."""
    if not isinstance(cell, date) or cell.year != EPOCH.year + 6:  # nearly none
        return 0
    year = ((cell.date() if isinstance(cell, datetime) else cell) - EPOCH).days
    return year if YEARS[0] <= year <= YEARS[1] else 0


def day_alone(cell: Any) -> str:
    """Return what a cell says of a day without the time and the day of the week that stand behind it."""
    return TIME.sub("", _WEEKDAY.sub("", TIME.sub("", as_code(cell))))


def in_digits(value: str) -> str:
    """Return a day with the Chinese numbers in it as digits: 一九七五年十月, 七五年十月, 二〇二四.3, 1980年元月,
    民国六十四年十月; 十月初五 not."""
    if value.isascii():  # nearly all days
        return value
    value = _HAN_YEAR.sub(lambda found: found[0].translate(_HAN_DIGITS), value)
    value = _REPUBLIC.sub(_of_republic, value)
    value = value.replace("元月", "1月")
    return _HAN_COUNT.sub(_count_of, value)


def _of_republic(found: re.Match[str]) -> str:
    said = found["number"] or ("1" if found["ones"] == "元" else _count_of(found))
    return f"{BEFORE_REPUBLIC + int(said)}年"


def _count_of(found: re.Match[str]) -> str:
    said = found["ones"] or f"{found['tens'] or '一'}{found['more'] or '〇'}"
    return said.translate(_HAN_DIGITS)


def month_of_number(cell: Any) -> tuple[int, int] | None:
    """Return the year and the month that a number means; None where it is none. 1975.1 is what Excel
    leaves of 1975.10: October, and perhaps January (`is_january_or_october`)."""
    if not isinstance(cell, float) or not (found := _MONTH_OF_NUMBER.fullmatch(as_text(cell))):
        return None
    return int(found[1]), OCTOBER if found[2] == "1" else int(found[2])


def is_january_or_october(cell: Any) -> bool:
    """Tell whether nobody knows which month a number means."""
    return month_of_number(cell) is not None and as_text(cell).endswith(".1")


def day(cell: Any, *, month: str = "") -> date | None:
    """Clean a date: a date cell, text such as 2026-11-24, 2026/11/24, 20261124, or a number with
    which Excel counts days; where ``month`` says first or last, also 2026.12, of which it is that day."""
    if type(cell) is str and len(cell) <= LONGEST_DAY:
        return _day_of_text(cell, month)
    if year := year_shown_as_day(cell):
        raise CellRefused("{}格式", YEAR_ALONE.format(year))
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if month and (number := month_of_number(cell)):
        return _day_of("{}-{}".format(*number), month)
    return _day_of(in_digits(day_alone(cell)), month)


@lru_cache(maxsize=10_000)  # a list of a hundred thousand names some thousand days
def _day_of_text(cell: str, month: str) -> date | None:
    return _day_of(in_digits(day_alone(cell)), month)


def _day_of(value: str, month: str) -> date | None:
    if not value:
        return None
    if serial := serial_day(value):
        return serial
    if short := _SHORT_YEAR.match(value):
        value = f"{'20' if short[1] <= _LAST_OF_2000 else '19'}{value}"
    try:
        if found := _DAY.fullmatch(value):
            year, number, at = map(int, filter(None, found.groups()))
            return date(year, number, at)
        if month and (found := _MONTH.fullmatch(value)):
            year, number = map(int, filter(None, found.groups()))
            return date(year, number, 1 if month == FIRST else monthrange(year, number)[1])
    except ValueError:
        pass
    raise CellRefused("{}格式", "应像 2026-11-24。")


@dataclass(frozen=True)
class ImportColumn:
    """One column of an import.

    ``aliases`` are other headers that people use for it; ``pieces`` those of columns that hold it together, in
    the order in which it has them, ``piece_names`` what else these are called (First Name: 名). ``help``, ``sample``, ``choices`` (a
    drop-down list) and ``width`` (characters) are for the template. ``is_extra``: an administrator
    added it; it never takes a header by which another column goes.

    ``others`` are headers of something else whose cells look the same: what one has studied is not what
    one reviews. ``apart`` are headers of what is near to it and kept nowhere: it is told, and not asked about. ``likely`` are headers that may mean it, and are asked about. ``rather`` is the column (code)
    that people often call by this one's header. ``looks`` tells of a cell that it can only be of this column, ``bare``
    of one that stands below no header. ``words`` are those it knows:
    another one is refused, or with ``is_free`` taken as it stands; either way it is asked about.
    ``meanings`` give what people write for them, where it can mean one only ("": nothing is proposed);
    ``may_be`` returns, for a word, what tells of one of the list whether it may mean that (without: by their letters);
    ``named_so`` gives the entries of a list that all go by one word; ``lists``: a cell holds several. ``dispensable``: a
    row goes in without a cell that is refused. ``blanks`` are what people write here for nothing, beside what
    they write everywhere; ``missed`` is said of a cell that holds one. ``word`` is a value as it is read.
    ``instead_of`` is the column (code) of a list beside whose own header this one's codes decide, row by row (专业名称
    and 专业代码), and ``agree`` tells whether such a code and what stands in the other cell mean the same.
    ``may_refuse_all``: where it takes none of its cells it is the right column all the same, and asks about each word.
    ``vague`` are headers of it that speak of what stands beside them where that is one of ``after`` (codes), or no column
    and ``after_header`` tells so of its header: 聘任时间 of a title, 专业 beside 毕业院校. ``begun_by`` is the column (code)
    whose beginning this one ends, and ``ends`` tells of a header that it is such an end. ``below`` tells of a header
    whether what stands below it may be this column's by its content.
    ``in_template``: the template has it; else only lists of others do.
    ``of_its_rows``: what is said of a word of it is said of the people of one list, and not remembered.
    ``src`` gives the address that proposes words of a long list while one types.
    """

    code: str
    header: str
    clean: Cleaner
    aliases: Sequence[str] = ()
    pieces: Sequence[str] = ()
    required: bool = False
    help: str = ""
    sample: str = ""
    choices: Sequence[str] = ()
    width: int = 16
    is_extra: bool = False
    others: Sequence[str] = ()
    apart: Sequence[str] = ()
    likely: Sequence[str] = ()
    rather: str = ""
    looks: Callable[[Any], bool] | None = None
    bare: Callable[[str], Any] | None = None
    words: Callable[[], Sequence[str]] | None = None
    is_free: bool = False
    meanings: Callable[[], Mapping[str, str]] = dict
    may_be: Callable[[str], Callable[[str], bool]] | None = None
    named_so: Callable[[str], Sequence[str]] | None = None
    lists: bool = False
    dispensable: bool = False
    blanks: Sequence[str] = ()
    missed: str = ""
    word: Callable[[Any], str] = str
    src: Callable[[], str] | None = None
    instead_of: str = ""
    agree: Callable[[str, str], bool] | None = None
    in_template: bool = True
    may_refuse_all: bool = False
    of_its_rows: bool = False
    vague: Sequence[str] = ()
    after: Sequence[str] = ()
    after_header: Callable[[str], Any] | None = None
    begun_by: str = ""
    ends: Callable[[str], Any] | None = None
    below: Callable[[str], Any] | None = None
    piece_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> tuple[str, ...]:
        return (self.header, *self.aliases)

    @property
    def piece_headers(self) -> tuple[str, ...]:
        return (*self.pieces, *self.piece_names)

    def piece_of(self, header: Any) -> str:
        """Return which of the pieces a header of a file is; empty: none."""
        name = normalise_header(header)
        if name in self.pieces or not self.piece_names:
            return name if name in self.pieces else ""
        bare = bare_header(name)
        told = self.piece_names.items()
        return next((piece for said, piece in told if bare_header(known_header(said)) == bare), "")

    def has_pieces(self, pieces: Sequence[str]) -> bool:
        """Tell whether these are the first of its pieces, in whatever order; more than one."""
        return len(pieces) > 1 and sorted(pieces) == sorted(self.pieces[: len(pieces)])


@lru_cache(maxsize=4096)
def known_header(header: str) -> str:
    """Return one of our own headers as `normalise_header` does; they are the same for each file."""
    return normalise_header(header)


def is_no_header(cell: Any) -> bool:
    """Tell whether ``cell`` is longer than any header, with all that is remarked in it."""
    return isinstance(cell, str) and len(cell) > LONGEST_HEADER


def normalise_header(cell: Any) -> str:
    """Return a header as it is compared: no blanks, stars, colons, remarks in brackets or number before
    it (2.工作单位), nothing that is not seen, and one form of each letter: 單位 is 单位. What is longer than a header,
    however much is remarked beside it, stays as it is."""
    if is_no_header(cell):
        return str(cell).strip()
    name = _NUMBERED.sub("", re.sub(r"[\s*:]", "", NOTE.sub("", as_code(cell)))).translate(_SIMPLE)
    return "".join(char for char in name if not is_hidden(char))


def with_remark(header: Any) -> str:
    """Return a header as it is compared, with what it remarks in brackets: 职称（级别） is neither 职称 nor 职称级别."""
    name = normalise_header(header)
    if is_no_header(header):
        return name
    remarks = (normalise_header(note[1:-1]) for note in NOTE.findall(as_code(header)))
    return name + "".join(f"({remark})" for remark in remarks)


def bare_header(name: str) -> str:
    """Return a header of Latin letters, as `normalise_header` gives it, without what is written between or behind them:
    E-mail, e_mail and Email are one, and so are ID No. and id_no. Another one stays as it is."""
    return (_NOT_A_LETTER.sub("", name.lower()) or name) if name.isascii() else name
