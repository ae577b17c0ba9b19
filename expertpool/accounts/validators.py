"""What an account name may be."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

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


class PasswordVariety:
    """Password validator of the settings: three of capitals, small letters, digits, signs."""

    message = "密码应含大写字母、小写字母、数字、符号中的至少三种。"

    def validate(self, password: str, user: object = None) -> None:
        kinds = (
            any(char.isupper() for char in password),
            any(char.islower() for char in password),
            any(char.isdigit() for char in password),
            any(not char.isalnum() for char in password),
        )
        if sum(kinds) < 3:
            raise ValidationError(self.message, code="password_variety")

    def get_help_text(self) -> str:
        return self.message
