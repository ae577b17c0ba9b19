"""What a list says of somebody's standing: who has left the pool, or may not be drawn, is asked about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from expertpool.core.importing import CellRefused, ImportColumn, Importer, Question, Row, as_line
from expertpool.core.importing.answers import LEFT_EMPTY
from expertpool.experts.validators.standing import (
    IN_POOL_HEADERS,
    NO,
    has_left,
    is_standing,
    speaks_of_standing,
)

# Who is said to be so is a member like all others of the list: what he becomes here is said by the import.
_MEMBER = frozenset(
    [
        "正式",
        "正式专家",
        "在库",
        "已入库",
        "入库",
        "有效",
        "正常",
        "在聘",
        "在任",
        "启用",
        "可用",
        "可抽取",
        "待审核",
        "待入库",
        "审核通过",
        "已通过",
        "通过",
        "是",
        "在职",
        "在岗",
        *(
            "在册",
            "现职",
            "返聘",
            "退休返聘",
            "续聘",
            "继续聘用",
            "继续聘任",
            "合格",
            "健康",
            "良好",
        ),
        *("已启用", "已审核", "审核已通过", "未注销", "未停用", "未退休", "未退出"),
    ]
)
# How an office writes that it has agreed: 经审核，同意入库.
_AGREED = re.compile(
    r"(?!.*[不未否非无没])(?:经.{0,6}?)?(?:初审|复审|审核|审查|研究)?[,，]?(?:拟?同意|通过|合格|符合)"
    r"(?:入库|推荐|聘任|聘用|条件|要求|[,，])*[。.]?"
)
_ASK = "名单上写的是“{}”。"
_AS_OTHERS = "照常导入"
_ANSWERS = {"": "这些行不导入", LEFT_EMPTY: f"{_AS_OTHERS}（不管这一列）"}


def _passing(problem: str, passes: Callable[[str], object]) -> Callable[[Any], str]:
    """Return the cleaner of what is kept nowhere: it refuses, as ``problem``, a word that does not ``pass``, so that the
    office is asked about its rows."""

    def clean(cell: Any) -> str:
        word = as_line(cell)
        if not word or passes(word):
            return ""
        raise CellRefused(problem, _ASK.format(word), word=word)

    return clean


def _is_member(word: str) -> bool:
    return word in _MEMBER or word.removesuffix("专家").removesuffix("人员") in _MEMBER


def _says_agreed(word: str) -> bool:
    """Tell whether a word says that the office agrees, or that he is at work."""
    return _is_member(word) or _AGREED.fullmatch(word) is not None


def _left_when(cell: Any) -> str:
    """Clean since when somebody has left into one word, by which all days are asked about at once."""
    word = as_line(cell)
    return "" if not word or word in NO else _DATED


_DATED = "有日期"


STATE = ImportColumn(
    "state",
    "状态",
    _passing("{}不是在库", _is_member),
    aliases=(
        *("专家状态", "在库状态", "入库状态", "当前状态", "聘任状态", "人员状态", "使用状态"),
        *("在库情况", "聘用状态", "聘用情况", "聘任情况", "审核状态", "启用状态", "有效状态"),
    ),
    looks=lambda cell: isinstance(cell, str) and is_standing(cell.strip()),
    below=speaks_of_standing,
    help="写着黑名单、已退出、冻结等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)


BLACKLIST = ImportColumn(
    "blacklist",
    "黑名单",
    _passing("在黑名单中", NO.__contains__),
    aliases=(
        *("是否黑名单", "是否列入黑名单", "是否在黑名单", "列入黑名单", "黑名单标记"),
        *("是否黑名单专家", "黑名单专家", "黑名单情况", "黑名单状态", "是否被列入黑名单"),
    ),
    help="写着“是”等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
# Beside the state, and each beside the others: one list has all of them.
AGREED = ImportColumn(
    "agreed",
    "是否同意入库",
    _passing("{}不是“是”", _says_agreed),
    aliases=(*("同意入库", "是否入库", "是否同意", "是否通过", "是否审核通过", "入库意见"),),
    help="写着“否”、不同意、退回等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
REVIEWED = ImportColumn(
    "reviewed",
    "审核意见",
    _passing("{}不是“是”", _says_agreed),
    aliases=("审查意见", "审核结果", "审核结论", "审查结果", "资格审查结果"),
    help="写着不同意、退回等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
AT_WORK = ImportColumn(
    "at_work",
    "是否在职",
    _passing("{}不是“是”", _says_agreed),
    aliases=("在职情况", "在职状态", "是否在岗", "在岗情况"),
    help="写着“否”、退休、离职等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
SECTION = ImportColumn(
    "section",
    "人员状况",
    _passing("名单上写的像是不在库", lambda word: not has_left(word)),
    aliases=("所在部分",),
    apart=IN_POOL_HEADERS,
    help="写着退休、退出、取消资格、去世等的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
_LEAVING = (
    *(
        "退出",
        "退库",
        "离库",
        "出库",
        "注销",
        "取消资格",
        "取消",
        "调离",
        "调出",
        "离职",
        "辞职",
        "辞聘",
    ),
    *("解聘", "停聘", "停用", "清退", "除名", "去世", "死亡", "列入黑名单"),
)
LEFT_WHY = ImportColumn(
    "left_why",
    "退出原因",
    _passing("写有{}", NO.__contains__),
    aliases=(
        *(f"{one}原因" for one in _LEAVING if one != "退出"),
        *(f"是否{one}" for one in (*_LEAVING, "退休") if one != "列入黑名单"),
        *("退出专家库原因", "退出理由", "退出情况", "退休情况"),
    ),
    help="有内容的行先不导入，请您决定；这一列不保存。",
    in_template=False,
    may_refuse_all=True,
)
LEFT_WHEN = ImportColumn(
    "left_when",
    "退出时间",
    _left_when,
    aliases=(
        *(f"{one}时间" for one in _LEAVING if one != "退出"),
        *(f"{one}日期" for one in _LEAVING),
        *("退出专家库时间", "退出年月"),
    ),
    help="有内容的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
PAUSED = ImportColumn(
    "paused",
    "暂停期限",
    _left_when,
    aliases=tuple(
        f"{one}{how}"
        for one in (
            "暂停",
            "冻结",
            "停用",
            "禁用",
            "暂停抽取",
            "停止抽取",
            "暂停参评",
            "禁止参评",
            "停止参评",
            "处罚",
        )
        for how in ("期限", "期间", "时间", "起止时间", "截止时间", "截止日期", "到期日期")
        if (one, how) not in (("暂停", "期限"), ("停用", "时间"))
    ),
    help="有内容的行先不导入，请您决定；这一列不保存。",
    in_template=False,
)
# Whom an office takes all the same it says of each list anew.
STATES = tuple(
    replace(one, of_its_rows=True)
    for one in (STATE, BLACKLIST, AGREED, REVIEWED, AT_WORK, SECTION, LEFT_WHY, LEFT_WHEN, PAUSED)
)
_TOLD = {
    SECTION.code: "名单上这样写；退休的也可以入库，导入不会办理退出",
    LEFT_WHY.code: "名单上这样写；退休的也可以入库，导入不会办理退出",
    LEFT_WHEN.code: "名单上写有退出的日期；导入不会办理退出",
    PAUSED.code: "名单上写有暂停或处罚的日期；导入不会办理冻结",
    AGREED.code: "名单上没有写明同意入库",
    REVIEWED.code: "名单上的审核意见不是同意",
    AT_WORK.code: "名单上没有写明在职；退休的也可以入库",
    STATE.code: "名单上的状态；导入不会把人列入黑名单，也不会办理退出",
    BLACKLIST.code: "名单上“黑名单”一列这样写；导入不会把人列入黑名单",
}


def ask_of_state(row: Row, importer: Importer) -> None:
    """Ask once about each state that keeps rows out, and say of these rows that they are asked about."""
    for column in (LEFT_WHEN, PAUSED):
        is_dated = row.values.pop(column.code, "")
        if is_dated and all(one.code != LEFT_WHY.code for one in row.faults):
            told = _ASK.format(column.header)
            row.faults.append(
                importer.fault(column.code, f"写有{column.header}", told, word=_DATED)
            )
    for at, fault in enumerate(row.faults):
        if fault.code in _TOLD and fault.word:
            question = Question(_TOLD[fault.code], _ANSWERS)
            importer.questions[fault.code, fault.word] = question
            row.faults[at] = replace(fault, if_meant=_AS_OTHERS)
