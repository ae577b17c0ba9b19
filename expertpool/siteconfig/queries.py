"""Settings as they stand, and how they came to be so."""

from __future__ import annotations

import json
import logging
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import Max, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.catalogue import SITE_SETTINGS, settings_of
from expertpool.core.configuration.kinds import MASK, UNSET
from expertpool.core.configuration.reading import (
    UNREADABLE,
    Reader,
    Stored,
    current,
    is_readable,
    loaded,
)
from expertpool.core.crypto import proof
from expertpool.core.prepared import Prepared
from expertpool.core.text import moment_text
from expertpool.core.timeline import TimelineEntry
from expertpool.siteconfig.models import SettingChange, StoredSetting

T = TypeVar("T", bound=int)

# A demand that was lowered counts so much later: who lowers it may be who is held to it.
LOWERED_AFTER = timedelta(days=1)

UNREADABLE_TEXT = "无法读取，请重新填写"

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
        changes = _changes().filter(code__in=self.amiss).order_by("-id")
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


@dataclass(frozen=True)
class Row:
    """One setting on the page. ``change`` is the last one, if there was any."""

    setting: Setting[Any]
    shown: str
    usual: str  # the default, in words
    general: str  # what holds for all cases, where this is for one of them
    is_default: bool
    is_amiss: bool  # somebody else than this system wrote it
    change: SettingChange | None

    @property
    def question(self) -> str:
        """Asked before the default is brought back."""
        return reset_question(self.setting)

    @property
    def version(self) -> int:
        """What its reader has read of it, as `version_of` counts."""
        return self.change.pk if self.change else 0

    def holds(self, query: str) -> bool:
        """Tell whether the words of ``query`` all stand in what the page says of it."""
        setting = self.setting
        text = f"{setting.label} {setting.help} {self.shown} {setting.group.label} {setting.code}"
        return all(word in text.casefold() for word in query.casefold().split())


def reset_question(setting: Setting[Any]) -> str:
    """Return what is asked before ``setting`` is reset: what of, and to what."""
    usual = setting.kind.words(setting.default)
    return f"把“{setting.group.label}”里的“{setting.label}”恢复为默认（{usual}）？"


def rows_by_group(query: str = "") -> list[tuple[SettingGroup, list[Row]]]:
    """Return the settings that ``query`` finds; two queries for any number of them."""
    stored, changes = current(), _last_changes()
    amiss = stored.amiss if isinstance(stored, StoredValues) else set()
    groups: dict[SettingGroup, list[Row]] = {}
    for setting in SITE_SETTINGS:
        row = Row(
            setting=setting,
            shown=setting.kind.words(loaded(setting, stored))
            if is_readable(setting, stored)
            else UNREADABLE_TEXT,
            usual=setting.kind.words(setting.default),
            general=_in_force(setting.general, stored) if setting.general else "",
            is_default=setting.code not in stored,
            is_amiss=setting.code in amiss,
            change=changes.get(setting.code),
        )
        if row.holds(query):
            groups.setdefault(setting.group, []).append(row)
    return list(groups.items())


def _in_force(setting: Setting[Any], stored: Stored) -> str:
    return setting.kind.words(loaded(setting, stored))


@dataclass(frozen=True)
class ChangeLine:
    """A change in words."""

    label: str
    who: str
    at: datetime
    before: str
    after: str

    @property
    def sentence(self) -> str:
        at = moment_text(self.at)
        return f"{self.who} 于 {at} 把“{self.label}”从 {self.before} 改为 {self.after}"

    @property
    def told(self) -> TimelineEntry:
        return TimelineEntry(self.at, self.after, self.who, f"原来是 {self.before}", tone="blue")


def history_of(setting: Setting[Any]) -> list[ChangeLine]:
    """Return every change of ``setting``, newest first."""
    return in_words(_changes().filter(code=setting.code))


def in_words(changes: QuerySet[SettingChange] | Sequence[SettingChange]) -> list[ChangeLine]:
    lines = []
    for change in changes:
        setting = SITE_SETTINGS.get(change.code)
        before = _words(setting, change.before, is_default=change.was_default)
        after = _words(setting, change.after, is_default=change.reset)
        label = setting.label if setting else change.code
        lines.append(ChangeLine(label, str(change.actor), change.at, before, after))
    return lines


def readings_since(since: datetime, settings: Iterable[Setting[Any]]) -> list[Reader]:
    """Return what reads ``settings`` as they stood at each moment from ``since`` until now, the latest
    first: whoever lowers a demand of the office lowers it for later only (docs/decisions/0082)."""
    # What a change replaced was in force until then; what it brought, the next replaced, or is now.
    stored: list[Stored] = [current()]
    for change in vouched_changes_since(since, *settings):
        stored.append(ChainMap({change.code: change.before}, stored[-1]))  # type: ignore[arg-type]
    return [partial(_read_in, one) for one in stored]


def read_before(change: SettingChange) -> Reader:
    """Return what reads settings as they would stand without ``change``, the last one."""
    return partial(_read_in, ChainMap({change.code: change.before}, current()))  # type: ignore[arg-type]


def _read_in(stored: Stored, setting: Setting[T], /) -> T:
    return loaded(setting, stored)


def most_since(setting: Setting[T], since: datetime) -> T:
    """Return the highest value that ``setting`` had at any moment from ``since`` until now."""
    return max(read(setting) for read in readings_since(since, [setting]))


def least_since(setting: Setting[T], since: datetime) -> T:
    """Return the lowest one."""
    return min(read(setting) for read in readings_since(since, [setting]))


def version_of(edited: SettingGroup | Setting[Any]) -> int:
    """Return the id of the last change of ``edited``: what its editor says he has read."""
    return _of(edited).aggregate(last=Max("id"))["last"] or 0


def changes_after(edited: SettingGroup | Setting[Any], version: int) -> list[SettingChange]:
    """Return the changes of ``edited`` since ``version``, oldest first."""
    return list(_of(edited).filter(id__gt=version).order_by("id"))


def _of(edited: SettingGroup | Setting[Any]) -> QuerySet[SettingChange]:
    settings = settings_of(edited) if isinstance(edited, SettingGroup) else [edited]
    return _changes().filter(code__in=[setting.code for setting in settings])


def _changes() -> QuerySet[SettingChange]:
    return SettingChange.objects.select_related("actor")


def _last_changes() -> dict[str, SettingChange]:
    # One row for each setting in one query, the newest.
    newest = _changes().order_by("code", "-id").distinct("code")
    return {change.code: change for change in newest}


def _words(setting: Setting[Any] | None, stored: Any, *, is_default: bool) -> str:
    """Word a stored value; of a setting that is gone or has another kind now, as it is stored."""
    if setting is None:
        text = str(stored)
    elif setting.kind.is_secret:  # what it was is kept nowhere
        text = setting.kind.words(setting.default) if is_default else MASK
    else:
        try:
            text = setting.kind.words(setting.kind.load(stored))
        except UNREADABLE:
            text = str(stored)
    return f"{text}（默认）" if is_default and text != UNSET else text
