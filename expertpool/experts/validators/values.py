"""The rules for single values of an expert's record, and what must agree in it.

A rule cleans a cell of an import as well as what is typed: it raises CellRefused with the mend.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from expertpool.core.bounds import DAYS, Bounds
from expertpool.core.importing import (
    FIRST,
    JANUARY,
    LAST,
    LONGEST_DAY,
    YEAR_ALONE,
    CellRefused,
    as_code,
    day_alone,
    in_digits,
    is_january_or_october,
    is_rounded,
    month_of_number,
    serial_day,
    text,
    year_shown_as_day,
)
from expertpool.core.subjects import Day
from expertpool.core.text import BETWEEN_DIGITS, HAN, MIDDLE_DOTS, as_name, bare_mobile
from expertpool.core.validators import is_valid_uscc, validate_email_address, validate_mobile
from expertpool.directory.queries import NO_NAME, UNIT_LIKE
from expertpool.experts.enums import ExpertKind, IdKind
from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.standing import says_gone

YOUNGEST, OLDEST = 16, 100  # years
TOO_YOUNG = f"应年满 {YOUNGEST} 周岁，请核对年份。"
PRACTICE_YEARS = Bounds(0, 80)
# The day may be missing, and the marks between as well.
_MONTH = re.compile(r"(\d{4})\D?(\d{1,2})(?:\D?(\d{1,2}))?[月日号.]?(?:出?生)?")
_SHORT_YEAR = re.compile(
    r"^([3-9]\d)(?=[年./-]\d)"
)  # 75年3月; nobody of these years is born in 2075
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# 05/03/1965: which of the first two is the month, only one that can be none says.
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
# The age that somebody had when the list was made: 1975年3月5日（51岁）, 1975.3，现年 51 周岁.
_AGE = re.compile(
    r"[\s,，、;；]*[(（\[【]?(?:现年|年龄|虚岁|周岁)?[:：]?\s*(?<!\d)(\d{1,3})\s*周?岁[)）\]】]?$"
    r"|\s*[(（\[【](\d\d)[)）\]】]$"
)
AGE_APART = 15  # years by which a list may be old
_NAME_OF_MONTH = re.compile(rf"({'|'.join(MONTHS)})[-. ]?([3-9]\d|(?:19|20)\d\d)", re.IGNORECASE)
_MONTH_IN_ENGLISH = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    "|Sep(?:t|tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_DAY_IN_ENGLISH = re.compile(
    rf"(?:(?P<month>{_MONTH_IN_ENGLISH})[.]?[- ]?(?P<day>\d{{1,2}})"
    rf"|(?P<before>\d{{1,2}})[- ]?(?P<behind>{_MONTH_IN_ENGLISH})[.]?)[-, ]{{1,2}}(?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)
_BESIDE_SIGN = re.compile(r"(?<!\s)\s*+([年月日./-])\s*+")
_BESIDE_NAMES = frozenset("·.'’ -")  # between the letters of a name
_LIKE_A_NAME = re.compile(
    "(?:欧阳|上官|司马|诸葛|尉迟|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤赖康易乔文施洪])"
    r"\s*[\u4e00-\u9fff]\s*[\u4e00-\u9fff]?"
)
# Besides letters and digits; the last are what lists have in place of rare characters.
_OF_NAMES = re.compile(
    rf"[ ·{MIDDLE_DOTS}.․﹒．。｡'’‘“”《》()（）&＆、,，+＋\-‐‑–—○□■●◇◆*?？\u2ff0-\u2fff\ue000-\uf8ff"
    r"\U00020000-\U0003fffd]"
)
_DOT_OF_LETTERS = re.compile("[ㆍᐧꞏ]")  # a letter to Unicode
_MASKED = re.compile(
    rf"[{HAN}]{{1,2}}([*＊]{{2,}}|[·{MIDDLE_DOTS}]{{2,}})|[{HAN}][*＊]+[{HAN}]"
)  # 刘**, 刘*华
_NOBODY = frozenset(
    (
        *("无", "暂无", "空", "待定", "暂缺", "待补", "未知", "null", "none", "n/a", "na", "nan"),
        # What stands there by a slip: the header, the sum, the row above, a cell that Excel shows as TRUE.
        *(
            "姓名",
            "专家姓名",
            "名称",
            "合计",
            "总计",
            "小计",
            "同上",
            "同前",
            "是",
            "否",
            "true",
            "false",
        ),
    )
)
# Letters that stand for one that nobody could type, or for none at all: 陈yue, 阎X.
_BESIDE_LETTERS = re.compile(rf"(?=.*[A-Za-z])(?=.*[{HAN}])")
_HAN_NAME = re.compile(rf"[{HAN}〇·]+")
_ADDRESS = re.compile(r"(?:www\.|https?:)|\.(?:com|cn|net|org)\b|@", re.IGNORECASE)
_NO_UNIT = frozenset(
    (
        *("本单位", "同单位", "本公司", "我单位", "工作单位", "同工作单位", "现单位", "现工作单位"),
        *("所在单位", "原单位", "原工作单位", "本学校", "本校", "本院", "本所"),
    )
)
# What stands beside the name of a unit where several, or another, may be meant: 湖南大学及其下属单位, 原单位长沙市审计局.
# What units are called for good: 原子能…, 原平市…, 原阳县…; 中国地质大学（武汉）, …会计师事务所（特殊普通合伙）.
_IN_NAMES = (
    "北京|上海|天津|重庆|武汉|深圳|广州|珠海|威海|青岛|苏州|南京|杭州|成都|西安|长沙|保定|秦皇岛"
    "|华东|华北|华南|华中|东北|西北|西南|香港|澳门|(?:特殊)?普通合伙|有限合伙"
)
_BESIDE_UNIT = re.compile(
    r"^原(?!子|[平阳][市县]|州区)|下属|所属(?:各|全部)?单位"
    # Whose it is: 配偶单位：湖南大学, （子女）湖南大学.
    r"|[:：]|^[（(\[【]|^(?:配偶|爱人|丈夫|妻子|子女|儿子|女儿|父亲|母亲|父母|近?亲属)"
    rf"|[（(\[【](?!(?:{_IN_NAMES})[）)]$)[^（()）]{{0,100}}[）)\]】]$"
)
# 退休前：湘潭市水务局, and the code of a specialty where cells have moved.
_NOT_A_UNIT = re.compile(r"(?:退休前|离休前|原|曾|现|挂靠|挂职)[:：]|[A-Za-z]\d{2,8}$|\d+$")
_STYLED = re.compile(
    r".{1,4}?(?:先生|女士|小姐|同志|老师|副?教授|副?研究员|博士|院士|院长|所长|主任|经理"
    r"|高工|(?:总|高级|助理)?工程师)"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_SPACED_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]\d{4}[ -]\d{4}(?!\d)")
_BANK = re.compile(rf"^[{HAN}()（）]{{2,20}}[:：]?(?=\d{{8}})")  # 工行6217…
_MAILTO = re.compile(r"^mailto:\s*", re.IGNORECASE)  # a link that was pasted
_DOUBLED = str.maketrans("0123456789", "0246813579")
_WITHOUT_END = re.compile(
    r"(?:长期|永久)(?:有效|聘任|聘用)?|(?:无固定|没有|不定|无)期限?|不限期?|终身|今"
)
_LONG = re.compile(
    r"(?:为期|聘期)?(?:([一二两三四五六七八九十]|[1-9]|10)(?:周年|年)?(半)?|(半)年)(?:期|整|聘期)?"
)
_ONE_TO_TEN = dict(zip("一二三四五六七八九十两", (*range(1, 11), 2), strict=True))
_CLOSE = re.compile(r"(?<=[\d年月])[底末]$")
_YEAR = re.compile(r"((?:19|20)\d{2})年?")
_UNTIL = re.compile(r"(?:[-~\u2010-\u2015至到起]+|\s+)")
# 24.3-27.2: two months of years without their century.
_SHORT_MONTHS = re.compile(
    r"([12]\d[年./]\d{1,2}月?)[-~\u2010-\u2015至到起]+([12]\d[年./]\d{1,2}月?)"
)
# What else a cell says beside its days: 自…起, 三年（2024.3.1起）, 2024年3月起三年, …，可续聘.
_LONGEST_TERM = 60  # letters that are looked at
_BEGUN = re.compile(r"^(?:自|从|聘期|任期|聘用期)[:：]?")
_REMARKED = re.compile(r"([^()（）]+?)\s*[(（]([^()（）]+)[)）]")
_FOR_SO_LONG = re.compile(
    r"(.*\d.*?(?:起|开始))[,，]?((?:为期|聘期)?[一二两三四五六七八九十\d半].*年.*)"
)
_AND_MORE = re.compile(r"([^,，;；。]+)[,，;；。](.*)")
_YEARS = re.compile(rf"{_YEAR.pattern}\s*{_UNTIL.pattern}\s*{_YEAR.pattern}")
TERM_END = "应像 2028-12-31、2028-12 或 2028年底；没有期限的写“长期”。"
_FIRST_DAY, _LAST_DAY = Day(month=FIRST), Day(month=LAST)
_EXPERT_NUMBER = re.compile(r"ZJ[A-Z0-9]{6,18}")
_SPECIALTY_CODES = re.compile(r"[A-Za-z]\d{2,8}(?:[;；,，、\s]+[A-Za-z]\d{2,8})*")
# Excel keeps 15 digits of a number; the rest is lost before we see it.
ROUNDED = "Excel 已把末几位四舍五入，请把该列设为“文本”格式后重新填写。"
_PARTING, _TWO = "/／|｜:：;；", "请删去；写了两位的，请分开填写。"
NO_UNIT_TOLD = "不是单位的名称，不能按单位回避，请核对。"
_BETWEEN_NAMES = re.compile(r"[\s、,，;；/／|｜&＆]+")
_AND = re.compile("[和与及]")
WORDS = {
    "mobile": ("手机号格式", "应为 11 位数字，以 13 至 19 开头。"),
    "email": ("邮箱格式", "应像 name@example.cn，不能有空格。"),
    "id_card": ("身份证格式", "应为 18 位，最后一位可为 X。"),
    "id_card_check": ("身份证校验位", "请逐位核对。"),
    "id_card_birth": ("身份证格式", "其中的出生日期不存在，请核对第 7 至 14 位。"),
}


class Month(NamedTuple):
    """A birth date as people write it: the day may be missing, or be the first, which Excel makes of
    a month. ``perhaps`` is the month that it may be as well: 1975.1 is what Excel leaves of 1975.10. ``age`` stands
    behind it in the list; 0: none does."""

    year: int
    month: int
    day: int | None
    perhaps: int = 0
    age: int = 0

    def fits(self, born: date) -> bool:
        months = (self.month, self.perhaps)
        days = (None, 1, born.day)
        return self.year == born.year and born.month in months and self.day in days

    def __str__(self) -> str:
        day = "" if self.day is None else f"-{self.day:02}"
        return f"{self.year}-{self.month:02}{day}"

    def as_date(self) -> date:
        """Return the date, the first of the month where the day is missing."""
        return date(self.year, self.month, self.day or 1)

    def age_warning(self, today: date) -> str:
        """Return what is odd about the age behind a birthday, which was that of some years ago; empty: nothing."""
        behind = today.year - self.year - self.age  # 虚岁 is up to two more
        if not self.age or -2 <= behind <= AGE_APART:
            return ""
        return f"后面写着 {self.age} 岁，与出生年份不符，请核对。"


def is_born(typed: date, born: date) -> bool:
    """Tell whether ``typed`` says that somebody was ``born`` then: the first of a month stands for it."""
    return Month(typed.year, typed.month, typed.day).fits(born)


def checked(value: str, check: Callable[[str], None]) -> str:
    """Return ``value`` if ``check`` lets it pass; otherwise refuse in the words of the import."""
    if value:
        try:
            check(value)
        except ValidationError as error:
            raise CellRefused(*WORDS[str(error.code)]) from None
    return value


def name(cell: Any) -> str:
    """Clean the name of a person or an organisation: no blanks of any kind between Chinese letters,
    as lists have them that set names in columns, and one between others. The same for whoever writes it: the office,
    a table, another platform, or he himself."""
    return _name(cell, 100)


def short_name(cell: Any) -> str:
    return _name(cell, 50)


def _name(cell: Any, longest: int) -> str:
    value: str = text(longest)(cell)
    if value.isalpha() and not _DOT_OF_LETTERS.search(value):  # nothing to clean: nearly all are so
        return value
    seen = "".join(" " if char.isspace() else char for char in value)
    if odd := next(filter(_is_odd, seen), ""):
        raise CellRefused("{}格式", f"含有符号“{odd}”，{_TWO if odd in _PARTING else '请删去。'}")
    if value and not any(map(str.isalpha, value)):
        raise CellRefused("{}格式", "没有文字，请填写姓名或名称。")
    if _MASKED.fullmatch(value):
        raise CellRefused("{}格式", "像是隐去了一部分的姓名，请填写全名。")
    return as_name(seen)


def _is_odd(char: str) -> bool:
    """Whether ``char`` is a sign that no name of a person or an organisation has: it stands in messages, and in
    the lists of the office."""
    return not (char.isalnum() or _OF_NAMES.fullmatch(char) or unicodedata.category(char)[0] == "M")


def phone(cell: Any) -> str:
    """Clean a mobile number, as people write it: with blanks, hyphens, dots, +86, or as a number."""
    value = as_code(cell)
    if is_rounded(value):
        raise CellRefused("手机号为数值", ROUNDED)
    if (value and not value.isdecimal()) or len(value) > 11:
        bare = bare_mobile(value.removesuffix(".0").replace(".", ""))
        value = bare if bare.isdecimal() and len(bare) == 11 else _one_mobile(value)
    return checked(value, validate_mobile)


def _one_mobile(value: str) -> str:
    """Return the one mobile number among other words and numbers; ``value`` where there is none."""
    told = _SPACED_MOBILE.sub(lambda one: BETWEEN_DIGITS.sub("", one[0]), value)
    found = list(dict.fromkeys(_MOBILE.findall(told)))
    if len(found) > 1:
        raise CellRefused("手机号不止一个", "只填一个，通知发到这个号码。")
    return found[0] if found else value


def email(cell: Any) -> str:
    # Behind one that a mail program gave out stands what parts it from the next.
    typed = _MAILTO.sub("", as_code(cell)).rstrip(";；,，、。")
    return checked(typed, validate_email_address)


class Term(NamedTuple):
    """A term as people write it into one cell: 2024.1-2027.1, or one without an end (长期)."""

    start: date | None
    end: date | None
    typed: str

    @property
    def words(self) -> str:
        start = f"{self.start} 起" if self.start else ""
        return f"{start}至 {self.end}" if self.end else f"{start}长期"


class TermYears(NamedTuple):
    """A term of which a list says only how long it is: 三年, 半年; a number alone (3) are years. It may say beside it
    when it begins."""

    years: int
    typed: str
    months: int = 0
    start: date | None = None


def term_end(cell: Any) -> date | Term | TermYears | None:
    """Clean the end of a term, beside which a list may write its beginning, that it has none, or in its place
    how many years it lasts."""
    return _end_of(cell) if type(cell) is str and len(cell) <= LONGEST_DAY else _any_end(cell)


@lru_cache(maxsize=10_000)  # a list of a hundred thousand names some thousand days
def _end_of(cell: str) -> date | Term | TermYears | None:
    return _any_end(cell)


def _any_end(cell: Any) -> date | Term | TermYears | None:
    if alone := year_shown_as_day(cell):
        return date(alone, 12, 31)
    value = as_code(cell)
    if long := _LONG.fullmatch(value):
        years = (_ONE_TO_TEN.get(long[1]) or int(long[1])) if long[1] else 0
        return TermYears(years, value, 6 if long[2] or long[3] else 0)
    # Only where it begins or ends so: within, it parts the two days.
    bare = value.removeprefix("至").removesuffix("止").removesuffix("到期").strip()
    if _WITHOUT_END.fullmatch(bare):
        return Term(None, None, value)
    bare = _CLOSE.sub("", in_digits(bare))  # 2027年底, 2027年12月底
    if year := _YEAR.fullmatch(bare):
        return date(int(year[1]), 12, 31)
    if (years := _YEARS.fullmatch(bare)) and years[1] <= years[2]:
        return Term(date(int(years[1]), 1, 1), date(int(years[2]), 12, 31), value)
    try:
        return _LAST_DAY.clean(bare if bare != value else cell)
    except CellRefused as refusal:
        if term := _both_days(bare) or _beside_more(bare, value):
            return term
        if refusal.reason != "{}格式":
            raise
        raise CellRefused(refusal.reason, TERM_END) from None


def _beside_more(bare: str, typed: str) -> date | Term | TermYears | None:
    """Return the term in a cell that says something beside it; one part of a cell may say when it begins, and the other
    how long it lasts. Of several terms nobody knows which counts."""
    if len(bare) > _LONGEST_TERM:
        return None
    found = _REMARKED.fullmatch(bare) or _FOR_SO_LONG.fullmatch(bare) or _AND_MORE.fullmatch(bare)
    read: list[date | Term | TermYears] = []
    for part in found.groups() if found else [_BEGUN.sub("", bare)]:
        try:
            term = term_end(part.strip()) if part != bare else None
        except CellRefused:
            continue
        read += [term] if term else []
    if not read:
        return None
    *others, last = sorted(read, key=lambda one: isinstance(one, TermYears))
    match others, last:
        case [], Term() as term:
            return term._replace(typed=typed)
        case [], _:
            return last
        case [Term(start=date() as start, end=None)], TermYears() as long:
            return long._replace(start=start, typed=typed)
        case [Term(end=date()) as term], TermYears():
            return term._replace(typed=typed)
    return None


def _both_days(value: str) -> Term | None:
    """Return a term of two days; a hyphen may part them, and stand in them as well, or behind a beginning
    without an end."""
    short = _SHORT_MONTHS.fullmatch(value)
    days = f"20{short[1]}-20{short[2]}" if short else value
    for found in _UNTIL.finditer(days):
        try:
            start = _FIRST_DAY.clean(days[: found.start()].strip())
            end = days[found.end() :].strip()
            last = None if not end or _WITHOUT_END.fullmatch(end) else _last_of(end)
        except CellRefused:
            continue
        if start:
            return Term(start, last, value)
    return None


def _last_of(end: str) -> date | None:
    """Return the last day that the end of a term means: of a year alone its last."""
    year = _YEAR.fullmatch(end)
    return date(int(year[1]), 12, 31) if year else _LAST_DAY.clean(end)


def account_warning(value: str) -> str:
    """Return what is odd about an account; empty: nothing. Numbers of bank cards end with a check
    digit (ISO/IEC 7812-1), those of other accounts need not."""
    if not (value.startswith("62") and 16 <= len(value) <= 19):
        return ""
    odd, even = value[-1::-2].encode(), value[-2::-2].translate(_DOUBLED).encode()
    if (sum(odd) + sum(even) - 48 * len(value)) % 10 == 0:
        return ""
    return "银行卡号的最后一位校验不符，请逐位核对。"


def years_warning(years: int | None, born: date | None, today: date) -> str:
    """Return what is odd about years of practice beside the birthday; empty: nothing."""
    if years is None or born is None or years <= today.year - born.year - YOUNGEST:
        return ""
    return f"从业年限 {years} 年与年龄不符，请核对。"


def oddities(
    values: Mapping[str, Any], *, born: date | None, today: date, regions: Regions
) -> Iterator[tuple[str, str, str]]:
    """Yield what is odd in ``values`` of a record and no reason to refuse it: label, value, sentence."""
    yield from _odd_names(values)
    if values.get("birth_date") and born and (age := today.year - born.year) > OLDEST:
        yield "出生年月", f"{born:%Y-%m-%d}", f"今年 {age} 岁，请核对年份。"
    birth = values.get("birth")
    if isinstance(birth, Month) and (sentence := birth.age_warning(today)):
        yield "出生年月", str(birth), sentence
    remark = str(values.get("remark") or "")
    if said := says_gone(remark):
        yield "备注", remark, f"写着“{said}”，请核对是否还能入库、被抽取。"
    if (end := values.get("term_end_date")) and end < today:
        yield "聘期至", end.isoformat(), "聘期已过，不会被抽取，请核对。"
    id_number, account = values.get("id_number"), values.get("bank_account")
    is_resident = (values.get("id_kind") or IdKind.RESIDENT) == IdKind.RESIDENT
    if id_number and is_resident and (sentence := regions.warning(id_number)):
        yield "证件号码", id_number, sentence
    if account and (sentence := account_warning(account)):
        yield "银行账号", account, sentence
    years = values.get("practice_years") or None
    if years and (sentence := years_warning(years, born, today)):
        yield "从业年限", str(years), sentence


def _odd_names(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is odd in the names of an expert and of his unit."""
    name = values.get("name") or ""  # of a section that is saved it may be no part
    is_person = values.get("kind") != ExpertKind.ORGANISATION
    if is_person and name and not _is_of_letters(name):
        yield "姓名", name, "姓名中有文字以外的内容，请核对。"
    if is_person and (sentence := _odd_letters(name)):
        yield "姓名", name, sentence
    if is_person and UNIT_LIKE.fullmatch(name):
        yield "姓名", name, "像是单位的名称，请核对是否与工作单位对调了。"
    if is_person and _STYLED.fullmatch(name):
        yield "姓名", name, "姓名后面像是称呼、职称或职务，请只留姓名。"
    if is_nobody(name):
        yield "姓名", name, "像是还没有填的姓名，请核对。"
    if (employer := str(values.get("employer") or "")) in _NO_UNIT:
        yield "工作单位", employer, NO_UNIT_TOLD
    elif employer and _NOT_A_UNIT.match(employer):
        yield "工作单位", employer, "前面像是另有说明，或是别的列的内容，请核对；应只写单位全称。"
    if NO_NAME.search(employer):
        yield "工作单位", employer, "有单位名称里不会有的符号，请核对。"


def _is_of_letters(name: str) -> bool:
    """Tell whether a name holds nothing but letters, of whatever script, and what stands between those of names."""
    return name.isalpha() or (
        _is_letter(name[0]) and all(char in _BESIDE_NAMES or _is_letter(char) for char in name)
    )


def _is_letter(char: str) -> bool:
    # 〇 is a number to the standard, and a letter of names; marks are parts of letters: ễ in two.
    return char == "〇" or unicodedata.category(char)[0] in "LM"


def _odd_letters(name: str) -> str:
    """Return what is odd about other letters than Chinese ones in a name; empty: nothing."""
    if _HAN_NAME.fullmatch(name):  # nearly all
        return ""
    if not name.isascii() and _BESIDE_LETTERS.match(name):
        return "汉字姓名中有字母，像是没有打出来的字，请核对。"
    return "像是网址或邮箱，不是姓名，请核对。" if _ADDRESS.search(name) else ""


def unit_warning(name: str) -> str:
    """Return what is odd about the name of a unit that is to be avoided; empty: nothing."""
    if name in _NO_UNIT:
        return NO_UNIT_TOLD
    if _BESIDE_UNIT.search(name):
        return "单位名称前后像是另有说明，按原样登记，请核对；应只写单位全称，几家的用分号隔开。"
    return ""


def several_persons(typed: str) -> bool:
    """Tell whether the names of two persons or more stand where one should: 张伟 李明, 李文，王武."""
    parts = [part for part in _BETWEEN_NAMES.split(typed.strip()) if part]
    return len(parts) > 1 and all(map(is_like_a_name, parts))


def perhaps_two(typed: str) -> bool:
    """Tell whether it may be so, though nothing parts them for sure: 钱进和孙武, 李 明 王 伟."""
    letters = typed.split()
    if len(letters) == 4 and all(len(one) == 1 for one in letters):
        return is_like_a_name("".join(letters[:2])) and is_like_a_name("".join(letters[2:]))
    name = "".join(letters)
    return any(
        is_like_a_name(name[: found.start()]) and is_like_a_name(name[found.end() :])
        for found in _AND.finditer(name)
    )


def is_nobody(name: str) -> bool:
    """Tell whether a text stands where somebody's name is still to be written."""
    return name.lower() in _NOBODY


def is_like_a_name(text: str) -> bool:
    """Tell whether a text can be told for a person's name where nothing says so: a frequent surname (公安部, 2020: nine
    of ten) with one letter more, or two."""
    return _LIKE_A_NAME.fullmatch(text) is not None


def expert_number(cell: Any) -> str:
    """Clean a number of ours (ZJ2026000001)."""
    value = "".join(as_code(cell).upper().split())
    if value and not _EXPERT_NUMBER.fullmatch(value):
        raise CellRefused("{}格式", "应像 ZJ2026000001。")
    return value


def is_specialty_code(cell: Any) -> bool:
    """Tell whether a cell lists codes of specialties (A010101)."""
    return isinstance(cell, str) and _SPECIALTY_CODES.fullmatch(cell.strip()) is not None


def bank_account(cell: Any) -> str:
    # Of fifteen digits and fewer Excel loses none.
    if isinstance(cell, float | int) and cell >= 10**15:
        raise CellRefused("银行账号为数值", ROUNDED)
    value = as_code(cell)
    if is_rounded(value):
        raise CellRefused("银行账号为数值", ROUNDED)
    value = _BANK.sub("", BETWEEN_DIGITS.sub("", value))
    if value and not (value.isdecimal() and 8 <= len(value) <= 30):
        raise CellRefused("银行账号格式", "应为 8 至 30 位数字。")
    return value


def postcode(cell: Any) -> str:
    """Clean a postcode; as a number it has lost its leading noughts."""
    value = "".join(as_code(cell).removesuffix(".0").split())
    if isinstance(cell, float | int):
        value = value.zfill(6)
    if value and not (value.isdecimal() and len(value) == 6):
        raise CellRefused("邮编格式", "应为 6 位数字。")
    return value


def uscc(cell: Any) -> str:
    value = as_code(cell).upper()
    if value and not is_valid_uscc(value):
        raise CellRefused("统一社会信用代码格式", "应为 18 位且校验位相符，请对照营业执照。")
    return value


def birth(cell: Any) -> Month | None:
    """Clean a month or day of birth: 1967-09, 1967年9月, 1967.9, 67.9, 1967-09-20, 19670920, a date
    cell, or a number: days as Excel counts them, or a year with its month behind the point."""
    if alone := year_shown_as_day(cell):
        raise CellRefused("出生年月格式", YEAR_ALONE.format(alone))
    if isinstance(cell, date | datetime) and DAYS.low.year <= cell.year <= DAYS.high.year:
        return Month(cell.year, cell.month, cell.day)
    value, age = _without_age(day_alone(cell))
    value = _with_name_of_month(in_digits(_BESIDE_SIGN.sub(r"\1", value)))
    if not value:
        return None
    value = _year_first(value)
    if isinstance(cell, float) and (number := serial_day(cell)):
        return Month(number.year, number.month, number.day)
    if (typed := month_of_number(cell)) and 1 <= typed[1] <= 12:
        return Month(*typed, None, JANUARY if is_january_or_october(cell) else 0)
    short = isinstance(cell, float) and value.endswith(".1")  # 75.1: January or October
    found = _MONTH.fullmatch(value if short else _SHORT_YEAR.sub(r"19\1", value, count=1))
    if found:
        year, at, day = (int(part) if part else None for part in found.groups())
        # Some write the day 0 for one that they do not know; of an empty cell Excel makes 1900-01-00.
        is_empty = day == 0 and (year, at) == (1900, 1)
        month = Month(year, 0 if is_empty else at, day or None, age=age)  # type: ignore[arg-type]
        try:
            DAYS(month.as_date())
        except (ValueError, ValidationError):
            pass
        else:
            return month
    if number := serial_day(value):
        return Month(number.year, number.month, number.day)
    raise CellRefused("出生年月格式", "应像 1967-09 或 1967-09-20。")


def _without_age(value: str) -> tuple[str, int]:
    """Return a birthday without the age that stands behind it, and that age; 0: none does."""
    found = _AGE.search(value)
    return (value[: found.start()], int(found[1] or found[2])) if found else (value, 0)


def _year_first(value: str) -> str:
    """Return 31/05/1965 and 05/31/1965 as 1965-5-31. Refuses what may be either of two days."""
    if not (found := _YEAR_LAST.fullmatch(value)):
        return value
    first, second, year = int(found[1]), int(found[3]), found[4]
    if first != second and max(first, second) <= 12:
        raise CellRefused(
            "出生年月格式",
            f"可能是 {first} 月 {second} 日，也可能是 {second} 月 {first} 日，请写成像 {year}-{first:02}-{second:02}。",
        )
    month, day = (second, first) if first > 12 else (first, second)
    return f"{year}-{month}-{day}"


def _with_name_of_month(value: str) -> str:
    """Return Oct-75, which Excel shows for 1975-10, as 75.10; Oct 3, 1975 and 3 October 1975 as 1975-10-3."""
    if found := _NAME_OF_MONTH.fullmatch(value):
        return f"{found[2]}.{MONTHS.index(found[1].title()) + 1}"
    if found := _DAY_IN_ENGLISH.fullmatch(value):
        month = MONTHS.index((found["month"] or found["behind"])[:3].title()) + 1
        return f"{found['year']}-{month}-{found['day'] or found['before']}"
    return value


def is_too_young(born: date | None, today: date) -> bool:
    """Tell whether nobody born on ``born`` works yet (劳动法 第十五条: from 16)."""
    return born is not None and (today.year - YOUNGEST, today.month, today.day) < (
        born.year,
        born.month,
        born.day,
    )
