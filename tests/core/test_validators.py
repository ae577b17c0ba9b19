"""Chinese identifiers. All numbers are made up; their check digits are right."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from expertpool.core.validators import (
    ID_CARD_WEIGHTS,
    USCC_ALPHABET,
    id_card_birth_date,
    id_card_check_digit,
    is_valid_uscc,
    validate_email_address,
    validate_id_card,
    validate_mobile,
    validate_uscc,
)


@pytest.mark.parametrize("number", ["13800138000", "19912345678"])
def test_mobile_numbers(number: str) -> None:
    validate_mobile(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12800138000",
        "1380013800",
        "138001380000",
        "１３８００１３８０００",
        "13800138000\n",
        "+8613800138000",
    ],
)
def test_wrong_mobile_numbers(number: str) -> None:
    with pytest.raises(ValidationError, match="11 位数字"):
        validate_mobile(number)


@pytest.mark.parametrize("mail", ["a@b.cn", "w.x+y@mail.example.com.cn"])
def test_mail_addresses(mail: str) -> None:
    validate_email_address(mail)


@pytest.mark.parametrize(
    "mail",
    [
        "",
        "a",
        "a@b",
        "a@@b.cn",
        "a b@c.cn",
        "a@b.cn\n",
        "a@b..cn",
        "a@例子.cn",
        "<script>@b.cn",
        "a,b@c.cn",
        "a;b@c.cn",
        "a" * 250 + "@b.cn",
    ],
)
def test_wrong_mail_addresses(mail: str) -> None:
    with pytest.raises(ValidationError, match=r"name@example\.cn"):
        validate_email_address(mail)


def test_the_example_of_the_standard() -> None:
    # GB 11643-1999 gives this number with the check character X.
    assert id_card_check_digit("11010519491231002") == "X"
    validate_id_card("11010519491231002X")
    assert id_card_birth_date("11010519491231002X") == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "18 位"),
        ("11010519491231002x", "18 位"),
        ("110105194912310021", "校验位"),
        ("1101051949123100２X", "18 位"),
        ("110105491231002", "18 位"),
    ],
)
def test_wrong_id_cards(number: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_id_card(number)


def test_a_day_that_does_not_exist_is_refused() -> None:
    body = "11010519490231002"
    with pytest.raises(ValidationError, match="出生日期不存在"):
        validate_id_card(body + id_card_check_digit(body))


@given(
    st.dates(date(1930, 1, 1), date(2010, 1, 1)),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_always_noticed(birth: date, serial: int, at: int, shift: int) -> None:
    body = f"410105{birth:%Y%m%d}{serial:03d}"
    number = body + id_card_check_digit(body)
    validate_id_card(number)
    wrong = f"{number[:at]}{(int(number[at]) + shift) % 10}{number[at + 1 :]}"
    with pytest.raises(ValidationError):
        validate_id_card(wrong)
    assert len(ID_CARD_WEIGHTS) == 17


def test_the_uscc_of_the_standard() -> None:
    assert is_valid_uscc("91350100M000100Y43")  # the example in GB 32100-2015
    validate_uscc("91350100M000100Y43")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91350100M000100Y44",
        "91350100m000100y43",
        "91350100M000100Y4",
        "9135010OM000100Y43",
        "91350100M000100Y4３",
    ],
)
def test_wrong_usccs(code: str) -> None:
    assert not is_valid_uscc(code)
    with pytest.raises(ValidationError, match="营业执照"):
        validate_uscc(code)


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_each_body_has_exactly_one_check_character(body: str) -> None:
    assert sum(is_valid_uscc(body + char) for char in USCC_ALPHABET) == 1
