"""What strangers may write where the office may write anything."""

from __future__ import annotations

import re
from typing import Any

from expertpool.core.importing import CellRefused
from expertpool.core.text import HAN
from expertpool.experts.fields import EXPERT

_BUILT_IN = {one.code: one for one in EXPERT.built_in}
_NAME = re.compile(rf"[{HAN}A-Za-z0-9·.'（）()&、 -]+")


def applicant_name(raw: Any) -> str:
    """Clean the name of a person or an organisation by the rule of the record, and refuse what no name
    has: it stands in messages, and in the lists of the office."""
    value = str(_BUILT_IN["name"].clean(raw))
    if not _NAME.fullmatch(value):
        raise CellRefused("{}格式", "只能用汉字、字母、数字和间隔号、括号、连字符。")
    return value


def phone(raw: Any) -> str:
    """Clean a mobile number by the rule of the record."""
    return str(_BUILT_IN["phone"].clean(raw))


def email(raw: Any) -> str:
    """Clean a mail address by the rule of the record."""
    return str(_BUILT_IN["email"].clean(raw))
