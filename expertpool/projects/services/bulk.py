"""The same change of many rows: what can be done is done, the rest is told row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.files.exceptions import FileRefused
from expertpool.projects.exceptions import ProjectError


@dataclass
class Outcome:
    """What came of each row: the names of those done, and (name, reason) of those refused."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def for_each(rows: Iterable[Any], change: Callable[[Any], object]) -> Outcome:
    """Call ``change`` for each of ``rows``; one that is refused leaves the others as they are."""
    outcome = Outcome()
    for row in rows:
        try:
            with transaction.atomic():
                change(row)
        except (ProjectError, FileRefused) as refusal:
            outcome.refused.append((str(row), str(refusal)))
        except ValidationError as refusal:
            outcome.refused.append((str(row), "".join(refusal.messages)))
        else:
            outcome.done.append(str(row))
    return outcome
