"""A process whose keys are not those of the data does not start."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from expertpool.core.crypto import key_checks
from expertpool.core.models import KeyCheck
from expertpool.experts.models import Expert
from expertpool.portal.services.keychecks import WrongKey, check_keys
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.ports import free_port
from tests.worker import ROOT, environment_of

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
NAMES = ("FIELD_KEY", "SEAL_KEY", "INDEX_KEY")
WRONG = "w" * 64


def noted() -> dict[str, set[bytes]]:
    rows = KeyCheck.objects.all()
    return {
        name: {bytes(row.digest) for row in rows if row.setting == name}
        for name in NAMES
        if any(row.setting == name for row in rows)
    }


def present() -> dict[str, set[bytes]]:
    return {name: {key_checks(name)[0]} for name in NAMES}


@pytest.fixture
def data() -> Expert:
    """Something under every key."""
    expert = make_expert(phone="13900001111", created_at=NOW)
    make_draw(now=NOW)
    return expert


def test_the_first_start_notes_the_keys_and_not_more() -> None:
    check_keys()
    check_keys()
    assert noted() == present()
    assert len({bytes(row.digest) for row in KeyCheck.objects.all()}) == 3
    assert all(len(row.digest) == 16 for row in KeyCheck.objects.all())


@pytest.mark.parametrize("is_noted", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_is_not_that_of_the_data_is_refused_and_named(
    data: Expert, settings: Any, name: str, is_noted: bool
) -> None:
    if is_noted:
        check_keys()
    before = noted()
    setattr(settings, name, WRONG)
    with pytest.raises(WrongKey) as refused:
        check_keys()
    text = str(refused.value)
    assert text.startswith(name)
    assert "请" in text
    assert not any(f"{other} " in text or f"{other}（" in text for other in NAMES if other != name)
    assert noted() == before


def test_a_database_without_check_values_is_asked_once(data: Expert) -> None:
    check_keys()
    assert noted() == present()


def test_one_altered_value_stops_no_start(data: Expert) -> None:
    make_expert(phone="13900002222", created_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE experts_expert SET phone = '\x03deadbeef' || substr(phone, 6),"
            r" phone_index = '\x00' WHERE id <> %s",
            [data.pk],
        )
    check_keys()
    assert noted() == present()


def test_another_suite_would_write_other_indexes(data: Expert, settings: Any) -> None:
    check_keys()
    settings.CRYPTO_SUITE = "gm"
    with pytest.raises(WrongKey, match=r"INDEX_KEY（或 CRYPTO_SUITE）.*录入两次"):
        check_keys()


def test_nothing_is_made_anew_with_a_key_that_nobody_has_started_with(
    data: Expert, settings: Any
) -> None:
    check_keys()
    settings.FIELD_KEY_OLD, settings.FIELD_KEY = (settings.FIELD_KEY,), "n" * 64
    with pytest.raises(WrongKey, match=r"还没有这把新的 FIELD_KEY.*请先把新旧密钥.*重启系统"):
        check_keys(introduces=False)
    check_keys()  # the system was restarted
    check_keys(introduces=False)


def test_as_long_as_nothing_depends_on_a_key_it_may_be_replaced(settings: Any) -> None:
    check_keys()
    for name in NAMES:
        setattr(settings, name, WRONG)
    check_keys()
    assert noted() == present()


@pytest.mark.parametrize("is_noted", [True, False])
def test_during_a_change_both_keys_are_needed(data: Expert, settings: Any, is_noted: bool) -> None:
    if is_noted:
        check_keys()
    old, new = settings.FIELD_KEY, "f" * 64
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = new, (old,)
    check_keys()
    assert noted()["FIELD_KEY"] == set(key_checks("FIELD_KEY"))
    for alone in (new, old):
        settings.FIELD_KEY, settings.FIELD_KEY_OLD = alone, ()
        with pytest.raises(WrongKey, match="FIELD_KEY_OLD"):
            check_keys()

    settings.FIELD_KEY, settings.FIELD_KEY_OLD = new, (old,)
    call_command("rotate_keys")
    settings.FIELD_KEY_OLD = ()
    check_keys()
    assert noted() == present()
    settings.FIELD_KEY = old
    with pytest.raises(WrongKey):
        check_keys()


def test_an_old_key_is_kept_while_something_cannot_be_opened(data: Expert, settings: Any) -> None:
    check_keys()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE experts_expert SET phone = substr(phone, 1, 20)")
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = "f" * 64, (settings.FIELD_KEY,)
    check_keys()
    with pytest.raises(Exception, match="无法打开"):
        call_command("rotate_keys")
    settings.FIELD_KEY_OLD = ()
    with pytest.raises(WrongKey):
        check_keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", ["serve", "worker", "create-admin"])
def test_web_worker_and_commands_refuse_to_start(data: Expert, command: str) -> None:
    check_keys()
    more = ["somebody", "--name", "某人", "--one-time"] if command == "create-admin" else []
    ended = subprocess.run(
        [sys.executable, "-m", "config.cli", command, *more],
        cwd=ROOT,
        env=environment_of(INDEX_KEY=WRONG, PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "无法启动：INDEX_KEY（或 CRYPTO_SUITE）不是建立这个数据库时的" in ended.stderr
    assert "Traceback" not in ended.stderr
