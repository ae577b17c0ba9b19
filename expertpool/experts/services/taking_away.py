"""An expert takes away what he kept himself. Where others know of it, and that it goes would tell that he is at his
account, it stays for them until it may be told (docs/decisions/0194)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from expertpool.audit.models import Entry
from expertpool.audit.queries import is_told
from expertpool.core.visibility import LATER, told, told_later

COLUMN = ".removed_at"


def stays_for_others(row: models.Model, act: Entry) -> bool:
    """Tell whether others know of ``row``, and hear later of ``act``, by which its expert changes it or takes it away."""
    known: bool = told(type(row)._base_manager.filter(pk=row.pk)).exists()
    return known and not is_told(act)


def take_away(row: Any, *, act: Entry, now: datetime) -> None:
    """Delete ``row``, of a model with ``removed_at``: at once, or by `sweep`; its expert has it no more."""
    if stays_for_others(row, act):
        type(row)._base_manager.filter(pk=row.pk).update(removed_at=now)
    else:
        row.delete()


@transaction.atomic
def sweep(*, now: datetime) -> int:
    """Delete what was taken away and may be told by now; return how many rows."""
    count = 0
    for label in {one.model for one in LATER if one.model.endswith(COLUMN)}:
        rows = apps.get_model(label.removesuffix(COLUMN))._base_manager
        gone = rows.filter(removed_at__lte=now).exclude(told_later(label))
        count += gone.delete()[0]
    return count
