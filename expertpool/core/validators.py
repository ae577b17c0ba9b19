"""Checks of texts and Chinese identifiers. Each raises ValidationError with a sentence that says the mend."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from ipaddress import ip_address
from operator import mul

from django.core.exceptions import ValidationError

from expertpool.core.bounds import DAYS
from expertpool.core.text import HIDDEN

# Controls but tab and line feeds, half a surrogate pair, and marks that turn the direction of
# writing, by which a text reads otherwise than it stands. Nobody types them.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# \d takes the digits of every script: what is not ASCII is refused beside it.
MOBILE = re.compile(r"1[3-9]\d{9}")
_PHONE = re.compile(
    r"(\+?86[- ]?)?1[3-9]\d{9}"
    r"|(\(?0\d{2,3}\)?[- ]?)?\d{7,8}((-|转|,| ?ext\.? ?)\d{1,6})?"
    r"|[48]00[- ]?\d{3,4}[- ]?\d{3,4}|\d{5}",
    re.IGNORECASE | re.ASCII,
)
_POST_CODE = re.compile(r"\d{6}", re.ASCII)
_ICP_NUMBER = re.compile(r"[\u4e00-\u9fff]ICP[备证]\d{6,10}号(-\d{1,3})?", re.ASCII)
# What mail programs take for more than one address, or for markup, is no part of one (RFC 5322, 3.2.3).
EMAIL = re.compile(r"[^@\s<>()\[\]\\,;:\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
HOST_LENGTH = 253
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
ID_CARD = re.compile(r"\d{17}[\dX]", re.ASCII)
# Travel permits have no check digit that is published: H (Hong Kong) or M (Macao) and eight digits, with
# two more the times of issue on cards before 2013; of Taiwan eight digits, of cards before 2015 ten and a
# letter (公安部公告 2012、2015 年; 国家移民管理局).
HONG_KONG_PERMIT = re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII)
TAIWAN_PERMIT = re.compile(r"\d{8}|\d{10}[A-Z]?", re.ASCII)
# 外国人永久居留身份证: since December 2023 eighteen digits that begin with 9 and are built, checked and dated
# like those of GB 11643; before, the country (GB/T 2659) and twelve digits.
PERMANENT_RESIDENT = re.compile(r"9\d{16}[\dX]", re.ASCII)
PERMANENT_RESIDENT_OLD = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
# The check digit of ICAO Doc 9303 stands in the machine-readable line, not in the number.
PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{5,15}", re.ASCII)
OFFICER_CARD = re.compile(r"[\u4e00-\u9fff]{1,4}字第\d{4,10}号", re.ASCII)
_PHONE_SIGNS = str.maketrans("（）－—–", "()---")
# Without I, O, S, V and Z (GB 32100).
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {char: at for at, char in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ID_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_host(text: str) -> None:
    """Refuse what is neither the name of a host (RFC 1123, with the _ that machines in offices have) nor an address."""
    with suppress(ValueError):
        ip_address(text)
        return
    if len(text) > HOST_LENGTH or not _HOST.fullmatch(text):
        raise ValidationError(
            "应是主机名（英文字母、数字、“-”和“.”，如 mail.example.cn）或 IP 地址，不写“://”和端口，请重新填写。"
        )


def is_writable(text: str) -> bool:
    """Tell whether ``text`` holds only what people write: the base of every text that is taken."""
    # Most are told by a look that costs nothing.
    return text.isprintable() or _UNWRITABLE.search(text) is None


def only_writable(text: str) -> str:
    """Return ``text`` without what nobody writes: for what other systems send, whom nobody can ask to mend it."""
    return text if is_writable(text) else _UNWRITABLE.sub("", text)


def validate_text(value: str) -> None:
    """Refuse a text with characters that nobody can write or read; every text field does
    (`core.apps`). NUL has a check of its own in forms, which says the same."""
    if not is_writable(value.replace("\x00", "")):
        raise ValidationError(HIDDEN, code="hidden")


def validate_phone(value: str) -> None:
    """Refuse what nobody can ring: a mobile or landline, several with 、 or / between them."""
    for number in re.split(r"(?<!\s)\s*+[、/;；，]\s*+", value.translate(_PHONE_SIGNS).strip()):
        if not _PHONE.fullmatch(number):
            raise ValidationError(
                "电话格式不对：应为 11 位手机号，或带区号的座机，例如 021-55500001。", code="phone"
            )


def validate_post_code(value: str) -> None:
    """Refuse what is no post code of the mainland: six digits."""
    if not _POST_CODE.fullmatch(value):
        raise ValidationError("邮政编码应为 6 位数字，例如 410000。", code="post_code")


def validate_icp_number(value: str) -> None:
    """Refuse what is no number of a filing or licence of an internet service (信息产业部令第 33 号, 13)."""
    if not _ICP_NUMBER.fullmatch(value):
        raise ValidationError(
            "备案号应像「湘ICP备12345678号-1」，许可证号应像「湘ICP证123456号」，请照备案结果填写。",
            code="icp_number",
        )


def validate_mobile(value: str) -> None:
    """Refuse what is not a mainland mobile number (11 digits, 13–19)."""
    if not (MOBILE.fullmatch(value) and value.isascii()):
        raise ValidationError("手机号格式不对：应为 11 位数字，以 13 至 19 开头。", code="mobile")


def validate_email_address(value: str) -> None:
    """Refuse what cannot be an e-mail address."""
    if not EMAIL.fullmatch(value) or len(value) > 254:
        raise ValidationError("邮箱格式不对：应像 name@example.cn，不能有空格。", code="email")


def id_card_check_digit(body: str) -> str:
    """Return the check character of the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    if len(body) != len(ID_CARD_WEIGHTS):
        message = (
            f"{len(body)} digits: an ID card number has {len(ID_CARD_WEIGHTS)} before the last"
        )
        raise ValueError(message)
    total = sum(map(mul, body.encode(), ID_CARD_WEIGHTS)) - ord("0") * sum(ID_CARD_WEIGHTS)
    return "10X98765432"[total % 11]


def validate_id_card(value: str) -> None:
    """Refuse a malformed ID card number: length, birth date, check character (GB 11643).

    The division code is not checked: abolished divisions stay valid in old numbers.
    """
    if not ID_CARD.fullmatch(value):
        raise ValidationError("身份证号格式不对：应为 18 位，最后一位可为 X。", code="id_card")
    if id_card_check_digit(value[:17]) != value[17]:
        raise ValidationError("身份证号校验位不对，请逐位核对。", code="id_card_check")
    try:
        DAYS(id_card_birth_date(value))
    except (ValueError, ValidationError):
        raise ValidationError(
            "身份证号中的出生日期不存在，请核对第 7 至 14 位。", code="id_card_birth"
        ) from None


def validate_permanent_resident(value: str) -> None:
    """Refuse what is no number of an 外国人永久居留身份证, of the old form or the new (MOD 11-2 as in GB 11643)."""
    if PERMANENT_RESIDENT_OLD.fullmatch(value):
        return
    if not PERMANENT_RESIDENT.fullmatch(value):
        raise ValidationError(
            "永久居留身份证号格式不对：新证 18 位、以 9 开头，旧证为 3 位字母加 12 位数字。",
            code="permanent",
        )
    try:
        validate_id_card(value)
    except ValidationError:
        raise ValidationError(
            "永久居留身份证号的出生日期或校验位不对，请逐位核对。", code="permanent_check"
        ) from None


def id_card_birth_date(value: str) -> date:
    """Return the birth date in an ID card number; ValueError when there is no such day."""
    return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))


def is_valid_uscc(value: str) -> bool:
    """Tell whether ``value`` is a 统一社会信用代码 with the right check character (GB 32100)."""
    if len(value) != 18 or not _USCC_VALUES.keys() >= set(value):
        return False
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, value), _USCC_WEIGHTS))
    return USCC_ALPHABET[(31 - total % 31) % 31] == value[17]


def validate_uscc(value: str) -> None:
    """Refuse a malformed 统一社会信用代码."""
    if not is_valid_uscc(value):
        raise ValidationError(
            "统一社会信用代码不对：应为 18 位且校验位相符，请对照营业执照。", code="uscc"
        )
