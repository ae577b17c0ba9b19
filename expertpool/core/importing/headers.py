"""Headers beside each other: the series of one column (专业一, 专业二), and a second list right of the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from expertpool.core.importing.columns import (
    NOTE,
    ImportColumn,
    as_code,
    is_no_header,
    normalise_header,
)

SEVERAL = 2  # headers that stand once more as they are: one person has not all of these twice
# 专业一, 专业2, 专业（二）, 第二专业; 二级专业 is none.
_COUNT = r"[一二三四五六七八九十\d]{1,2}"
_RANK = rf"主要?|次要|[副辅次]|第{_COUNT}"
# 主专业 beside 专业二, 专业（辅） beside 专业-主, below a header that is joined over them: 一, 二.
_OF_SPECIALTY = "(?:评[审标])?专业"
_SERIES, _BRACKETED = (
    re.compile(
        rf"^第{_COUNT}|^(?:{_COUNT}|{_RANK})评?(?={_OF_SPECIALTY})|{_COUNT}$"
        rf"|(?<=专业)[-—_/]?(?:{_RANK}|{_COUNT})(?:评|专业)?$"
    ),
    re.compile(rf"[(\[【]((?:{_COUNT}|{_RANK})(?:评|专业)?)[)\]】]"),
)

# Things that people have, or take part in, by whose state nothing is said of them: 证书状态, 合作项目状态, 银行卡状态.
_OF_A_THING = re.compile(
    "证书|证件|发证|签发|颁发|核发|执照|执业|注册|许可|专利|商标|课题|项目|工程|论文|著作|成果|奖|合同|协议|社保|保险|医保|公积金|银行|卡"
    "|账单|付款|发票|培训|学习|继续教育|课程|考试|材料|资料|附件|会员|会籍|学会|协会|兼职|党|组织关系|政治|车辆|车牌|设备|房"
    "|企业|公司|单位|机构|户籍|户口|护照|签证|论坛|会议|行程|航班|推送|同步|发送|短信|邮件|邮箱|通知|打印|上[次期]|历史"
)


def is_of_a_thing(cell: Any) -> bool:
    """Tell whether a header is of something that somebody has, and not of himself: 证书状态."""
    return not is_no_header(cell) and _OF_A_THING.search(normalise_header(cell)) is not None


def stem_of(cell: Any) -> str:
    """Return a header, as it is compared, without the number that it has among those of its series, but
    with a remark that is another one's: 专业（所学）."""
    if is_no_header(cell):
        return normalise_header(cell)
    name = _BRACKETED.sub(r"\1", as_code(cell))
    header, noted = normalise_header(name), NOTE.search(name)
    return (_SERIES.sub("", header) or header) + (noted[0] if noted else "")


def is_further(cell: Any) -> bool:
    """Tell whether a header is one of a series of a column by its number alone: 专业2, 专业（二）."""
    if is_no_header(cell):
        return False
    name = _BRACKETED.sub(r"\1", as_code(cell))
    header = normalise_header(name)
    return not NOTE.search(name) and _SERIES.sub("", header) not in ("", header)


def is_count(header: str) -> bool:
    """Tell whether a header is a number alone: what it means, only the one above it says."""
    return re.fullmatch(_COUNT, header) is not None


def letters_of(at: int) -> str:
    """Return the name of a column in Excel: 0 is A, 26 is AA."""
    letters, at = "", at + 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def places_beside(
    columns: Mapping[str, ImportColumn], known: Mapping[str, str], cells: Sequence[Any]
) -> Iterator[int]:
    """Yield the places of the headers of a second list that stands right of the first: what is below them
    is another person's, and of a column that holds a list it would be joined to the first one's.

    ``known`` gives the code of a header.
    """
    stems = [stem_of(cell) for cell in cells]
    begins, width = _second_list(columns, known, cells, stems)
    for at, stem in enumerate(stems):
        # A header may stand before the name: 专业 姓名 电话 专业 姓名 电话.
        if width and (at >= begins or (at >= width and stem and stem == stems[at - width])):
            yield at


def _second_list(
    columns: Mapping[str, ImportColumn],
    known: Mapping[str, str],
    cells: Sequence[Any],
    stems: Sequence[str],
) -> tuple[int, int]:
    """Return where the second person's headers begin, and how far from the first one's; 0, 0: nowhere. It is
    the header that names the rows, once more (姓名), or where none does several others just as they stood."""
    places: dict[str, list[int]] = {}
    for at, stem in enumerate(stems):
        column = columns.get(known.get(stem, ""))
        if column is not None and not column.lists:
            places.setdefault(stem, []).append(at)
    again = {stem: found for stem, found in places.items() if len(found) > 1}
    naming = next((code for code, one in columns.items() if one.required), "")
    named = [found for stem, found in again.items() if known[stem] == naming]
    if named:
        first, second, *_ = named[0]
        return second, second - first
    if naming in map(known.get, places):  # one name is one person, whatever stands twice
        return 0, 0
    same: dict[int, list[int]] = {}
    for first, second, *_ in again.values():
        if normalise_header(cells[first]) == normalise_header(cells[second]):
            same.setdefault(second - first, []).append(second)
    lists = ((at[0], width) for width, at in same.items() if min(width, len(at)) >= SEVERAL)
    return next(lists, (0, 0))
