"""The base of what endpoints take and give, and the types of their values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Input(Schema):
    """What a caller sends: blanks around texts are dropped, unknown names are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(Schema):
    """What is answered."""


def _within_reason(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        message = "时间应在 1990 年至 2200 年之间"
        raise ValueError(message)
    return value


# A moment with its offset, as 2026-12-01T09:30:00+08:00.
Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
# The number by which a row is named in addresses and references, as large as a key can be.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
