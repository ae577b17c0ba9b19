"""Changing settings: history, bounds, rules, two editors, secrets."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.siteconfig.exceptions import ChangedMeanwhile, SettingsRefused
from expertpool.siteconfig.models import SettingChange, StoredSetting
from expertpool.siteconfig.queries.page import history_of, rows_by_group, version_of
from expertpool.siteconfig.services import reset_setting, save_settings
from tests.siteconfig.conftest import GROUP, KEPT, LEAST, NAME, PASSWORD, USUAL

NOW = datetime.fromisoformat("2026-11-26T10:00:00+08:00")


def save(actor: User, values: dict[Any, Any], version: int | None = None) -> list[SettingChange]:
    return save_settings(
        group=GROUP,
        values={setting.code: value for setting, value in values.items()},
        version=version_of(GROUP) if version is None else version,
        actor=actor,
        now=NOW,
    )


def test_a_change_counts_is_kept_and_is_logged(admin: User) -> None:
    assert [change.code for change in save(admin, {NAME: "专家库", LEAST: 5})] == [NAME.code]
    assert value_of(NAME) == "专家库"
    save(admin, {NAME: "评审库"})
    newest, first = history_of(NAME)
    assert (first.before, first.after, first.who) == ("默认名（默认）", "专家库", str(admin))
    assert (newest.before, newest.after, newest.at) == ("专家库", "评审库", NOW)
    entry = Entry.objects.filter(action="setting.change").latest("id")
    assert (entry.before, entry.after) == ({"名字": "专家库"}, {"名字": "评审库"})


def test_the_default_comes_back(admin: User) -> None:
    save(admin, {NAME: "专家库", KEPT: timedelta(days=1)})
    reset_setting(setting=NAME, version=version_of(NAME), actor=admin, now=NOW)
    reset_setting(setting=NAME, version=version_of(NAME), actor=admin, now=NOW)
    assert value_of(NAME) == "默认名"
    assert value_of(KEPT) == timedelta(days=1)
    assert [line.after for line in history_of(NAME)] == ["默认名（默认）", "专家库"]
    assert Entry.objects.filter(action="setting.reset").count() == 1


def test_setting_the_default_is_not_a_difference(admin: User) -> None:
    save(admin, {LEAST: 6})
    save(admin, {LEAST: LEAST.default})
    assert StoredSetting.objects.get(code=LEAST.code).reset


def test_bounds_and_rules_are_kept_and_nothing_is_stored(admin: User) -> None:
    with pytest.raises(SettingsRefused) as bounds:
        save(admin, {NAME: "好", USUAL: 61})
    assert bounds.value.errors == {USUAL.code: ["默认时限：应为 1 至 60 分钟，填的是 61。"]}
    with pytest.raises(SettingsRefused) as rule:
        save(admin, {LEAST: 40})
    assert rule.value.errors == {"": ["默认时限不能短于最短时限。"]}
    assert not SettingChange.objects.exists()
    save(admin, {LEAST: 40, USUAL: 50})
    with pytest.raises(SettingsRefused):
        reset_setting(setting=USUAL, version=version_of(USUAL), actor=admin, now=NOW)
    assert value_of(USUAL) == 50


def test_who_comes_later_is_told_what_was_changed(admin: User) -> None:
    read = version_of(GROUP)
    save(admin, {NAME: "甲"}, read)
    with pytest.raises(ChangedMeanwhile) as refused:
        save(admin, {KEPT: timedelta(days=2)}, read)
    assert [change.code for change in refused.value.changes] == [NAME.code]
    assert value_of(KEPT) == KEPT.default
    save(admin, {KEPT: timedelta(days=2)}, refused.value.changes[-1].pk)
    assert (value_of(NAME), value_of(KEPT)) == ("甲", timedelta(days=2))


def test_a_secret_is_encrypted_and_written_nowhere_else(
    admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    save(admin, {PASSWORD: "first-Geheim-1"})
    save(admin, {PASSWORD: "second-Geheim-2"})
    assert value_of(PASSWORD) == "second-Geheim-2"
    assert [(line.before, line.after) for line in history_of(PASSWORD)] == [
        ("••••••", "••••••"),
        ("未设置", "••••••"),
    ]
    groups = rows_by_group(viewer=admin, now=NOW)
    shown = [row.shown for _, rows in groups for row in rows if row.setting is PASSWORD]
    assert shown == ["••••••"]
    texts = [caplog.text]
    for table in ("siteconfig_storedsetting", "siteconfig_settingchange", "audit_entry"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb({table}) FROM {table}")  # noqa: S608 - no input
            texts += [json.dumps(row, ensure_ascii=False) for row in cursor.fetchall()]
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(secret, 'escape') FROM siteconfig_storedsetting")
            texts += [row[0] for row in cursor.fetchall()]
    assert len(texts) > 5
    assert "Geheim" not in "".join(texts)


def test_history_only_grows(admin: User) -> None:
    save(admin, {NAME: "甲"})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "UPDATE siteconfig_settingchange SET reset = true",
        "DELETE FROM siteconfig_settingchange",
        "TRUNCATE siteconfig_settingchange",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
