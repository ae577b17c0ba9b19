"""The settings of one group as a form: its fields come from their kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms

from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.catalogue import settings_of
from expertpool.core.configuration.kinds import UNSET
from expertpool.core.configuration.reading import Stored, current, is_readable, loaded
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counting_in_words
from expertpool.siteconfig.queries.page import UNREADABLE_TEXT, version_of


class SettingsForm(forms.Form):
    """``version``: the last change that its reader has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(
        self,
        group: SettingGroup,
        data: Any = None,
        files: Any = None,
        focus: str = "",
        *,
        now: datetime,
    ) -> None:
        super().__init__(data, files, initial={"version": version_of(group)})
        self.group, self._stored, self._now = group, current(), now
        counting = counting_in_words(now)
        for setting in _edited_here(group):
            field = setting.kind.field()
            field.label, field.help_text = setting.label, _help(setting, self._stored, counting)
            if setting.kind.is_secret:
                self._prepare_secret(setting, field)
            elif not setting.kind.needs_typing:
                field.initial = loaded(setting, self._stored)
            if setting.code == focus:
                field.widget.attrs["data-autofocus"] = True
            self.fields[field_name(setting)] = field

    def _prepare_secret(self, setting: Setting[Any], field: forms.Field) -> None:
        """Say that there is one; keep what is typed when the form comes back with an error."""
        known = "已设置，留空则不改" if setting.code in self._stored else UNSET
        field.widget.attrs |= {
            "placeholder": known if is_readable(setting, self._stored) else UNREADABLE_TEXT,
            "hx-preserve": True,
        }

    @property
    def values(self) -> dict[str, Any]:
        """What is typed, by code; a secret or a picture only if there is one."""
        return {
            setting.code: self.cleaned_data[field_name(setting)]
            for setting in _edited_here(self.group)
            if self.cleaned_data[field_name(setting)] or not setting.kind.needs_typing
        }

    def refuse(self, errors: dict[str, list[str]]) -> None:
        """Show what a service refuses at the fields it is about."""
        names = {setting.code: field_name(setting) for setting in settings_of(self.group)}
        for code, texts in errors.items():
            for text in texts:
                self.add_error(names.get(code), text)

    def after(self, changes: Sequence[SettingChange]) -> SettingsForm:
        """Return this form as its reader should see it after ``changes`` by others: what he has
        typed stays, what he has left alone is as they have set it."""
        data: Any = self.data
        data = data.copy()
        data["version"] = max(change.pk for change in changes)
        # the oldest change of each is kept: what it replaced is what the reader had before him
        first = {change.code: change for change in reversed(changes)}
        for setting in _edited_here(self.group):
            name = field_name(setting)
            if setting.code not in first or setting.kind.needs_typing:
                continue
            seen = loaded(setting, {setting.code: first[setting.code].before})
            if self.cleaned_data[name] == seen:
                _put(data, name, self.fields[name].prepare_value(loaded(setting, self._stored)))
        return SettingsForm(self.group, data, now=self._now)


def _edited_here(group: SettingGroup) -> list[Setting[Any]]:
    return [setting for setting in settings_of(group) if not setting.page]


def field_name(setting: Setting[Any]) -> str:
    return setting.code.replace(".", "-")


def _help(setting: Setting[Any], stored: Stored, counting: Callable[[Setting[Any]], str]) -> str:
    said = setting.help
    if setting.strictest and counting(setting) != setting.kind.words(loaded(setting, stored)):
        said += f"现为 {counting(setting)}。"
    if general := setting.general:
        return f"{said}通用规定现为 {counting(general)}。"
    usual = setting.kind.words(setting.default)
    return said if usual == UNSET else f"{said}默认：{usual}。"


def _put(data: Any, name: str, value: Any) -> None:
    """Set a posted value; a box that is not ticked is not posted, of several each that is."""
    if value is False:
        data.pop(name, None)
    elif isinstance(value, tuple):
        data.setlist(name, value)
    else:
        data[name] = "on" if value is True else value
