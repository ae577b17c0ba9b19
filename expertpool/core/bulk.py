"""The same change of many rows: what can be done is done, the rest is told row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

# Rows of one action: a request that takes longer than a minute is broken off.
MOST_PICKED = 5_000
Refusals = type[Exception] | tuple[type[Exception], ...]


@dataclass
class BulkResult:
    """What came of each row: the names and keys of those done, (name, reason) of those refused."""

    done: list[str] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def for_each(
    rows: Iterable[Any], change: Callable[[Any], object], *, refusals: Refusals
) -> BulkResult:
    """Call ``change`` for each of ``rows``; one that is refused (``refusals``, ValidationError)
    leaves the others as they are."""
    result = BulkResult()
    for row in rows:
        try:
            # A savepoint each: what the database refuses of one would end the others' transaction.
            with transaction.atomic():
                change(row)
        except ValidationError as refusal:
            result.refused.append((str(row), "".join(refusal.messages)))
        except refusals as refusal:
            result.refused.append((str(row), str(refusal)))
        else:
            result.done.append(str(row))
            result.keys.append(row.pk)
    return result
