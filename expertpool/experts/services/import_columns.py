"""The columns of the expert import and how each cell is cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from expertpool.core.importing import (
    CellRefused,
    Column,
    as_code,
    as_text,
    choice,
    day,
    text,
    whole_number,
)
from expertpool.core.validators import (
    is_valid_uscc,
    validate_email_address,
    validate_id_card,
    validate_mobile,
)
from expertpool.directory.enums import TitleLevel
from expertpool.experts.enums import ExpertKind, Sex

_MONTH = re.compile(r"(\d{4})\D?(\d{1,2})(?:\D?(\d{1,2}))?[月日]?")
# Excel keeps 15 digits of a number; the rest is lost before we see it.
_ROUNDED = "Excel 已把末几位四舍五入，请把该列设为“文本”格式后重新填写。"
_WORDS = {
    "mobile": ("手机号格式", "应为 11 位数字，以 13 至 19 开头。"),
    "email": ("邮箱格式", "应像 name@example.cn，不能有空格。"),
    "id_card": ("身份证格式", "应为 18 位，最后一位可为 X。"),
    "id_card_check": ("身份证校验位", "请逐位核对。"),
    "id_card_birth": ("身份证格式", "其中的出生日期不存在，请核对第 7 至 14 位。"),
}


class Month(NamedTuple):
    """A birth date as people write it: the day may be missing."""

    year: int
    month: int
    day: int | None

    def fits(self, born: date) -> bool:
        return (self.year, self.month) == (born.year, born.month) and self.day in (None, born.day)

    def as_date(self) -> date:
        """Return the date, the first of the month where the day is missing."""
        return date(self.year, self.month, self.day or 1)


def _checked(value: str, check: Callable[[str], None]) -> str:
    """Return ``value`` if ``check`` lets it pass; otherwise refuse in the words of the import."""
    if value:
        try:
            check(value)
        except ValidationError as error:
            raise CellRefused(*_WORDS[str(error.code)]) from None
    return value


def phone(cell: Any) -> str:
    """Clean a phone number; one that came as a number is whole (11 digits)."""
    return _checked(as_code(cell), validate_mobile)


def email(cell: Any) -> str:
    return _checked(as_code(cell), validate_email_address)


def id_number(cell: Any) -> str:
    """Clean an ID card number; one that came as a number has lost its last digits."""
    if isinstance(cell, float | int):
        raise CellRefused("身份证为数值", _ROUNDED)
    return _checked(as_code(cell).upper(), validate_id_card)


def bank_account(cell: Any) -> str:
    if isinstance(cell, float | int) and cell >= 10**15:
        raise CellRefused("银行账号为数值", _ROUNDED)
    value = as_code(cell).replace(" ", "")
    if value and not (value.isdecimal() and 8 <= len(value) <= 30):
        raise CellRefused("银行账号格式", "应为 8 至 30 位数字。")
    return value


def postcode(cell: Any) -> str:
    """Clean a postcode; as a number it has lost its leading noughts."""
    value = as_code(cell)
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
    """Clean a month or day of birth: 1967-09, 1967年9月, 1967-09-20, 19670920 or a date cell."""
    if isinstance(cell, date | datetime):
        return Month(cell.year, cell.month, cell.day)
    value = as_code(cell)
    if not value:
        return None
    found = _MONTH.fullmatch(value)
    if found:
        month = Month(*(int(part) if part else None for part in found.groups()))  # type: ignore[arg-type]
        try:
            month.as_date()
        except ValueError:
            pass
        else:
            return month
    raise CellRefused("出生年月格式", "应像 1967-09 或 1967-09-20。")


LEVELS = {label: int(value) for value, label in TitleLevel.choices}
LEVEL_WORDS = LEVELS | {"副高级": TitleLevel.ASSOCIATE, "正高级": TitleLevel.SENIOR}
KINDS = {label: value for value, label in ExpertKind.choices}

COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        "姓名",
        text(100),
        ("专家姓名", "名称", "单位专家名称"),
        required=True,
        help="单位专家填单位全称。",
        sample="王小明",
    ),
    Column(
        "sex",
        "性别",
        choice({label: value for value, label in Sex.choices}),
        help="可不填，按身份证号补。",
        sample="男",
        choices=Sex.labels,
        width=8,
    ),
    Column(
        "birth",
        "出生年月",
        birth,
        ("出生日期", "生日"),
        help="像 1967-09 或 1967-09-20；可不填，按身份证号补。",
        sample="1980-01",
        width=12,
    ),
    Column(
        "id_number",
        "身份证号",
        id_number,
        ("证件号码", "证件号", "身份证号码", "身份证"),
        help="18 位，必须是文本格式。同一号码只能有一份档案。",
        sample="110101198001010010",
        width=22,
    ),
    Column(
        "phone",
        "手机号",
        phone,
        ("手机", "手机号码", "联系电话", "联系方式", "电话", "移动电话"),
        required=True,
        help="11 位。同一手机号只能有一份档案。",
        sample="13800138000",
    ),
    Column(
        "email",
        "邮箱",
        email,
        ("电子邮箱", "电子邮件", "邮件", "Email", "E-mail"),
        sample="name@example.cn",
        width=24,
    ),
    Column(
        "employer",
        "工作单位",
        text(200),
        ("单位名称", "单位", "所在单位", "现工作单位"),
        help="单位全称，用于回避。",
        sample="示例市建筑设计研究院",
        width=30,
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        uscc,
        ("信用代码", "社会信用代码", "单位代码"),
        help="18 位，可不填。填了就按代码识别单位。",
        sample="91110000600037341L",
        width=22,
    ),
    Column("title", "职称", text(50), ("专业技术职称", "技术职称"), sample="高级工程师"),
    Column(
        "title_level",
        "职称级别",
        choice(LEVEL_WORDS),
        ("职称等级",),
        help="可不填，按职称补。",
        sample="副高",
        choices=list(LEVELS),
        width=10,
    ),
    Column("position", "职务", text(50), sample="总工程师"),
    Column("education", "学历", text(50), ("文化程度", "最高学历"), sample="本科", width=12),
    Column(
        "practice_years",
        "从业年限",
        whole_number(0, 80),
        ("工作年限", "从业年数"),
        sample="15",
        width=10,
    ),
    Column(
        "division",
        "所在地区",
        as_text,
        ("地区", "所在区域", "区域", "所在地", "行政区划"),
        help="省、市、县的名称或 6 位代码；重名的县连同上级一起写，如“福州市鼓楼区”。",
        sample="长沙市",
    ),
    Column(
        "specialties",
        "评审专业",
        as_text,
        ("专业", "专业代码", "评标专业", "专业名称", "评审专业代码"),
        help="专业代码或名称，多个用分号隔开。重名的专业请填代码。",
        sample="A010101;A080101",
        width=24,
    ),
    Column("expert_type", "专家类型", text(50), ("专家类别",), sample="技术类", width=12),
    Column("address", "通讯地址", text(200), ("地址", "联系地址"), sample="示例路 1 号", width=24),
    Column("postcode", "邮编", postcode, ("邮政编码",), sample="410000", width=10),
    Column("bank_name", "开户银行", text(100), ("开户行",), sample="中国银行"),
    Column(
        "bank_account",
        "银行账号",
        bank_account,
        ("银行卡号", "账号", "银行账户"),
        help="必须是文本格式。",
        sample="6217000012345678901",
        width=24,
    ),
    Column("remark", "备注", text(2000), ("说明",), width=24),
    Column("term_start_date", "聘期开始", day, ("聘期起", "聘任日期"), sample="2026-01-01"),
    Column("term_end_date", "聘期至", day, ("聘期止", "聘期届满", "到期日期"), sample="2028-12-31"),
    Column(
        "kind",
        "类别",
        choice(KINDS),
        help="不填为个人专家。",
        sample="个人专家",
        choices=list(KINDS),
        width=10,
    ),
    Column("contact_person", "联系人", text(50), help="单位专家必填。"),
)
