"""A setting that is written into the database does not count: what the office set last does."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import Setting, read_once, value_of
from expertpool.notifications.channels.email.settings import HOST, SENDER
from expertpool.siteconfig.models import SettingChange, StoredSetting
from expertpool.siteconfig.queries import stored
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import reset_setting, save_settings
from expertpool.workflow.settings import SECOND_DAYS
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
AMISS = "数据库被直接改动"


def save(setting: Setting[Any], value: Any, by: User, *, minutes: int = 0) -> None:
    save_settings(
        group=setting.group,
        values={setting.code: value},
        version=version_of(setting.group),
        actor=by,
        now=NOW + timedelta(minutes=minutes),
    )


def write(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def page(user: User) -> str:
    return login(Client(), user).get("/settings/").content.decode()


@pytest.mark.parametrize("setting", [SECOND_DAYS, HOST])
def test_a_value_that_was_written_does_not_count(
    setting: Setting[Any],
    admin: User,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The demand on second persons, the server that gets all mail: one UPDATE, and nobody heard of it."""
    value, other = (30, "0") if setting is SECOND_DAYS else ("mail.example.cn", '"203.0.113.9"')
    configure(SENDER, "pool@example.cn")  # a server needs one
    save(setting, value, admin)
    assert AMISS not in page(admin)
    write("UPDATE siteconfig_storedsetting SET value = %s WHERE code = %s", other, setting.code)
    monkeypatch.setattr(stored, "_reported", set())  # the log is told once
    with caplog.at_level(logging.ERROR):
        assert value_of(setting) == value
    assert setting.code in caplog.text
    assert page(admin).count(AMISS) == 1


def test_an_ordinary_save_is_nobody_elses(
    admin: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed again, several at once, put back to the default: the service's log cries no tampering."""
    monkeypatch.setattr(stored, "_reported", set())
    configure(SENDER, "pool@example.cn")
    with caplog.at_level(logging.ERROR), read_once():
        for at, (days, host) in enumerate([(30, "a.example.cn"), (20, "b.example.cn")]):
            save(SECOND_DAYS, days, admin, minutes=at)
            values = {HOST.code: host, SENDER.code: f"pool{at}@example.cn"}
            version = version_of(HOST.group)
            save_settings(group=HOST.group, values=values, version=version, actor=admin, now=NOW)
        reset_setting(setting=SECOND_DAYS, version=version_of(SECOND_DAYS), actor=admin, now=NOW)
        assert (value_of(SECOND_DAYS), value_of(HOST)) == (SECOND_DAYS.default, "b.example.cn")
    assert "not stored" not in caplog.text
    assert AMISS not in page(admin)


def test_one_that_was_never_set_stays_the_default(admin: User) -> None:
    write(
        "INSERT INTO siteconfig_storedsetting (code, value, secret, reset, change, proof)"
        " VALUES (%s, '0', '', false, 0, '')",
        SECOND_DAYS.code,
    )
    assert value_of(SECOND_DAYS) == SECOND_DAYS.default
    assert AMISS in page(admin)


def test_an_old_value_with_its_proof_is_old(admin: User) -> None:
    save(SECOND_DAYS, 1, admin)
    old = StoredSetting.objects.filter(code=SECOND_DAYS.code).values_list("change", "proof").get()
    save(SECOND_DAYS, 30, admin, minutes=1)
    change, proof = old
    write(
        "UPDATE siteconfig_storedsetting SET value = '1', change = %s, proof = %s WHERE code = %s",
        change,
        proof,
        SECOND_DAYS.code,
    )
    assert value_of(SECOND_DAYS) == 30
    # Nor does a change copied to the end of the history make it the last.
    write(
        "INSERT INTO siteconfig_settingchange"
        " (code, at, actor_id, before, after, was_default, reset, proof)"
        " SELECT code, at, actor_id, before, after, was_default, reset, proof"
        " FROM siteconfig_settingchange WHERE id = %s",
        change,
    )
    assert value_of(SECOND_DAYS) == 30


def test_saving_it_again_mends_it(admin: User) -> None:
    save(SECOND_DAYS, 30, admin)
    write("UPDATE siteconfig_storedsetting SET value = '0' WHERE code = %s", SECOND_DAYS.code)
    save(SECOND_DAYS, 30, admin, minutes=1)
    assert AMISS not in page(admin)
    assert value_of(SECOND_DAYS) == 30
    assert SettingChange.objects.count() == 2


def test_the_default_comes_back_by_the_page_alone(admin: User) -> None:
    save(SECOND_DAYS, 30, admin)
    write(
        "UPDATE siteconfig_storedsetting SET value = NULL, reset = true WHERE code = %s",
        SECOND_DAYS.code,
    )
    assert value_of(SECOND_DAYS) == 30
    version, now = version_of(SECOND_DAYS), NOW + timedelta(minutes=1)
    reset_setting(setting=SECOND_DAYS, version=version, actor=admin, now=now)
    assert value_of(SECOND_DAYS) == SECOND_DAYS.default
    assert AMISS not in page(admin)


@pytest.mark.parametrize("json", ["1e5000", "[1]", "{}", "null", '"' + "九" * 9000 + '"'])
def test_nothing_that_is_written_stops_a_page(admin: User, json: str) -> None:
    save(SECOND_DAYS, 30, admin)
    write("UPDATE siteconfig_storedsetting SET value = %s WHERE code = %s", json, SECOND_DAYS.code)
    assert value_of(SECOND_DAYS) == 30
    assert AMISS in page(admin)


# --- Rows that are taken away (docs/decisions/0119) ------------------------------------------------

CUT = "设置数据被直接改动"


def take_away(table: str, where: str = "true", *values: object) -> None:
    """As the owner of the tables, past all triggers."""
    write("SET LOCAL session_replication_role = replica")
    write(f"DELETE FROM siteconfig_{table} WHERE {where}", *values)  # noqa: S608
    write("SET LOCAL session_replication_role = origin")


def test_a_row_that_was_taken_away_does_not_bring_the_default_back(
    admin: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(SECOND_DAYS, 30, admin)
    take_away("storedsetting", "code = %s", SECOND_DAYS.code)
    monkeypatch.setattr(stored, "_reported", set())
    with caplog.at_level(logging.ERROR):
        assert value_of(SECOND_DAYS) == 30
    assert SECOND_DAYS.code in caplog.text
    assert page(admin).count(AMISS) == 1
    # Another setting that is saved takes no notice away.
    configure(SENDER, "pool@example.cn")
    assert page(admin).count(AMISS) == 1
    save(SECOND_DAYS, 30, admin, minutes=1)
    assert AMISS not in page(admin)
    assert CUT not in page(admin)


def test_one_that_was_taken_away_with_its_history_is_noticed(admin: User) -> None:
    save(SECOND_DAYS, 30, admin)
    for table in ("storedsetting", "settingchange"):
        take_away(table, "code = %s", SECOND_DAYS.code)
    assert AMISS in page(admin)


def test_so_is_an_older_one_that_was_put_back_with_its_history(admin: User) -> None:
    save(SECOND_DAYS, 1, admin)
    old = StoredSetting.objects.filter(code=SECOND_DAYS.code).values_list("change", "proof").get()
    save(SECOND_DAYS, 30, admin, minutes=1)
    change, proof = old
    take_away("settingchange", "id > %s", change)
    write(
        "UPDATE siteconfig_storedsetting SET value = '1', change = %s, proof = %s WHERE code = %s",
        change,
        proof,
        SECOND_DAYS.code,
    )
    assert AMISS in page(admin)


def test_so_is_the_want_of_what_says_which_there_are(admin: User) -> None:
    configure(SENDER, "pool@example.cn")
    save(SECOND_DAYS, 30, admin)
    assert CUT not in page(admin)
    take_away("storedsetting", "code = %s", stored.HEAD)
    assert CUT in page(admin)
    assert value_of(SECOND_DAYS) == 30, "what proves itself counts"
    save(SECOND_DAYS, 31, admin, minutes=1)
    assert CUT not in page(admin)
    assert AMISS not in page(admin)


def test_so_is_all_that_was_taken_away_or_put_back_as_it_was(admin: User) -> None:
    """The log, which only grows, tells of changes that are not there any more."""
    save(SECOND_DAYS, 1, admin)
    rows = list(StoredSetting.objects.values_list("code", "value", "change", "proof"))
    save(SECOND_DAYS, 30, admin, minutes=1)
    (first,) = SettingChange.objects.order_by("id")[:1]
    take_away("settingchange", "id > %s", first.pk)
    take_away("storedsetting")
    for code, value, change, proof in rows:
        write(
            "INSERT INTO siteconfig_storedsetting (code, value, secret, reset, change, proof)"
            " VALUES (%s, %s, '', false, %s, %s)",
            code,
            json.dumps(value),
            change,
            bytes(proof),
        )
    assert value_of(SECOND_DAYS) == 1
    assert CUT in page(admin)
    take_away("settingchange")
    take_away("storedsetting")
    assert CUT in page(admin)
