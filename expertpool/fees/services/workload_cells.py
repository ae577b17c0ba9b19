"""Cells of a table of workload as clerks write them, and how what was read of them is shown."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from expertpool.core.importing import CellRefused, as_code, moment
from expertpool.core.text import moment_text
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import MINUTES, OTHER

_CLOCK = re.compile(r"(\d{1,2})[:：时点](\d{1,2})?分?")


def clock(cell: Any) -> Any:
    """Clean when somebody began or ended: a day with its time, or the time alone (of the project's day), in minutes."""
    if isinstance(cell, float | int) and 0 < cell < 1:  # as Excel keeps a time of the day
        return round(cell * 24 * 60)
    if isinstance(cell, str) and (found := _CLOCK.fullmatch(as_code(cell))):
        hour, minute = int(found[1]), int(found[2] or 0)
        # 09:75 is a mistake, and not a quarter past ten.
        if hour < 24 and minute < 60:
            return hour * 60 + minute
        raise CellRefused("{}格式", "应像 09:30 或 2026-12-01 09:30。")
    return moment(cell)


def hours(cell: Any) -> Decimal:
    """Clean how long: hours, with a part of one."""
    value = as_code(cell).removesuffix("小时").removesuffix("时").strip()
    if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", value) and Decimal(value) * 60 <= MINUTES.high:
        return Decimal(value)
    raise CellRefused("{}格式", "应为小时数，像 3.5。")


def yuan(cell: Any) -> Decimal:
    value = as_code(cell).removesuffix("元").replace(",", "").strip()
    if re.fullmatch(r"\d{1,8}(\.\d{1,2})?", value) and Decimal(value) <= OTHER.high:
        return Decimal(value)
    raise CellRefused("{}格式", f"应为 0 至 {OTHER.high} 元。")


def yes_or_no(value: Any) -> str:
    return "是" if value else "否"


def outcome_word(value: Any) -> str:
    return str(FeeOutcome(value).label)


def clock_word(value: Any) -> str:
    """Return what `clock` has read as people write it."""
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else moment_text(value)
