"""The rules for single values of an expert's record, and what must agree in it.

A rule cleans a cell of an import as well as what is typed: it raises CellRefused with the mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from expertpool.core.bounds import DAYS, Bounds
from expertpool.core.importing import CellRefused, as_code
from expertpool.core.validators import (
    id_card_birth_date,
    is_valid_uscc,
    validate_email_address,
    validate_id_card,
    validate_mobile,
)
from expertpool.experts.enums import Sex

YOUNGEST = 16  # years
TOO_YOUNG = f"应年满 {YOUNGEST} 周岁，请核对年份。"
PRACTICE_YEARS = Bounds(0, 80)
# The day may be missing, and the marks between as well.
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
    # Of fifteen digits and fewer Excel loses none.
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
    if isinstance(cell, date | datetime) and DAYS.low.year <= cell.year <= DAYS.high.year:
        return Month(cell.year, cell.month, cell.day)
    value = as_code(cell)
    if not value:
        return None
    found = _MONTH.fullmatch(value)
    if found:
        month = Month(*(int(part) if part else None for part in found.groups()))  # type: ignore[arg-type]
        try:
            DAYS(month.as_date())
        except (ValueError, ValidationError):
            pass
        else:
            return month
    raise CellRefused("出生年月格式", "应像 1967-09 或 1967-09-20。")


def is_too_young(born: date | None, today: date) -> bool:
    """Tell whether nobody born on ``born`` works yet (劳动法 第十五条: from 16)."""
    return born is not None and (today.year - YOUNGEST, today.month, today.day) < (
        born.year,
        born.month,
        born.day,
    )


def id_card_sex(value: str) -> str:
    """Return the sex that a valid ID card number states (17th digit: odd is male)."""
    return Sex.MALE if int(value[16]) % 2 else Sex.FEMALE


def identity_errors(
    id_number: str, birth_date: date | None, sex: str
) -> dict[str, ValidationError]:
    """Return what is wrong with the ID card number and what contradicts it, by field."""
    if not id_number:
        return {}
    try:
        validate_id_card(id_number)
    except ValidationError as error:
        return {"id_number": error}
    errors: dict[str, ValidationError] = {}
    born = id_card_birth_date(id_number)
    if birth_date is not None and birth_date != born:
        message = f"出生日期与身份证号不符：证件为 {born:%Y-%m-%d}，请核对其中一项。"
        errors["birth_date"] = ValidationError(message, code="birth_date")
    if sex and sex != id_card_sex(id_number):
        message = "性别与身份证号第 17 位不符，请核对其中一项。"
        errors["sex"] = ValidationError(message, code="sex")
    return errors
