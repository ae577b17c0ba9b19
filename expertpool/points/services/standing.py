"""Which rules of points count: those that this system wrote as they stand, and wrote last."""

from __future__ import annotations

from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.fields import is_vouched
from expertpool.points.models import PointRule

WRITTEN = ("points.create", "points.update")
DELETED = "points.delete"


def stands(row: PointRule) -> bool:
    """Tell whether ``row`` is as this system wrote it last. One of before that somebody writes back has a proof
    still: the log knows what came after it, and that a copy of it never began (docs/decisions/0198)."""
    if not is_vouched(row):
        return False
    entries = list(entries_for(row).filter(action__in=(*WRITTEN, DELETED)))
    # Whoever wrote these entries: they speak against it, and so need no proof.
    if any(one.action == DELETED or one.at > row.since for one in entries):
        return False
    return next(proven([one for one in entries if one.at == row.since]), None) is not None
