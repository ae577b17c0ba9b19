"""What an office rules by (rates, rules of reviews, forms of ratings): nothing of it is changed, each save is a version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from expertpool.audit.services.recording import record

Row = TypeVar("Row", bound=Any)


@transaction.atomic
def save_version(
    row: Row,
    *,
    known: Row | None,
    said: Callable[[Row], object],
    words: Callable[[Row], dict[str, Any]],
    action: str,
    meanwhile: Exception,
    actor: Any,
    now: datetime,
) -> Row:
    """Save ``row``, whose ``version`` follows the one that was read, after ``known``, the latest there is; return
    ``known`` where both say the same (``said``). Logged in ``words``. The caller holds the lock of its versions.

    Raises ``meanwhile`` where somebody else has saved since, and ValidationError.
    """
    if row.version != (known.version if known is not None else 0) + 1:
        raise meanwhile
    if known is not None and said(known) == said(row):
        return known
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(force_insert=True)
    before = words(known) if known is not None else None
    record(action, actor=actor, now=now, subject=row, before=before, after=words(row))
    return row
