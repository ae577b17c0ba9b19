"""What somebody comes to decide, on the pages of every app that has such rows: that he may, or that another was first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from expertpool.workflow.exceptions import Settled
from expertpool.workflow.queries.approvals import settled_words


def row_to_decide(mine: QuerySet[Any], seen: QuerySet[Any], pk: int) -> Any:
    """Return the row ``pk`` of ``mine``, on which a user may decide now. Refuses (Settled) one of those that he has
    ``seen`` which somebody settled since; any other is not found."""
    row = mine.filter(pk=pk).first()
    if row is not None:
        return row
    words = settled_words(found) if (found := seen.filter(pk=pk).first()) else ""
    if words:
        raise Settled(words)
    raise Http404
