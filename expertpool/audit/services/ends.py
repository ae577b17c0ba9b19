"""Whether the log says that something has ended, whatever its row says now.

A proof says that this system once wrote a row so, not that it has not ended since: whoever kept the row of before
writes it back, with its proof. The log only grows (docs/decisions/0135, 0198).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from expertpool.audit.queries import entries_for
from expertpool.audit.services.proofs import proven


def is_ended_by_log(
    subject: models.Model,
    *actions: str,
    since: datetime | None = None,
    before: Mapping[str, Any] | None = None,
) -> bool:
    """Tell whether ``subject`` has one of ``actions``, later than ``since``, about what was ``before``. An end speaks
    against: it counts whoever wrote the entry."""
    found = entries_for(subject).filter(action__in=actions)
    if since is not None:
        found = found.filter(at__gt=since)
    if before is not None:
        found = found.filter(before__contains=dict(before))
    return found.exists()


def stands_by_log(subject: models.Model, *, began: str, ended: str) -> bool:
    """Tell whether this system entered that ``subject`` ``began``, and nobody that it ``ended``: a copy of it under
    another id never began."""
    entries = list(entries_for(subject).filter(action__in=(began, ended)))
    return (
        not any(one.action == ended for one in entries) and next(proven(entries), None) is not None
    )
