"""What an account name and a password may be."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from expertpool.accounts.settings import PASSWORD_KINDS, PASSWORD_LENGTH, PASSWORDS_KEPT
from expertpool.core.configuration import value_of, words_of
from expertpool.core.fields import readable
from expertpool.core.text import clean_code
from expertpool.core.validators import MOBILE

USERNAME = re.compile(r"[\w.-]{2,50}")


def clean_username(value: str) -> str:
    """Return an account name as it is kept and found: half-width, lower case."""
    return clean_code(value).lower()


def validate_username(value: str) -> None:
    """Refuse a name that is malformed, or that could be taken for a phone number or a mail."""
    # By its form `login` tells what was typed: a name must look like nothing else.
    if not USERNAME.fullmatch(value) or MOBILE.fullmatch(value):
        raise ValidationError(
            "账号应为 2 至 50 个字，可用文字、数字、点、横线和下划线，不能是手机号。",
            code="username",
        )


class PasswordLength:
    """Password validator: as long as the office demands."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < value_of(PASSWORD_LENGTH):
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        return f"密码至少 {words_of(PASSWORD_LENGTH)}。"


KINDS = "大写字母、小写字母、数字、符号"
COUNTED = {1: "一", 2: "两", 3: "三", 4: "四"}


class PasswordVariety:
    """Password validator: so many of capitals, small letters, digits, signs as the office demands."""

    def validate(self, password: str, user: object = None) -> None:
        kinds = (
            any(char.isupper() for char in password),
            any(char.islower() for char in password),
            any(char.isdigit() for char in password),
            any(not char.isalnum() for char in password),
        )
        if sum(kinds) < value_of(PASSWORD_KINDS):
            raise ValidationError(self.get_help_text(), code="password_variety")

    def get_help_text(self) -> str:
        return f"密码应含{KINDS}中的至少{COUNTED[value_of(PASSWORD_KINDS)]}种。"


# Of what people here make passwords first, beside Django's list, which knows English ones.
COMMON = frozenset(
    [
        "woaini",
        "mima",
        "wodemima",
        "nihao",
        "admin",
        "guanli",
        "guanliyuan",
        "caigou",
        "zhaobiao",
        "toubiao",
        "xitong",
        "ceshi",
        "gongsi",
        "beijing",
        "shanghai",
        "zhongguo",
        "zhonghua",
        "abcd",
        "qwer",
        "qwerty",
        "asdf",
        "zxcv",
        "qazwsx",
        "passw0rd",
    ]
)


class CommonStem(CommonPasswordValidator):
    """Password validator: a common word does not get better by a year and a sign after it."""

    message = "密码是常见的词加数字或符号，容易猜到，请换一个。"

    def validate(self, password: str, user: object = None) -> None:
        stem = re.sub(r"[^a-z]+$|^[^a-z]+", "", password.casefold())
        whole = re.sub(r"[\W_]+", "", password.casefold())
        if stem in COMMON or {stem, whole, password.casefold()} & self.passwords:
            raise ValidationError(self.message, code="password_common")

    def get_help_text(self) -> str:
        return self.message


class PasswordOfPerson:
    """Password validator: nothing that a colleague knows of its owner."""

    message = "密码不能含有本人的账号、姓名拼音、手机号、邮箱或部门名称，请换一个。"

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its words: most programs read none

        text = password.casefold()
        letters = re.sub(r"[^a-z]", "", text)
        initials = "".join(lazy_pinyin(user.name, style=Style.FIRST_LETTER)).casefold()
        known = (
            *(user.username, user.phone[-6:], user.email.partition("@")[0]),
            *("".join(lazy_pinyin(str(name))) for name in (user.name, user.department or "")),
        )
        # What is shorter stands in many a good password by chance.
        found = any(len(part) >= 4 and part.casefold() in text for part in known)
        if found or letters == initials:
            raise ValidationError(self.message, code="password_of_person")

    def get_help_text(self) -> str:
        return self.message


class PasswordHistory:
    """Password validator: none of the last ones of its owner, as many as the office says."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        most = value_of(PASSWORDS_KEPT)
        used = [readable(one, "password") for one in user.used_passwords.order_by("-id")[:most]]
        # The hashes are salted, so each of them is tried.
        if any(check_password(password, one) for one in [user.password_hash, *used]):
            raise ValidationError(self.get_help_text(), code="password_used")

    def get_help_text(self) -> str:
        return f"不能使用最近 {words_of(PASSWORDS_KEPT)}用过的密码，请换一个。"
