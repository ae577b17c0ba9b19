"""Notes by which the names of those who sit became known (PROTOCOL.md, section 12)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vdraw.exceptions import EngineError
from vdraw.rule import read_time

RELEASED = "released"  # by themselves: their time had come
OPENING_NOTES = ("early_release", "all_present", RELEASED)
BY_ITSELF = {"role": "system"}


def opened_by(before: str | None, code: str) -> str | None:
    """By which note names are open once one with ``code`` was taken, ``before`` it by that one; None: they are
    sealed. Refuses (EngineError) that what is open opens by itself, and that what did so opens again."""
    if code not in OPENING_NOTES:
        return before
    if before is not None and RELEASED in (before, code):
        raise EngineError("名单已经公开，不能再次公开")
    return code


def check_released(said: Mapping[str, Any], opens_at: datetime | None) -> None:
    """Check what a note `RELEASED` says of its hand and time: the system's, and not before names were to open
    (None: nobody knows when)."""
    if said.get("by") != BY_ITSELF or said.get("via") != "system":
        raise EngineError("到时公开名单只能由系统记下")
    at = read_time(said.get("at"))
    if at is not None and opens_at is not None and at < opens_at:
        raise EngineError("还没有到名单公开的时间")
