"""The order in which custom fields stand in all places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.text import Truncator

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.bounds import ORDER
from expertpool.core.locks import lock_transaction
from expertpool.core.subjects import SUBJECTS
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import MOST_NOTE, NAMING, STEP, mark


@transaction.atomic
def arrange_fields(
    *, subject: str, order: Sequence[int], actor: User | None, now: datetime
) -> None:
    """Put the fields of ``subject`` into the ``order`` of their keys; those that are not named (somebody has
    added one meanwhile) come last, as they were. Logs it."""
    lock_transaction(NAMING)
    rows = list(CustomField.objects.filter(subject=subject).select_for_update())
    place = {pk: at for at, pk in enumerate(order)}
    arranged = sorted(rows, key=lambda row: place.get(row.pk, len(place)))
    if arranged == rows:
        return
    before, after = ("、".join(map(str, some)) for some in (rows, arranged))
    for at, row in enumerate(arranged, 1):
        row.order, row.updated_at = min(at * STEP, ORDER.high), now
    CustomField.objects.bulk_update(arranged, ["order", "updated_at"])
    mark()
    note = f"{SUBJECTS[subject].label}：{before} → {after}"
    record("customfield.arrange", actor=actor, now=now, note=Truncator(note).chars(MOST_NOTE))
