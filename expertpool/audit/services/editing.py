"""The edits of a record, as the log tells them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from expertpool.audit.models import Entry
from expertpool.audit.queries import Rows, edits_in_words, entries_for
from expertpool.core.locks import lock_transaction
from expertpool.core.views.editing import Edit
from expertpool.core.visibility import told_later

MOST = 10  # edits that are told at once
GONE = "这条记录刚刚被别人删除，不能再保存；如仍需要，请重新添加。"


class Edits:
    """Those of the rows ``records`` that say what was before; ``only`` narrows them to those that the
    form is about (``action="expert.tag"``).

    ``lock`` is the one that the service takes, where it takes one before it touches a row: taken
    in another order, two would wait for each other. Otherwise the rows themselves are held. Rows
    given as a queryset are whatever there is by then; given by their keys, each has to be there.
    ``untold`` are names of what is no word for whoever fills in the form: hashes. Nobody hears of
    entries that are told later, but of his own.
    """

    def __init__(
        self, *records: Rows, lock: str = "", untold: Collection[str] = (), **only: Any
    ) -> None:
        self._records, self._lock, self._untold, self._only = records, lock, untold, only

    def last(self, viewer: Any) -> int:
        # How many there are: by the number of an entry one would count what came between, told or not.
        return self._entries(viewer).count()

    def hold(self) -> None:
        if self._lock:
            lock_transaction(self._lock)
        for model, keys in self._records:
            if isinstance(keys, QuerySet):
                continue
            rows = model._base_manager.filter(pk__in=keys)
            found = rows if self._lock else rows.select_for_update()
            if len(found.values_list("pk")) < len(list(keys)):
                raise ValidationError(GONE)

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        entries = self._entries(viewer)
        entries = entries[: min(MOST, max(0, entries.count() - number))]
        return [
            Edit(entry.at, entry.actor_name, edits_in_words(entry, viewer, self._untold))
            for entry in entries
        ]

    def _entries(self, viewer: Any) -> QuerySet[Entry]:
        # What says nothing of before is no edit: that the record was made, looked at or sent.
        records = [
            # Anew each time: what others have added meanwhile is edited as well.
            (model, keys.values_list("pk", flat=True) if isinstance(keys, QuerySet) else keys)
            for model, keys in self._records
        ]
        entries = entries_for(*records).filter(before__isnull=False, **self._only)
        if viewer is None:
            return entries
        # Of his own doings everybody knows.
        return entries.exclude(told_later(Entry) & ~Q(actor=viewer.pk))
