"""The base of what endpoints take and give, and the types of their values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field

from expertpool.core.bounds import DAYS, MOMENTS, Bounds


class Input(Schema):
    """What a caller sends: blanks around texts are dropped, unknown names are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(Schema):
    """What is answered."""


def kept(bounds: Bounds) -> AfterValidator:
    """Return the check of a value by the bounds of its field."""

    def check(value: Any) -> Any:
        if not bounds.low <= value <= bounds.high:
            raise ValueError(bounds.sentence.removesuffix("。"))
        return value

    return AfterValidator(check)


def written(like: str) -> BeforeValidator:
    """Return the check that a time is written as one: pydantic takes a number for seconds."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float) or (isinstance(value, str) and "-" not in value[1:]):
            raise ValueError(f"应为{like}")
        return value

    return BeforeValidator(check)


# A moment with its offset, as 2026-12-01T09:30:00+08:00.
Moment = Annotated[AwareDatetime, written("时间，如 2026-12-01T09:30:00+08:00"), kept(MOMENTS)]
Day = Annotated[date, written("日期，如 2026-12-01"), kept(DAYS)]
# The number by which a row is named in addresses and references, as large as a key can be.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
