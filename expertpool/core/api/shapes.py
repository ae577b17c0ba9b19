"""The base of what endpoints take and give, and the types of their values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, field_validator

from expertpool.core.bounds import DAYS, MOMENTS, Bounds
from expertpool.core.text import HIDDEN
from expertpool.core.validators import is_writable


class Input(Schema):
    """What a caller sends: blanks around texts are dropped, unknown names are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _writable(cls, value: Any) -> Any:
        if isinstance(value, str) and not is_writable(value):
            raise ValueError(HIDDEN.removesuffix("。"))
        return value


class Output(Schema):
    """What is answered."""


def kept(bounds: Bounds) -> AfterValidator:
    """Return the check of a value by the bounds of its field."""

    def check(value: Any) -> Any:
        if not bounds.low <= value <= bounds.high:
            raise ValueError(bounds.sentence.removesuffix("。"))
        return value

    return AfterValidator(check)


# A moment with its offset, as 2026-12-01T09:30:00+08:00.
Moment = Annotated[AwareDatetime, kept(MOMENTS)]
Day = Annotated[date, kept(DAYS)]
# The number by which a row is named in addresses and references, as large as a key can be.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
