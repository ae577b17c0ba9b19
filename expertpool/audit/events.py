"""What this app announces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PersonsListed:
    """The entry of the log (id) says that somebody took a file in which ``persons`` (keys) stand."""

    entry_id: int
    persons: Sequence[int]
    at: datetime


@dataclass(frozen=True)
class UnprovenFound:
    """The log has entries that this system did not write: how many were found now, and the places of
    the first few in the chain."""

    count: int
    first: tuple[int, ...]
    at: datetime
