"""The rules for single values of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.bounds import Bounds
from expertpool.core.importing import CellRefused, as_code, text
from expertpool.core.text import clean_text, if_seen
from expertpool.core.validators import is_valid_uscc, validate_phone

MOST_NAME = 200
MOST_EXPERT_NUMBER = 20
BUDGET = Bounds(Decimal(0), Decimal("999999999999.99"), "应为 0 至 999999999999.99 元。")
REPRESENTATIVES = Bounds(0, 99)
DURATION = Bounds(1, 43_200)  # minutes: up to thirty days


_PERSON = re.compile(r"(?P<name>[^（(）)]+)(?:[（(](?P<unit>[^（(）)]+)[)）])?")
_NUMBER = re.compile(r"[A-Za-z]+\d+")


def people(cell: Any) -> list[dict[str, str]]:
    """Clean ``王明（华东设计院）；李华；ZJ000012`` into names with units, and numbers of experts."""
    found = []
    for part in re.split(r"[;；、，,\n]+", text(1000, lines=True)(cell)):
        if not part.strip():
            continue
        person = _PERSON.fullmatch(part.strip())
        parts = person.groups("") if person else ("", "")
        name, unit = (if_seen(clean_text(value)) for value in parts)
        if not 0 < len(name) <= MOST_NAME or len(unit) > MOST_NAME:
            raise CellRefused("{}格式", "应像：王明（华东设计院）；李华；ZJ000012。")
        # Letters and digits are a number: names are written in Chinese.
        if _NUMBER.fullmatch(name):
            if len(name) > MOST_EXPERT_NUMBER:
                raise CellRefused("{}格式", f"专家编号最多 {MOST_EXPERT_NUMBER} 字。")
            one = {"expert_number": name.upper()}
        else:
            one = {"name": name, "unit_name": unit}
        if one not in found:
            found.append(one)
    return found


def written(found: Sequence[Mapping[str, str]]) -> str:
    """Return `people` as they are read: 王明（华东设计院）；李华；ZJ000012."""
    parts = []
    for one in found:
        unit = f"（{one['unit_name']}）" if one.get("unit_name") else ""
        parts.append(one.get("expert_number") or f"{one['name']}{unit}")
    return "；".join(parts)


def uscc(cell: Any) -> str:
    value = as_code(cell).upper()
    if value and not is_valid_uscc(value):
        raise CellRefused("{}格式", "应为 18 位，请逐位核对。")
    return value


def number(cell: Any) -> str:
    value = as_code(cell)
    if len(value) > 50:
        raise CellRefused("{}过长", "最多 50 字。")
    return value


def phone(cell: Any) -> str:
    """Clean the number to ring for a project: a mobile or a landline."""
    value = text(30)(cell)
    try:
        if value:
            validate_phone(value)
    except ValidationError:
        raise CellRefused(
            "{}格式", "应为 11 位手机号，或带区号的座机，例如 021-55500001。"
        ) from None
    return value
