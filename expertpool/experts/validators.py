"""Checks of an expert's data that form, import and service share."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from expertpool.core.validators import (
    id_card_birth_date,
    validate_email_address,
    validate_id_card,
    validate_mobile,
)
from expertpool.experts.enums import Sex


def id_card_sex(value: str) -> str:
    """Return the sex that a valid ID card number states (17th digit: odd is male)."""
    return Sex.MALE if int(value[16]) % 2 else Sex.FEMALE


def contact_errors(phone: str, email: str) -> dict[str, ValidationError]:
    """Return what is wrong with phone and e-mail address, by field; empty when nothing is."""
    errors: dict[str, ValidationError] = {}
    for field, value, check in (
        ("phone", phone, validate_mobile),
        ("email", email, validate_email_address),
    ):
        try:
            if value:
                check(value)
        except ValidationError as error:
            errors[field] = error
    return errors


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
