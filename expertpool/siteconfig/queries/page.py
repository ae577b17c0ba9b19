"""Settings as the page has them, and how they came to be so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from expertpool.core.configuration import SITE_SETTINGS, Setting, SettingGroup
from expertpool.core.configuration.catalogue import setting_groups, settings_of
from expertpool.core.configuration.kinds import MASK, UNSET
from expertpool.core.configuration.reading import UNREADABLE, current, is_readable, loaded
from expertpool.core.text import clean_code, moment_text
from expertpool.core.timeline import TimelineEntry
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counted_from, counting_in_words
from expertpool.siteconfig.queries.stored import StoredValues

MANAGE = "siteconfig.manage"
UNREADABLE_TEXT = "无法读取，请重新填写"


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
    is_editable: bool = True  # for whom it is shown
    heard_at: str = ""  # where it is played from, of a sound

    @property
    def question(self) -> str:
        """Asked before the default is brought back."""
        return reset_question(self.setting)

    @property
    def version(self) -> int:
        """What its reader has read of it, as `version_of` counts."""
        return self.change.pk if self.change else 0

    def holds(self, query: str) -> bool:
        """Tell whether the words of ``query`` all stand in what the page says of it, however wide they are typed; its
        code, which is none of these words, is found as a whole."""
        setting = self.setting
        said = f"{setting.label} {setting.help} {self.shown} {setting.group.label}"
        text, code = clean_code(said).casefold(), setting.code.casefold()
        return all(word in text or word == code for word in clean_code(query).casefold().split())


def reset_question(setting: Setting[Any]) -> str:
    """Return what is asked before ``setting`` is reset: what of, and to what."""
    usual = setting.kind.words(setting.default)
    return f"把“{setting.group.label}”里的“{setting.label}”恢复为默认（{usual}）？"


def may_edit(viewer: Any, group: SettingGroup) -> bool:
    """Tell whether ``viewer`` changes the settings of ``group``."""
    return bool(viewer.has_permission(group.needs or MANAGE))


def may_read(viewer: Any, group: SettingGroup) -> bool:
    """Tell whether ``viewer`` reads how the settings of ``group`` came to be so."""
    return bool(viewer.has_permission(MANAGE)) or may_edit(viewer, group)


def needed_by_groups() -> set[str]:
    """Return the permissions that groups of settings ask for in the place of that of all."""
    return {group.needs for group in setting_groups() if group.needs}


def rows_by_group(
    query: str = "", *, viewer: Any, now: datetime
) -> list[tuple[SettingGroup, list[Row]]]:
    """Return the settings that ``query`` finds; three queries for any number of them."""
    stored, changes, words = current(), _last_changes(), counting_in_words(now)
    amiss = stored.amiss if isinstance(stored, StoredValues) else set()
    groups: dict[SettingGroup, list[Row]] = {}
    for setting in SITE_SETTINGS:
        row = Row(
            setting=setting,
            shown=words(setting) if is_readable(setting, stored) else UNREADABLE_TEXT,
            usual=setting.kind.words(setting.default),
            general=words(setting.general) if setting.general else "",
            is_default=setting.code not in stored,
            is_amiss=setting.code in amiss,
            change=changes.get(setting.code),
            is_editable=may_edit(viewer, setting.group),
            heard_at=setting.kind.heard_at(loaded(setting, stored)),
        )
        if row.holds(query):
            groups.setdefault(setting.group, []).append(row)
    return list(groups.items())


@dataclass(frozen=True)
class ChangeLine:
    """A change in words. ``counts``: from when, of one that waited."""

    label: str
    who: str
    at: datetime
    before: str
    after: str
    counts: str = ""

    @property
    def sentence(self) -> str:
        at = moment_text(self.at)
        return f"{self.who} 于 {at} 把“{self.label}”从 {self.before} 改为 {self.after}"

    @property
    def told(self) -> TimelineEntry:
        from_when = f"；{self.counts} 起才按新的执行" if self.counts else ""
        return TimelineEntry(
            self.at, self.after, self.who, f"原来是 {self.before}{from_when}", tone="blue"
        )


def history_of(setting: Setting[Any]) -> list[ChangeLine]:
    """Return every change of ``setting``, newest first."""
    changes, counts = list(_changes().filter(code=setting.code)), counted_from(setting)
    return [
        replace(line, counts=counts.get(change.pk, ""))
        for line, change in zip(in_words(changes), changes, strict=True)
    ]


def in_words(changes: QuerySet[SettingChange] | Sequence[SettingChange]) -> list[ChangeLine]:
    lines = []
    for change in changes:
        setting = SITE_SETTINGS.get(change.code)
        before = _words(setting, change.before, is_default=change.was_default)
        after = _words(setting, change.after, is_default=change.reset)
        label = setting.label if setting else change.code
        lines.append(ChangeLine(label, str(change.actor), change.at, before, after))
    return lines


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
