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
    if not USERNAME.fullmatch(value) or MOBILE.fullmatch(value):
        raise ValidationError(
            "账号应为 2 至 50 个字，可用文字、数字、点、横线和下划线，不能是手机号。",
            code="username",
        )
