"""The numbers of documents by which somebody is known: each kind by its own rule, and what it carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.importing import CellRefused, as_code, is_rounded
from expertpool.core.text import BETWEEN_DIGITS
from expertpool.core.validators import (
    HONG_KONG_PERMIT,
    OFFICER_CARD,
    PASSPORT,
    PERMANENT_RESIDENT,
    PERMANENT_RESIDENT_OLD,
    TAIWAN_PERMIT,
    id_card_birth_date,
    validate_id_card,
    validate_permanent_resident,
)
from expertpool.experts.enums import IdKind, Sex
from expertpool.experts.validators.values import ROUNDED, WORDS, checked, is_born

LONGEST_ID = 40
LONG = 18  # letters of an identity card; of other documents so long as a card of permanent residence begins with 9
# What stands before a number: the mark by which Excel keeps it a text, or what it is. The last X as a cross.
_BEFORE = re.compile(r"^['‘’`]*(?:(?:居民)?身份证(?:号码?)?\s*:?)?\s*")
_CROSS = re.compile(r"(?<=^\d{17})[×✕╳Х]$")
_OFFICER = re.compile(r"([\u4e00-\u9fff]{1,4})字第?(\d{4,10})号?", re.ASCII)
_DAY = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_GUESSES = (
    (IdKind.HONG_KONG, HONG_KONG_PERMIT),
    (IdKind.TAIWAN, TAIWAN_PERMIT),
    (IdKind.PERMANENT, PERMANENT_RESIDENT),
    (IdKind.PERMANENT, PERMANENT_RESIDENT_OLD),
    (IdKind.OFFICER, OFFICER_CARD),
    (IdKind.PASSPORT, re.compile(r"[A-Z]{1,2}\d{7,8}", re.ASCII)),
)


def id_refusal(error: ValidationError) -> tuple[str, str]:
    """Return what an import says of a number that is none of its kind: a few words, and how to mend it."""
    return WORDS.get(str(error.code)) or ("证件号码格式", str(error.message))


def id_number(cell: Any) -> str:
    """Clean the number of a document; a long one that came as a number has lost its last digits. Whether
    it is one of its kind, `identity_errors` says."""
    if isinstance(cell, float | int) and abs(cell) >= 10**15:
        raise CellRefused("身份证为数值", ROUNDED)
    value = as_code(cell).upper()
    if is_rounded(value):
        raise CellRefused("身份证为数值", ROUNDED)
    if not (value.isalnum() and value.isascii()):
        value = _CROSS.sub("X", BETWEEN_DIGITS.sub("", _BEFORE.sub("", value)))
    if not value.isascii() and (found := _OFFICER.fullmatch(value)):
        value = f"{found[1]}字第{found[2]}号"
    if len(value) > LONGEST_ID:
        raise CellRefused("证件号码过长", f"最多 {LONGEST_ID} 个字。")
    if value and not any(sign.isdigit() for sign in value):
        raise CellRefused("证件号码格式", "没有数字，不是证件号码。")
    return value


def resident_id(cell: Any) -> str:
    """Clean a number of an identity card; refuse another."""
    return checked(id_number(cell), validate_id_card)


def guess_id_kind(value: str) -> str:
    """Return of which kind a cleaned number looks; an identity card where nothing tells otherwise."""
    if len(value) == LONG and value[0] in "12345678" and value.isalnum():  # nearly all
        return IdKind.RESIDENT.value
    # A birthday in the wrong column has eight digits, too.
    if _DAY.fullmatch(value):
        return IdKind.RESIDENT.value
    found = (kind for kind, pattern in _GUESSES if pattern.fullmatch(value))
    return next(found, IdKind.RESIDENT).value


def _matches(pattern: re.Pattern[str], words: str) -> Callable[[str], None]:
    def validate(value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValidationError(words, code="id_kind")

    return validate


def _any_number(value: str) -> None:
    if len(value) < 3:
        raise ValidationError("证件号码太短，请核对。", code="id_kind")


# Each kind by its own rule; of which standard, `core.validators` says.
ID_RULES: dict[str, Callable[[str], None]] = {
    IdKind.RESIDENT: validate_id_card,
    IdKind.HONG_KONG: _matches(
        HONG_KONG_PERMIT, "港澳居民来往内地通行证号应为 H 或 M 加 8 位数字（旧证 10 位）。"
    ),
    IdKind.TAIWAN: _matches(
        TAIWAN_PERMIT, "台湾居民来往大陆通行证号应为 8 位数字（旧证 10 位数字，可加 1 位字母）。"
    ),
    IdKind.PERMANENT: validate_permanent_resident,
    IdKind.PASSPORT: _matches(PASSPORT, "护照号应为 5 至 15 位字母和数字，不含其他符号。"),
    IdKind.OFFICER: _matches(OFFICER_CARD, "军官证号应像“南字第12345678号”。"),
    IdKind.OTHER: _any_number,
}


def born_by(kind: str, value: str) -> date | None:
    """Return the birthday that a valid number of this kind carries."""
    if kind == IdKind.RESIDENT or (
        kind == IdKind.PERMANENT and value.isascii() and value[0] == "9"
    ):
        return id_card_birth_date(value)
    return None


def sex_by(kind: str, value: str) -> str:
    """Return the sex that a valid number of this kind states; empty: it does not."""
    return id_card_sex(value) if kind == IdKind.RESIDENT else ""


def id_card_sex(value: str) -> str:
    """Return the sex that a valid ID card number states (17th digit: odd is male)."""
    return Sex.MALE if int(value[16]) % 2 else Sex.FEMALE


def identity_errors(
    kind: str, id_number: str, birth_date: date | None, sex: str
) -> dict[str, ValidationError]:
    """Return what is wrong with the number of a document and what contradicts it, by field."""
    if not id_number:
        return {}
    try:
        ID_RULES[kind](id_number)
    except ValidationError as error:
        guess = IdKind(guess_id_kind(id_number))
        if guess == kind:
            return {"id_number": error}
        hint = f"{error.message}是{guess.label}的，请改选证件类型。"
        return {"id_number": ValidationError(hint, code=error.code)}
    errors: dict[str, ValidationError] = {}
    born = born_by(kind, id_number)
    if born is not None and birth_date is not None and not is_born(birth_date, born):
        message = f"出生日期与证件号码不符：证件为 {born:%Y-%m-%d}，请核对其中一项。"
        errors["birth_date"] = ValidationError(message, code="birth_date")
    if sex and sex_by(kind, id_number) not in ("", sex):
        message = "性别与身份证号第 17 位不符，请核对其中一项。"
        errors["sex"] = ValidationError(message, code="sex")
    return errors
