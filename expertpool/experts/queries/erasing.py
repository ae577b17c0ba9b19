"""What goes and what stays when the personal data of an expert are erased: apps above say it of their own rows.

A test sees to it that each model with a key to an expert is one or the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.experts.models import Expert


def _nothing(_expert: Expert) -> str:
    return ""


def _no_day(_expert: Expert) -> date | None:
    return None


@dataclass(frozen=True)
class Eraser:
    """What of an expert goes when his personal data are erased: the ``models`` (labels) that it deals with, and
    ``count``, how many rows of his there are. ``erase(expert, actor, now)`` removes them, or what they say of the
    person, in the transaction of the caller; once more it changes nothing. ``holds``: why nothing of him can be
    erased yet, a sentence, or nothing; it tells nobody who sits."""

    code: str
    title: str
    order: int
    models: tuple[str, ...]
    count: Callable[[Expert], int]
    erase: Callable[[Expert, User | None, datetime], None]
    holds: Callable[[Expert], str] = _nothing


@dataclass(frozen=True)
class Keeper:
    """What of an expert stays, by ``law`` or since it says nothing but his number: the ``models`` (labels).
    ``until``: the last day on which his name is needed for it, None where there is nothing of the kind of him, or no
    name is needed. ``holds`` as of an `Eraser`."""

    code: str
    title: str
    order: int
    models: tuple[str, ...]
    law: str
    until: Callable[[Expert], date | None] = _no_day
    holds: Callable[[Expert], str] = _nothing


ERASERS: Catalogue[Eraser] = Catalogue("eraser of personal data", order=lambda one: one.order)
KEEPERS: Catalogue[Keeper] = Catalogue("what is kept of an expert", order=lambda one: one.order)


def name_needed_until(expert: Expert) -> date | None:
    """Return the last day on which law wants the name of ``expert`` kept; None where nothing of him needs it."""
    return max((day for one in KEEPERS if (day := one.until(expert))), default=None)


def why_not_erased(expert: Expert) -> list[str]:
    """Return why nothing of ``expert``, and of the records that were merged into him and go with him, can be erased yet,
    in sentences."""
    records = (expert, *expert.merged.all())
    said = (one.holds(each) for one in (*ERASERS, *KEEPERS) for each in records)
    return [sentence for sentence in dict.fromkeys(said) if sentence]
