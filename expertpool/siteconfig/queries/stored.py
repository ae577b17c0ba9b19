"""What is stored of settings, and whether this system stored it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting
from expertpool.core.crypto import proof
from expertpool.core.prepared import Prepared
from expertpool.siteconfig.models import SettingChange, StoredSetting

# The row that says which others there are, and the actions that the log has of each change.
HEAD = "siteconfig.head"
LOGGED = CHANGE, RESET = "setting.change", "setting.reset"

logger = logging.getLogger(__name__)
_reported: set[str] = set()  # what the log of this process has been told: once, not each request


class StoredValues(Mapping[str, Any]):
    """The values that this system stored, each opened when it is asked for: one that was altered stops
    no other. ``amiss`` are the codes of those that somebody else wrote, put back or took away: in
    their place counts what the office set last, as the history has it. ``head`` says which rows there
    have to be; None where somebody wrote or took that away.
    """

    def __init__(self, rows: Iterable[StoredSetting]) -> None:
        self._rows: dict[str, StoredSetting | SettingChange] = {}
        found = {row.code: row for row in rows}
        self.head = _head_in(found.pop(HEAD, None), is_first=not found)
        # Without a head each row speaks for itself.
        said = {code: row.change for code, row in found.items()}
        said |= dict(self.head.changes) if self.head else {}
        self.amiss: set[str] = said.keys() - found.keys()
        for code, row in found.items():
            is_known = self.head is None or code in self.head.changes
            if not (is_known and row.change == said[code] and is_vouched(row)):
                self.amiss.add(code)
            elif not row.reset:
                self._rows[code] = row
        if self.head is None:
            _report(HEAD, "which settings are stored was not written by this system")
        if self.amiss:
            self._fall_back()

    def _fall_back(self) -> None:
        for code in sorted(self.amiss):
            _report(code, "not stored, or not taken away, by this system; what was set last counts")
        changes = SettingChange.objects.filter(code__in=self.amiss).order_by("-id")
        found: dict[str, SettingChange] = {}
        for change in changes:
            if change.code not in found and is_vouched_change(change):
                found[change.code] = change
        # Of a secret the history has nothing: its own column opens or does not.
        self._rows |= {code: row for code, row in found.items() if not row.reset}

    def __getitem__(self, code: str) -> Any:
        row = self._rows[code]
        if isinstance(row, SettingChange):
            return row.after
        # An empty secret is none: then the value counts.
        return row.secret or _value(row)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Head(NamedTuple):
    """Which rows there are, each by its last change, and how many changes the log had by then."""

    changes: Mapping[str, int]
    logged: int

    def dump(self) -> dict[str, Any]:
        """Return what the row of the head holds."""
        return {"changes": dict(self.changes), "logged": self.logged}


def _head_in(row: Any, *, is_first: bool) -> Head | None:
    """Return what ``row`` says; None where it was not written by this system, or is not there although
    it is not the ``is_first`` time that anything is stored."""
    if row is None:
        return Head({}, 0) if is_first else None
    if not is_vouched(row):
        return None
    value = _value(row)
    return Head(value["changes"], value["logged"])


def logged_changes() -> int:
    """Return how many changes of settings the log has, which is chained and only grows."""
    return Entry.objects.filter(action__in=LOGGED).count()


def is_cut(stored: object) -> bool:
    """Tell whether ``stored`` is not what the log tells of: somebody took rows away together with
    what said of them, or put back what stood there before."""
    if not isinstance(stored, StoredValues):
        return False
    return stored.head is None or stored.head.logged != logged_changes()


def _report(code: str, words: str) -> None:
    if code not in _reported:
        logger.error("setting %s: %s", code, words)
        _reported.add(code)


def stored_values() -> StoredValues:
    """Return what is not the default, by code: one query, unless somebody else wrote to the rows."""
    return StoredValues(_all_rows.all())


def stored_head() -> Head | None:
    """Return what `StoredValues.head` is, without looking at the others: while one of them is saved its
    last change and its row differ, and nobody else did that."""
    rows = _rows()
    others = rows.exclude(code=HEAD)
    return _head_in(rows.filter(code=HEAD).first(), is_first=not others.exists())


def _rows() -> QuerySet[StoredSetting]:
    newest = SettingChange.objects.filter(code=OuterRef("code")).order_by("-id").values("id")[:1]
    # as text: reading JSON can fail, too (a number of thousands of digits)
    rows = StoredSetting.objects.annotate(
        text=Cast("value", TextField()), newest=Coalesce(Subquery(newest), 0)
    )
    return rows.defer("value")


_all_rows = Prepared(_rows)


def proof_of(row: StoredSetting, value: Any) -> bytes:
    """Return what proves that this system stored ``value`` in ``row``. A secret proves itself: it is
    encrypted for its row."""
    return proof("siteconfig.stored", [row.code, row.change, row.reset, value])


def proof_of_change(change: SettingChange) -> bytes:
    """Return what proves that this system wrote ``change``. It names it by its id, which nobody else
    can take: a copy of an old one is none."""
    at = change.at.astimezone(UTC).isoformat()
    said = [change.pk, change.code, at, change.after, change.reset]
    return proof("siteconfig.change", said)


def is_vouched_change(change: SettingChange) -> bool:
    """Tell whether this system wrote ``change``."""
    return bytes_eq(bytes(change.proof), proof_of_change(change))


def vouched_changes_since(since: datetime, *settings: Setting[Any]) -> list[SettingChange]:
    """Return the changes of ``settings`` after ``since`` that this system wrote: one that was written there,
    for a day to come, is there for ever."""
    codes = [setting.code for setting in settings]
    changes = SettingChange.objects.filter(code__in=codes, at__gt=since)
    return [change for change in changes if is_vouched_change(change)]


def is_vouched(row: Any) -> bool:
    """Tell whether this system stored ``row`` of `stored_values`, by the last change of its setting."""
    try:
        return row.change == row.newest and bytes_eq(row.proof, proof_of(row, _value(row)))
    except (ValueError, RecursionError):  # no JSON that this system would write
        return False


def _value(row: Any) -> Any:
    return None if row.text is None else json.loads(row.text)
