"""Whoever starts it wrongly is told at once, in words, how to mend it; and nothing is begun."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg.errors import DiskFull
from pytest_django import DjangoDbBlocker

from config import supervisor
from config.commands import DOING, MIGRATING, full_disk_in_words, refused, upgrade_in_words
from config.environment import BASE_DIR, port
from config.home import alone
from config.programs import DatabaseUnavailableError
from config.schema import check_schema
from config.server import bound, listen
from expertpool.core.models import KeyCheck
from expertpool.portal.services.keychecks import check_keys
from tests.ports import free_port
from tests.worker import environment_of

EMPTY = "expertpool_of_nothing"
NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"
QUICK = 60  # seconds, of a busy machine


def environment(home: Path, **given: str) -> dict[str, str]:
    """Of a trial without a database: whatever asks it is told so."""
    fixed = {"EXPERTPOOL_ENV": os.devnull, "EXPERTPOOL_HOME": str(home), "DATABASE_URL": NOWHERE}
    return {"PATH": os.environ["PATH"], "PORT": str(free_port()), **fixed, **given}


def refusal(*arguments: str, env: dict[str, str]) -> str:
    """What `expertpool` says on refusing; it ends with 1 and shows no innards."""
    result = subprocess.run(
        [sys.executable, "-m", "config.cli", *arguments],
        cwd=BASE_DIR,
        env=env,
        timeout=QUICK,
        capture_output=True,
        text=True,
        check=False,
    )
    told = result.stdout + result.stderr
    assert result.returncode == 1, told
    assert "Traceback" not in told
    assert "无法启动：" in result.stderr
    return result.stderr


@pytest.mark.parametrize("given", ["99999", "0", "-1", "web", "8000.5"])
def test_a_port_that_is_none_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", given)
    with pytest.raises(ImproperlyConfigured, match=f"^环境变量 PORT 应.*「{given}」"):
        port()


def test_a_start_with_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "PORT 应在 1 到 65535 之间" in refusal("run", env=environment(tmp_path, PORT="99999"))


def test_a_port_that_is_taken_is_never_shared(tmp_path: Path) -> None:
    with socket.socket() as other:
        # As the product itself shared it once.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        told = refusal("serve", env=environment(tmp_path, PORT=taken))
    assert f"端口 {taken} 已被占用：请" in told


def test_of_two_that_take_a_port_at_once_one_listens() -> None:
    number = free_port()
    with bound("127.0.0.1", number) as first, bound("127.0.0.1", number) as second:
        listen(first, "127.0.0.1", number)
        with pytest.raises(ImproperlyConfigured, match=f"端口 {number} 已被占用"):
            listen(second, "127.0.0.1", number)


def test_an_address_of_another_machine_is_no_taken_port() -> None:
    with pytest.raises(ImproperlyConfigured, match="这个地址：请改正 HOST"):
        bound("192.0.2.7", 8000)


def test_two_starts_of_one_home_are_one(tmp_path: Path) -> None:
    with alone(tmp_path):
        told = refusal("run", env=environment(tmp_path))
    assert f"数据目录 {tmp_path} 已有一个 expertpool run 在运行：请" in told


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    told = refusal("migrate", env=environment(tmp_path / "home"))
    assert "它是一个文件，不是目录，请" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_home_that_is_read_only_is_named(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        for home in (tmp_path, tmp_path / "deeper"):
            with pytest.raises(ImproperlyConfigured, match="是只读的，请改为可写"), alone(home):
                pass
        for program in ("run", "migrate"):
            told = refusal(program, env=environment(tmp_path / "deeper"))
            assert "是只读的，请改为可写" in told, program
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_deployment_without_keys_is_refused_before_a_database_is_made(tmp_path: Path) -> None:
    env = environment(tmp_path, DEBUG="0")
    del env["DATABASE_URL"]
    told = refusal("run", env=env)
    assert "缺少密钥 SECRET_KEY：请" in told
    assert not (tmp_path / "postgres").exists()


# --- The tables ---------------------------------------------------------------------------------


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """Work on a database without tables; the environment of a program that does."""
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {EMPTY}")
        connection.close()
        connection.settings_dict["NAME"] = EMPTY
        try:
            yield environment_of(PORT=str(free_port()))
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


def test_what_needs_tables_says_who_makes_them(empty: dict[str, str]) -> None:
    assert "请先运行 expertpool migrate" in refusal("create-admin", "admin", env=empty)
    assert "请先运行 expertpool migrate" in refusal("serve", env=empty)
    check_schema(migrates=True)


@pytest.mark.django_db
def test_tables_of_this_version_are_taken() -> None:
    check_schema()


@pytest.mark.django_db
def test_tables_of_a_newer_version_are_left_alone() -> None:
    MigrationRecorder(connection).record_applied("draws", "0999_later")
    for migrates in (False, True):
        with pytest.raises(ImproperlyConfigured) as refused:
            check_schema(migrates=migrates)
        assert "的结构比这个版本的程序新（draws.0999_later）" in str(refused.value)
        assert "请改用升级后的程序" in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_no_program_starts_on_tables_of_a_newer_version(tmp_path: Path) -> None:
    """Of each by itself: any of them alone would write what the newer one does not expect."""
    later = MigrationRecorder.Migration.objects.create(app="draws", name="0999_later")
    try:
        for words in (
            "run",
            "serve",
            "worker",
            "worker deadlines",
            "migrate",
            "create-admin admin",
        ):
            env = environment_of(EXPERTPOOL_HOME=str(tmp_path), PORT=str(free_port()))
            told = refusal(*words.split(), env=env)
            assert "的结构比这个版本的程序新（draws.0999_later）" in told, words
    finally:
        later.delete()  # the tables are emptied after a test, this one is not


@pytest.mark.django_db
def test_a_first_start_that_was_cut_off_is_taken_up() -> None:
    """Some columns were not there yet: nothing stands in them, and no key is missed."""
    KeyCheck.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE draws_draw DROP COLUMN reveal_proof CASCADE")
        cursor.execute("ALTER TABLE experts_expert DROP COLUMN email_index CASCADE")
    check_keys()
    assert KeyCheck.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_migrate_one_after_the_other() -> None:
    with ExitStack() as stack:
        other = stack.enter_context(
            psycopg.connect(**connection.get_connection_params() | {"autocommit": True})
        )
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [MIGRATING])
        second = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "config.cli", "migrate"],
                cwd=BASE_DIR,
                env=environment_of(),
                stdout=subprocess.DEVNULL,
            )
        )
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(8)
        other.execute("SELECT pg_advisory_unlock_all()")
        assert second.wait(QUICK) == 0


def test_a_full_disk_is_no_traceback() -> None:
    """At the first start, too, and when the tables are brought up to date."""
    with (
        pytest.raises(DatabaseUnavailableError, match=r"^磁盘已满，请先清理"),
        full_disk_in_words(),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    full = OperationalError("could not extend file\nHINT:  Check free disk space.")
    full.__cause__ = DiskFull()
    with (
        pytest.raises(
            DatabaseUnavailableError, match=r"^磁盘已满，请先清理（could not extend file）$"
        ),
        full_disk_in_words(),
    ):
        raise full
    with pytest.raises(OperationalError, match="another"), full_disk_in_words():
        raise OperationalError("another")


def test_what_starts_nothing_does_not_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(DatabaseUnavailableError("磁盘已满"), DOING) == os.EX_TEMPFAIL
    assert capsys.readouterr().err == "没有完成：磁盘已满\n"


@pytest.mark.django_db
@pytest.mark.parametrize("fails", [DataError("bad number"), KeyError("gone")])
def test_an_upgrade_that_fails_says_what_stands_and_what_to_do(
    fails: Exception, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = MigrationRecorder(connection)
    *_, before, last = sorted(key for key in recorder.applied_migrations() if key[0] == "experts")

    def migrate(*_: object, **__: object) -> None:
        recorder.record_applied(*before)
        raise fails

    for key in (before, last):
        recorder.record_unapplied(*key)
    monkeypatch.setattr(supervisor, "call_command", migrate)
    with pytest.raises(ImproperlyConfigured, match="共 2 步，第 2 步没有完成") as said:
        supervisor.prepare()
    assert "退回升级之前的版本" in str(said.value)
    assert type(fails).__name__ in capfd.readouterr().err


@pytest.mark.django_db
def test_an_upgrade_that_a_full_disk_ends_says_that_it_is_full() -> None:
    full = OperationalError("could not extend file")
    full.__cause__ = DiskFull()
    with (
        pytest.raises(DatabaseUnavailableError, match="磁盘已满"),
        full_disk_in_words(),
        upgrade_in_words(),
    ):
        raise full
