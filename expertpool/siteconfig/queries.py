"""Settings as they stand, and how they came to be so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Max, QuerySet, TextField
from django.db.models.functions import Cast

from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.catalogue import SITE_SETTINGS, settings_of
from expertpool.core.configuration.kinds import MASK, UNSET
from expertpool.core.configuration.reading import (
    UNREADABLE,
    Stored,
    current,
    is_readable,
    loaded,
    value_of,
)
from expertpool.core.timeline import TimelineEntry
from expertpool.siteconfig.models import SettingChange, StoredSetting

T = TypeVar("T", bound=int)

UNREADABLE_TEXT = "无法读取，请重新填写"


class _StoredValues(Mapping[str, Any]):
    """The rows, each opened when its value is asked for: one that was altered stops no other."""

    def __init__(self, rows: QuerySet[StoredSetting]) -> None:
        self._rows: dict[str, Any] = {row.code: row for row in rows}

    def __getitem__(self, code: str) -> Any:
        row = self._rows[code]
        # An empty secret is none: then the value counts.
        return row.secret or (None if row.text is None else json.loads(row.text))

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def stored_values() -> Stored:
    """Return what is not the default, by code: one query."""
    # as text: reading JSON can fail, too (a number of thousands of digits)
    rows = StoredSetting.objects.annotate(text=Cast("value", TextField())).defer("value")
    return _StoredValues(rows)


@dataclass(frozen=True)
class Row:
    """One setting on the page. ``change`` is the last one, if there was any."""

    setting: Setting[Any]
    shown: str
    usual: str  # the default, in words
    is_default: bool
    change: SettingChange | None

    def holds(self, query: str) -> bool:
        """Tell whether the words of ``query`` all stand in what the page says of it."""
        setting = self.setting
        text = f"{setting.label} {setting.help} {self.shown} {setting.group.label} {setting.code}"
        return all(word in text.casefold() for word in query.casefold().split())


def rows_by_group(query: str = "") -> list[tuple[SettingGroup, list[Row]]]:
    """Return the settings that ``query`` finds; two queries for any number of them."""
    stored, changes = current(), _last_changes()
    groups: dict[SettingGroup, list[Row]] = {}
    for setting in SITE_SETTINGS:
        row = Row(
            setting=setting,
            shown=setting.kind.words(loaded(setting, stored))
            if is_readable(setting, stored)
            else UNREADABLE_TEXT,
            usual=setting.kind.words(setting.default),
            is_default=setting.code not in stored,
            change=changes.get(setting.code),
        )
        if row.holds(query):
            groups.setdefault(setting.group, []).append(row)
    return list(groups.items())


@dataclass(frozen=True)
class ChangeLine:
    """A change in words."""

    label: str
    who: str
    at: datetime
    before: str
    after: str

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


def most_since(setting: Setting[T], since: datetime) -> T:
    """Return the highest value that ``setting`` had at any moment from ``since`` until now: whoever
    lowers a demand of the office lowers it for later only."""
    # What a change replaced was in force until then; what it brought, the next replaced, or is now.
    changes = SettingChange.objects.filter(code=setting.code, at__gt=since).order_by()
    replaced = (
        loaded(setting, {setting.code: before})
        for before in changes.values_list("before", flat=True)
    )
    return max([value_of(setting), *replaced])


def version_of(group: SettingGroup) -> int:
    """Return the id of the last change in ``group``: what a form says it has read."""
    return _of_group(group).aggregate(last=Max("id"))["last"] or 0


def changes_after(group: SettingGroup, version: int) -> list[SettingChange]:
    """Return the changes in ``group`` since ``version``, oldest first."""
    return list(_of_group(group).filter(id__gt=version).order_by("id"))


def _of_group(group: SettingGroup) -> QuerySet[SettingChange]:
    return _changes().filter(code__in=[setting.code for setting in settings_of(group)])


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
