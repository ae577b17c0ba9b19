"""The columns of the project import and how each cell is cleaned."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from expertpool.core.importing import (
    CellRefused,
    Column,
    as_code,
    choice,
    text,
    whole_number,
)
from expertpool.core.text import clean_text
from expertpool.core.validators import is_valid_uscc
from expertpool.projects.enums import Regime

_MOMENT = re.compile(
    r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?[\sT]*(\d{1,2})[:：时点](\d{1,2})?(?:[:：]\d{1,2})?分?"
)
# Excel counts days from here; the years 2000 to 2099 as such numbers.
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
_SERIALS = (36_526, 73_050)
MOST_NAME = 200
_AS = "应像 2026-12-01 09:30。"


def moment(cell: Any) -> datetime | None:
    """Clean a date with its time: a date cell of Excel, its number, or text in the usual forms."""
    if isinstance(cell, datetime):
        return timezone.make_aware(cell.replace(second=0, microsecond=0))
    if isinstance(cell, date):
        raise CellRefused("{}缺少时间", _AS)
    if isinstance(cell, float | int):
        return _from_serial(float(cell))
    value = as_code(cell)
    if not value:
        return None
    found = _MOMENT.fullmatch(value)
    try:
        parts = [int(part or 0) for part in found.groups()] if found else []
        year, month, day, hour, minute = parts
        return timezone.make_aware(datetime(year, month, day, hour, minute))  # noqa: DTZ001
    except ValueError:
        raise CellRefused("{}格式", _AS) from None


def _from_serial(number: float) -> datetime:
    if not _SERIALS[0] <= number < _SERIALS[1]:
        raise CellRefused("{}格式", _AS)
    at = _DAY_ZERO + timedelta(minutes=round(number * 24 * 60))
    if at.time() == time():
        raise CellRefused("{}缺少时间", _AS)
    return timezone.make_aware(at)


def money(cell: Any) -> Decimal | None:
    """Clean an amount in yuan: ``1,200,000``, ``120万``, a number."""
    value = as_code(cell).replace(",", "").replace("，", "").removesuffix("元").strip()
    if not value:
        return None
    number, unit = (value[:-1], 10_000) if value.endswith("万") else (value, 1)
    try:
        amount = (Decimal(number) * unit).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not 0 <= amount < 10**12:
        raise CellRefused("{}格式", "应为金额，例如 1200000 或 120万。")
    return amount


_PERSON = re.compile(r"(?P<name>[^（(）)]+)(?:[（(](?P<unit>[^（(）)]+)[)）])?")
_NUMBER = re.compile(r"[A-Za-z]+\d+")


def people(cell: Any) -> list[dict[str, str]]:
    """Clean ``王明（华东设计院）；李华；ZJ000012`` into names with units, and numbers of experts."""
    found = []
    for part in re.split(r"[;；、，,\n]+", text(1000)(cell)):
        if not part.strip():
            continue
        person = _PERSON.fullmatch(part.strip())
        name, unit = (clean_text(value) for value in person.groups("")) if person else ("", "")
        if not 0 < len(name) <= MOST_NAME or len(unit) > MOST_NAME:
            raise CellRefused("{}格式", "应像：王明（华东设计院）；李华；ZJ000012。")
        if _NUMBER.fullmatch(name):
            found.append({"expert_number": name.upper()})
        else:
            found.append({"name": name, "unit_name": unit})
    return found


def uscc(cell: Any) -> str:
    value = as_code(cell).upper()
    if value and not is_valid_uscc(value):
        raise CellRefused("{}格式", "应为 18 位，请逐位核对。")
    return value


def number(cell: Any) -> str:
    value = as_code(cell)
    if len(value) > 50:
        raise CellRefused("{}过长", "最多 50 字。")
    return value


_REGIMES = {str(label): value for value, label in Regime.choices}

COLUMNS = (
    Column(
        "number",
        "项目编号",
        number,
        aliases=("编号", "项目号", "采购编号", "招标编号"),
        help="不填则由系统按年度编号；不能与已有项目重复。",
        sample="ZB-2026-018",
    ),
    Column(
        "name",
        "项目名称",
        text(200),
        aliases=("名称",),
        required=True,
        sample="市民中心弱电工程",
        width=32,
    ),
    Column(
        "regime",
        "适用制度",
        choice(_REGIMES),
        aliases=("制度",),
        required=True,
        help="招标投标、政府采购或内部评审。",
        choices=tuple(_REGIMES),
        sample="招标投标",
    ),
    Column(
        "kind", "项目类型", text(50), aliases=("类型",), help="数据字典里的名称。", sample="工程"
    ),
    Column(
        "department",
        "所属部门",
        text(100),
        aliases=("部门", "申请部门"),
        help="不填则为您所在的部门；有同名部门时写成「上级部门/部门」。",
        sample="",
    ),
    Column(
        "purchaser",
        "采购单位",
        text(200),
        aliases=("招标人", "采购人", "建设单位"),
        help="单位库里的名称或别名；库里没有的，须同时填写统一社会信用代码。抽取时自动回避。",
        sample="",
        width=28,
    ),
    Column(
        "uscc", "统一社会信用代码", uscc, aliases=("信用代码", "采购单位统一社会信用代码"), width=22
    ),
    Column(
        "authors",
        "采购文件编制人",
        people,
        aliases=("编制人", "招标文件编制人"),
        help="不得评审本项目；用分号隔开，可写专家编号，同名的在括号里写单位。",
        sample="王明（华东设计院）；李华",
        width=24,
    ),
    Column(
        "reviewers",
        "采购文件论证人",
        people,
        aliases=("论证人", "论证专家", "招标文件论证人"),
        help="写法同上；不得评审本项目。",
        sample="",
        width=24,
    ),
    Column("budget", "预算（元）", money, aliases=("预算", "预算金额", "金额"), sample="8600000"),
    Column(
        "representatives",
        "代表人数",
        whole_number(0, 99),
        aliases=("招标人代表人数", "采购人代表人数"),
        help="与专家一同组成评审委员会的代表人数。",
        sample="2",
        width=10,
    ),
    Column(
        "opening_at",
        "评审开始时间",
        moment,
        aliases=("评审时间", "开标时间"),
        required=True,
        help="日期和时间，例如 2026-12-01 09:30。",
        sample="2026-12-01 09:30",
        width=20,
    ),
    Column(
        "duration_minutes",
        "预计时长（分钟）",
        whole_number(1, 43_200),
        aliases=("预计时长", "时长"),
        help="不填则为 240 分钟。",
        sample="240",
    ),
    Column("check_in_at", "报到时间", moment, help="不晚于评审开始时间。", sample="", width=20),
    Column(
        "place",
        "评审地点",
        text(200),
        aliases=("地点", "开标地点"),
        required=True,
        sample="市公共资源交易中心三楼 306 评标室",
        width=32,
    ),
    Column("contact_name", "联系人", text(50), required=True, sample="李晓梅"),
    Column(
        "contact_phone",
        "联系电话",
        text(30),
        aliases=("电话", "联系方式"),
        required=True,
        sample="021-55500001",
    ),
    Column("description", "项目说明", text(5000), aliases=("说明", "备注"), width=32),
)
