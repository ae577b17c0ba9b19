"""Which rules of points count: those that this system wrote as they stand, and wrote last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.fields import is_vouched
from expertpool.points.models import PointRule

WRITTEN = ("points.create", "points.update")
DELETED = "points.delete"


def standing(rows: Iterable[PointRule]) -> list[PointRule]:
    """Return those of ``rows`` that are as this system wrote them last. One of before that somebody writes back has a
    proof still: the log knows what came after it, and that a copy of it never began (docs/decisions/0198)."""
    vouched = [row for row in rows if is_vouched(row)]
    entries = defaultdict[str, list[Entry]](list)
    keys = [row.pk for row in vouched]
    for entry in entries_for((PointRule, keys, (*WRITTEN, DELETED))):
        entries[entry.subject_id].append(entry)
    return [row for row in vouched if _stands(row, entries[str(row.pk)])]


def _stands(row: PointRule, entries: list[Entry]) -> bool:
    # Whoever wrote these entries: they speak against it, and so need no proof.
    if any(one.action == DELETED or one.at > row.since for one in entries):
        return False
    return next(proven([one for one in entries if one.at == row.since]), None) is not None
