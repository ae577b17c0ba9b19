"""Changing settings. A change counts from its commit on, in every process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from expertpool.audit.services import record
from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.catalogue import SETTING_TRIALS, constraints_of, settings_of
from expertpool.core.configuration.reading import Reader, Stored, forget, is_readable, loaded
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.core.views.editing import Edit
from expertpool.siteconfig.events import SettingChanged, SettingsSaved
from expertpool.siteconfig.exceptions import ChangedMeanwhile, SettingsRefused
from expertpool.siteconfig.models import SettingChange, StoredSetting
from expertpool.siteconfig.queries.page import changes_after, in_words, version_of
from expertpool.siteconfig.queries.stored import (
    CHANGE,
    HEAD,
    RESET,
    Head,
    StoredValues,
    logged_changes,
    proof_of,
    proof_of_change,
    stored_head,
    stored_values,
)

LOCK = "siteconfig"
NOT_ALLOWED = "这一组设置由安全管理员修改。"
NOT_READ = "不是从设置页面打开的，请刷新页面后重新打开再保存。"


class SettingEdits:
    """Those of the settings of ``group``, for a page of its own (`core.views.editing.Edited`)."""

    def __init__(self, group: SettingGroup) -> None:
        self._group = group

    def last(self, viewer: Any) -> int:
        return version_of(self._group)

    def hold(self) -> None:
        lock_transaction(LOCK)

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        lines = in_words(changes_after(self._group, number))
        return [
            Edit(one.at, one.who, [f"{one.label}：{one.before} → {one.after}"])
            for one in reversed(lines)
        ]


@transaction.atomic
def save_settings(
    *,
    group: SettingGroup,
    values: Mapping[str, Any],
    version: int,
    actor: AbstractBaseUser,
    now: datetime,
) -> list[SettingChange]:
    """Set ``values`` (by code, typed) of ``group``; return what really changed.

    ``version`` is the last change that the editor has seen. Refuses (ChangedMeanwhile) when there
    is a later one, and (SettingsRefused) a version that nobody can have seen yet, values outside their bounds or breaking a rule of the
    group. Each change is kept and logged, secrets without their text. Announces SettingChanged
    for each, and SettingsSaved.
    """
    _check_may_edit(group, actor)
    # Saved by two at once, the second finds the changes of the first.
    lock_transaction(LOCK)
    _check_read(group, version)
    stored = stored_values()
    check_values(group, values, stored)
    changes = [
        _change(setting, values[setting.code], stored, actor, now)
        for setting in settings_of(group)
        if setting.code in values
        # What cannot be read is written anew, even by the default that stood in its place.
        and (
            values[setting.code] != loaded(setting, stored)
            or setting.code in stored.amiss
            or not is_readable(setting, stored)
        )
    ]
    publish(SettingsSaved(tuple(change.pk for change in changes), stored))
    return changes


def try_settings(
    *,
    group: SettingGroup,
    values: Mapping[str, Any],
    address: str,
    actor: AbstractBaseUser,
    now: datetime,
) -> str:
    """Try ``values`` of ``group`` without saving them; return what came of it.

    Refuses (SettingsRefused) what could not be saved either; raises TrialFailed with what is
    wrong. Logged before it begins: a trial reaches out of the house.
    """
    _check_may_edit(group, actor)
    # Outside of a transaction: a server that hangs would hold it open.
    stored = stored_values()
    check_values(group, values, stored)
    trial = SETTING_TRIALS[group.code]
    record(
        "setting.trial",
        actor=actor,
        now=now,
        after={trial.address_label: address, **_tried(group, values)},
        note=group.label,
    )
    return trial.run(reader(values, stored), address)


def _tried(group: SettingGroup, values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is tried, in words: where a trial reaches is typed, too."""
    return {
        one.label: one.kind.words(values[one.code])
        for one in settings_of(group)
        if one.code in values and not one.kind.is_secret
    }


@transaction.atomic
def reset_setting(
    *, setting: Setting[Any], version: int, actor: AbstractBaseUser, now: datetime
) -> None:
    """Bring the default back; nothing happens where it stands already.

    ``version`` is the last change of it that the editor has seen, checked as by `save_settings`. Refuses
    (SettingsRefused) when the default breaks a rule with what its neighbours are set to.
    """
    _check_may_edit(setting.group, actor)
    lock_transaction(LOCK)
    _check_read(setting, version)
    stored = stored_values()
    if setting.code in stored or setting.code in stored.amiss:
        check_values(setting.group, {setting.code: setting.default}, stored)
        change = _change(setting, setting.default, stored, actor, now)
        publish(SettingsSaved((change.pk,), stored))


def _check_may_edit(group: SettingGroup, actor: Any) -> None:
    """Refuse whoever lacks the permission that ``group`` itself asks for; that of all settings the view asks for."""
    if group.needs and not actor.has_permission(group.needs):
        raise SettingsRefused({"": [NOT_ALLOWED]})


def _check_read(edited: SettingGroup | Setting[Any], version: int) -> None:
    """Refuse whoever has not read the last change of ``edited``."""
    if changes := changes_after(edited, version):
        raise ChangedMeanwhile(changes)
    # A higher one would overwrite unseen whatever others save until it is sent.
    if version != version_of(edited):
        raise SettingsRefused({"": [NOT_READ]})


def check_values(group: SettingGroup, values: Mapping[str, Any], stored: Stored) -> None:
    """Raise SettingsRefused unless each value keeps its bounds and all keep the group's rules."""
    errors: dict[str, list[str]] = {}
    for setting in settings_of(group):
        if setting.code in values:
            try:
                setting.kind.check(values[setting.code])
            except ValidationError as error:
                errors[setting.code] = [f"{setting.label}：{text}" for text in error.messages]
    errors |= _secrets_to_type_again(group, values, stored)
    # Rules speak of values that are in order by themselves.
    if not errors:
        read = reader(values, stored)
        for one in constraints_of(group):
            if text := one.broken(read):
                errors.setdefault(one.place(group, read), []).append(text)
    if errors:
        raise SettingsRefused(errors)


def _secrets_to_type_again(
    group: SettingGroup, values: Mapping[str, Any], stored: Stored
) -> dict[str, list[str]]:
    """Return a refusal for each stored secret that ``values`` would tell to somebody else."""
    found = {}
    for secret in settings_of(group):
        if secret.code not in stored or secret.code in values:
            continue
        moved = [
            setting.label
            for setting in settings_of(group)
            if setting.code in getattr(secret.kind, "told_to", ())
            and values.get(setting.code, "") not in ("", loaded(setting, stored))
        ]
        if moved:
            text = f"“{'、'.join(moved)}”有改动，请重新输入{secret.label}。"
            found[secret.code] = [text]
    return found


def reader(values: Mapping[str, Any], stored: Stored) -> Reader:
    """Return what reads ``values``, and what is stored where they say nothing."""

    def read(setting: Setting[Any], /) -> Any:
        if setting.code in values:
            return values[setting.code]
        return loaded(setting, stored)

    return read


def _change(
    setting: Setting[Any], value: Any, stored: StoredValues, actor: AbstractBaseUser, now: datetime
) -> SettingChange:
    kind, old = setting.kind, loaded(setting, stored)
    reset = value == setting.default
    change = SettingChange(
        pk=_next_id(),
        code=setting.code,
        at=now,
        actor_id=actor.pk,
        # A secret stands in no history, not even encrypted.
        before=None if kind.is_secret else kind.dump(old),
        after=None if kind.is_secret else kind.dump(value),
        was_default=setting.code not in stored,
        reset=reset,
    )
    change.proof = proof_of_change(change)
    # The head counts the entry, and nothing that reads settings stands between the change and its row.
    record(
        RESET if reset else CHANGE,
        actor=actor,
        now=now,
        before={setting.label: kind.words(old)},
        after={setting.label: kind.words(value)},
        note=setting.group.label,
    )
    change.save(force_insert=True)
    store(setting, value, change=change.pk, reset=reset)
    publish(SettingChanged(change.pk))
    return change


def store(setting: Setting[Any], value: Any, *, change: int, reset: bool = False) -> None:
    """Store ``value`` with the proof that this system did, by its ``change``. The default that came back
    is stored as that: one that changes with a version holds for whoever did not choose another."""
    kept = None if reset else setting.kind.dump(value)
    row = StoredSetting.objects.filter(code=setting.code).first() or StoredSetting(
        code=setting.code
    )
    row.value, row.secret = (None, kept or "") if setting.kind.is_secret else (kept, "")
    row.reset, row.change = reset, change
    row.proof = proof_of(row, row.value)
    head = stored_head()
    if head is None:  # somebody wrote it: those that prove themselves are known again
        rows = StoredSetting.objects.exclude(code=HEAD)
        head = Head(dict(rows.values_list("code", "change")), 0)
    row.save()
    _store_head(Head({**head.changes, row.code: row.change}, logged_changes()))
    # Whoever reads on in this request has to see it.
    forget()


def _store_head(head: Head) -> None:
    row = StoredSetting.objects.filter(code=HEAD).first() or StoredSetting(code=HEAD)
    row.value = head.dump()
    row.proof = proof_of(row, row.value)
    row.save()


def _next_id() -> int:
    """Return the id of the next change, which its proof names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [SettingChange._meta.db_table]
        )
        return int(cursor.fetchone()[0])
