"""`expertpool check`: what is missing or unsafe is said in words before a start."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from config import advisories
from config.environment import BASE_DIR
from config.postgres import DatabaseUnavailableError
from config.readiness import database, deployment, machine, supply, told
from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_PASSWORD
from expertpool.core.health import Checked, Finding, Health, look
from tests.config.test_refused_starts import NOWHERE, QUICK, environment
from tests.ports import free_port

pytestmark = pytest.mark.shows("SYS-01")
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
DEPLOYED = {
    "TRIAL": False,
    "SITE_URL": "https://pool.example.cn",
    "ALLOWED_HOSTS": ["pool.example.cn"],
    "HTTPS": True,
    "TRUST_PROXY": True,
}
RANDOM = [
    "8f1e0c7ad35b9246e07f4cb1895d23a6c4f07e19b82d635fa0c94e71d8b35f62",
    "1d7c93f5e2b8460a9cf35e71d08b24a6f95c3e07ba184d62e9f70c5b3a18d4e6",
    "c40b7e92f15d38a6740e9cb2d3f8165ae7b04c9f2d8136e5a09cf47b1e52d3a8",
    "5ea9c17f03d8b264f9075ce1ba38d642e0f19c7b4a5d83e6c20f7b91e4d5a368",
]


@pytest.fixture
def deployed(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A deployment in which nothing is wrong."""
    for name, value in DEPLOYED.items():
        setattr(settings, name, value)
    for name, value in zip(deployment.SECRETS, RANDOM, strict=True):
        setattr(settings, name, value)
    monkeypatch.setattr(deployment, "HOME", tmp_path)
    monkeypatch.setattr(machine, "HOME", tmp_path)
    monkeypatch.setenv("EXPERTPOOL_ENV", str(tmp_path / "env"))
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    settings.BACKUP_DIR = tmp_path / "backups"
    return settings


def found(module: Any, code: str) -> Finding:
    (check,) = (check for check in module.CHECKS if check.code == code)
    finding: Finding = check.find(NOW)
    assert finding.mend or not finding.state.is_bad, finding
    return finding


# --- What the environment says ---------------------------------------------------------------


def test_a_deployment_in_which_nothing_is_wrong_is_told_so(deployed: Settings) -> None:
    for check in deployment.CHECKS:
        if check.code != "certificate":  # asks the network
            assert check.find(NOW).state is Health.OK, check.code


@pytest.mark.parametrize(
    ("code", "given", "state", "says"),
    [
        ("mode", {"TRIAL": True}, Health.WARNING, "试用"),
        ("secrets", {"SEAL_KEY": RANDOM[0]}, Health.FAILED, "相同"),
        ("secrets", {"INDEX_KEY": "change-me-" * 5}, Health.FAILED, "INDEX_KEY"),
        ("secrets", {"FIELD_KEY": "a" * 64}, Health.FAILED, "FIELD_KEY"),
        ("address", {"SITE_URL": "pool.example.cn"}, Health.FAILED, "不是网址"),
        ("address", {"ALLOWED_HOSTS": ["localhost"]}, Health.FAILED, "会被拒绝"),
        ("address", {"ALLOWED_HOSTS": ["*"]}, Health.WARNING, "任何主机名"),
        (
            "address",
            {"SITE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ["127.0.0.1"]},
            Health.WARNING,
            "手机上打不开",
        ),
        ("https", {"TRUST_PROXY": False}, Health.FAILED, "不停跳转"),
        ("https", {"SITE_URL": "http://pool.example.cn"}, Health.FAILED, "http://"),
        ("https", {"HTTPS": False}, Health.WARNING, "Cookie"),
        ("https", {"HTTPS": False, "SITE_URL": "http://10.0.0.8"}, Health.WARNING, "明文"),
        ("proxy", {"TRUST_PROXY": False}, Health.FAILED, "没有告诉本系统"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(
    deployed: Settings, code: str, given: dict[str, Any], state: Health, says: str
) -> None:
    for name, value in given.items():
        setattr(deployed, name, value)
    finding = found(deployment, code)
    assert finding.state is state
    assert says in finding.sentence


@pytest.mark.parametrize(("is_behind", "says"), [(True, "冒充任何地址"), (False, "没有反向代理")])
def test_a_server_open_to_the_network_is_told(
    deployed: Settings, monkeypatch: pytest.MonkeyPatch, is_behind: bool, says: str
) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - what is warned of
    deployed.TRUST_PROXY = is_behind
    finding = found(deployment, "proxy")
    assert finding.state is Health.WARNING
    assert says in finding.sentence


@pytest.mark.parametrize("name", ["keys/field_key", "env"])
def test_a_key_that_other_users_can_read_is_named(
    deployed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(deployment, "_passable", lambda _path: True)  # the folder of tests is not
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    path.chmod(0o600)
    assert found(deployment, "key_files").state is Health.OK
    path.chmod(0o644)
    finding = found(deployment, "key_files")
    assert finding.state is Health.FAILED
    assert str(path) in finding.sentence


def test_backups_beside_the_keys_are_refused(deployed: Settings, tmp_path: Path) -> None:
    deployed.BACKUP_DIR = tmp_path / "keys" / "backups"
    assert found(deployment, "key_files").state is Health.FAILED


# --- The machine -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gigabytes", "state"), [(1, Health.FAILED), (2, Health.WARNING), (8, Health.OK)]
)
def test_little_memory_is_told(
    monkeypatch: pytest.MonkeyPatch, gigabytes: int, state: Health
) -> None:
    memory = SimpleNamespace(total=gigabytes * 2**30)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert found(machine, "memory").state is state


def test_a_home_that_nobody_can_write_is_named(
    deployed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(machine, "home").state is Health.OK
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(machine, "HOME", tmp_path / "file" / "home")
    assert found(machine, "home").state is Health.FAILED


def test_backups_on_the_disk_of_the_data_are_told(
    deployed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(machine, "backup_disk").state is Health.WARNING
    monkeypatch.setattr(machine, "_device", {deployed.BACKUP_DIR: 2}.get)
    assert found(machine, "backup_disk").state is Health.OK
    deployed.DATABASE_SERVER = None  # its administrator makes the backups, nothing is written there
    assert found(machine, "backup_disk").state is Health.OFF


def test_a_wrong_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_kernel_clock", lambda: 0)
    assert machine.find_clock(NOW).state is Health.OK
    assert machine.find_clock(NOW - timedelta(days=9000)).state is Health.FAILED
    monkeypatch.setattr(machine, "_kernel_clock", lambda: machine.UNSYNCHRONISED)
    assert machine.find_clock(NOW).state is Health.WARNING


def test_the_kernel_can_be_asked_for_its_clock() -> None:
    assert 0 <= machine._kernel_clock() <= machine.UNSYNCHRONISED


def test_fonts_are_there_and_missed_where_not(
    deployed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(machine, "fonts").state is Health.OK
    elsewhere = SimpleNamespace(__file__=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(machine, "pylopdf_fonts_zh_cn", elsewhere)
    assert found(machine, "fonts").state is Health.FAILED


def test_a_taken_port_and_one_that_is_not_ours_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    assert found(machine, "port").state is Health.OK
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        assert found(machine, "port").state is Health.WARNING
    monkeypatch.setenv("HOST", "192.0.2.1")  # of nobody's machine
    assert found(machine, "port").state is Health.FAILED


# --- The database ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_database_of_the_product_can_all_of_it(settings: Settings) -> None:
    states = {each.check.code: each.finding for each in look(database.CHECKS, now=timezone.now())}
    assert states.keys() == {check.code for check in database.CHECKS}
    # The tests' own server trades safety against power cuts for speed, and connects as the owner.
    assert states.pop("durable").state is Health.FAILED
    assert states.pop("roles").state in (Health.OK, Health.FAILED)
    assert {code: f for code, f in states.items() if f.state.is_bad} == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'tried_%%'")
        assert cursor.fetchone() == (0,)


@pytest.fixture
def of_another_language(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database as `createdb` makes it where nobody thinks of Chinese."""
    name, usual = "expertpool_of_c", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII'"
                " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
            )
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        connection.settings_dict["NAME"] = usual
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_that_knows_no_chinese_is_refused(of_another_language: None) -> None:
    assert "UTF8" in found(database, "version").sentence
    assert found(database, "search").state is Health.FAILED
    assert found(database, "schema").state is Health.WARNING  # nothing was made in it yet
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        assert cursor.fetchone() == (0,)  # what was tried was taken back


@pytest.mark.django_db
def test_what_the_database_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = "CREATE EXTENSION nobody_has_it"
    for name, code in (("EXCLUSION", "exclusion"), ("DEFERRED", "deferred"), ("QUEUE", "queue")):
        with monkeypatch.context() as patch:
            patch.setattr(database, name, lacking)
            finding = found(database, code)
            assert finding.state is Health.FAILED, code
            assert "nobody_has_it" in finding.figure
    # What lets pass what it has to refuse is as bad as what is not there.
    monkeypatch.setattr(database, "EXCLUSION", "SELECT 1")
    assert found(database, "exclusion").state is Health.FAILED
    monkeypatch.setattr(database, "LEAST_VERSION", 99)
    assert found(database, "version").state is Health.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_loses_notices_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another session listens than that which is read: as behind pgbouncer with pool_mode=transaction."""
    monkeypatch.setattr(database, "LISTENS_SECONDS", 0.2)
    assert found(database, "listening").state is Health.OK
    monkeypatch.setattr(database, "LISTEN", "SELECT 1")
    assert found(database, "listening").state is Health.FAILED


@pytest.mark.django_db
def test_too_few_connections_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(database, "connections").state is Health.OK
    monkeypatch.setenv("WEB_PROCESSES", "40")
    assert found(database, "connections").state is Health.FAILED


@pytest.mark.django_db
def test_another_clock_in_the_database_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(database, "drift").state is Health.OK
    for ahead, state in (
        (timedelta(seconds=5), Health.WARNING),
        (timedelta(hours=8), Health.FAILED),
    ):
        later = SimpleNamespace(now=lambda ahead=ahead: timezone.now() + ahead)
        monkeypatch.setattr(database, "timezone", later)
        assert found(database, "drift").state is state


@pytest.mark.django_db
def test_an_account_of_the_demonstration_is_found_in_earnest(deployed: Settings) -> None:
    user = User(username="auditor", name="吴海涛")
    user.set_password("别的-密码-2026")
    user.save()
    assert found(database, "demonstration").state is Health.OK
    user.set_password(DEMO_PASSWORD)
    user.save()
    finding = found(database, "demonstration")
    assert finding.state is Health.FAILED
    assert "auditor" in finding.sentence


def test_a_first_start_is_told_what_will_be_made() -> None:
    class Missing:
        def version(self) -> int:
            raise DatabaseUnavailableError("没有 PostgreSQL 的程序。")

    assert database.to_be_made(SimpleNamespace(version=lambda: 18)).find(NOW).state is Health.OK  # type: ignore[arg-type]
    assert database.to_be_made(Missing()).find(NOW).state is Health.FAILED  # type: ignore[arg-type]


# --- The command -----------------------------------------------------------------------------


def run(env: dict[str, str], *arguments: str) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "config.cli", "check", *arguments],
        cwd=BASE_DIR, env=env, timeout=QUICK, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stdout + result.stderr


def test_before_the_first_start_it_looks_and_makes_no_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code, said = run(environment(home, DATABASE_URL=""))
    assert code == 0, said
    assert "可以启动" in said
    assert "第一次启动时建立内置数据库" in said
    assert not (home / "postgres").exists()


def test_a_database_that_cannot_be_reached_fails_it(tmp_path: Path) -> None:
    code, said = run(environment(tmp_path / "home", DATABASE_URL=NOWHERE))
    assert code == 1
    assert "连不上" in said


def test_what_stops_the_settings_themselves_is_said_in_one_line(tmp_path: Path) -> None:
    code, said = run(environment(tmp_path / "home", DEBUG="0"))
    assert code == 1
    assert "缺少密钥 SECRET_KEY" in said


def test_it_takes_no_arguments(tmp_path: Path) -> None:
    code, said = run(environment(tmp_path / "home"), "all")
    assert code == 2
    assert "没有参数" in said


def test_the_end_says_whether_to_start() -> None:
    def end(*states: Health) -> str:
        check = machine.CHECKS[0]
        given = [Checked(check, Finding(state, "一句话。", mend="怎样改。")) for state in states]
        return told(given).splitlines()[-1]

    assert end(Health.OK, Health.OFF) == "可以启动。"
    assert "1 项，正式使用前请改正" in end(Health.OK, Health.WARNING)
    assert "不能启动" in end(Health.WARNING, Health.FAILED)


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(
    ("python", "scripts", "words", "state"),
    [
        ("2026-09-01", "2026-11-01", "Python 组件截至 2026-09-01（88 天前）", Health.OK),
        ("2024-10-10", "2026-11-01", "Python 组件截至 2024-10-10（779 天前）", Health.WARNING),
        ("2026-11-01", "", "页面脚本没有查询过", Health.WARNING),
    ],
)
def test_how_old_is_what_is_known_of_vulnerabilities(
    python: str,
    scripts: str,
    words: str,
    state: Health,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = {"PyPI": python, "npm": scripts}
    path = tmp_path / "kept.json"
    path.write_text(json.dumps({one: {"date": it, "packages": {}} for one, it in kept.items()}))
    monkeypatch.setattr(advisories, "KEPT", path)
    finding = supply.find_vulnerable(NOW)
    assert finding.state is state
    assert words in finding.sentence
    assert ("make advisories" in finding.mend) is (state is Health.WARNING)


@pytest.mark.shows("OPS-04")
def test_what_is_installed_and_known_to_be_vulnerable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [{"id": "PYSEC-1", "bad": [["0", "99", ""]]}]
    kept = {"date": "2026-11-01", "packages": {"django": bad, "not-installed": bad}}
    path = tmp_path / "kept.json"
    path.write_text(json.dumps({"PyPI": kept, "npm": kept}))
    monkeypatch.setattr(advisories, "KEPT", path)
    finding = supply.find_vulnerable(NOW)
    assert finding.state is Health.WARNING
    assert f"django {version('django')}: PYSEC-1" in finding.sentence
    assert "not-installed" not in finding.sentence
