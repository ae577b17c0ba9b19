import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from config import database
from config.database import application_role, database_settings
from config.environment import BASE_DIR
from config.postgres import (
    APPLICATION,
    DATABASE,
    SUPERUSER,
    DatabaseUnavailableError,
    EmbeddedServer,
)

# A process that uses the server of the HOME given to it until its input closes.
USER = """
import sys; from pathlib import Path; from config.postgres import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), durable=False).running():
    print("up", flush=True); sys.stdin.read()
"""


@pytest.fixture
def public_path() -> Iterator[Path]:
    """A folder that other accounts may enter; pytest's own are closed to them."""
    with TemporaryDirectory(prefix="expertpool-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def server(public_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(public_path / "home", durable=False)
    yield server
    number = postmaster(server)
    if number:
        os.kill(number, signal.SIGQUIT)


def postmaster(server: EmbeddedServer) -> int:
    path = server.folder / "data" / "postmaster.pid"
    return int(path.read_text().split()[0]) if path.exists() else 0


def connect(server: EmbeddedServer) -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.socket_dir), user=SUPERUSER, dbname=DATABASE, autocommit=True
    )


def start_user(server: EmbeddedServer) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", USER, str(server.home)]
    user = subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert user.stdout
    assert user.stdout.readline() == b"up\n"
    user.stdout.close()
    return user


def leave(user: subprocess.Popen[bytes]) -> None:
    assert user.stdin
    user.stdin.close()
    assert user.wait(30) == 0


def test_the_last_user_stops_the_server_and_data_stay(server: EmbeddedServer) -> None:
    with server.running(), connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        first, second = start_user(server), start_user(server)
        running = postmaster(server)
    leave(first)
    assert postmaster(server) == running
    leave(second)
    assert postmaster(server) == 0

    with server.running(), connect(server) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_a_killed_user_is_not_counted(server: EmbeddedServer) -> None:
    user = start_user(server)
    running = postmaster(server)
    assert user.stdin
    user.kill()
    user.wait()
    user.stdin.close()
    assert psutil.pid_exists(running)

    with server.running():
        assert postmaster(server) == running
    assert postmaster(server) == 0


def test_a_killed_server_is_started_again(server: EmbeddedServer) -> None:
    with server.running():
        number = postmaster(server)
        os.kill(number, signal.SIGKILL)
        while psutil.pid_exists(number) and psutil.Process(number).status() != "zombie":
            time.sleep(0.05)
        # Its number has been given to somebody else since.
        path = server.folder / "data" / "postmaster.pid"
        path.write_text(path.read_text().replace(str(number), str(os.getpid()), 1))
        with server.running(), connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.shows("OPS-04")
def test_whoever_starts_a_dead_server_first_it_is_noticed(server: EmbeddedServer) -> None:
    """The supervisor says so, and hurries the programs that wait, also where a hand was quicker."""
    with server.running():
        assert not server.revive()
        kill(server)
        assert server.revive()
        assert not server.revive()
        kill(server)
        assert EmbeddedServer(server.home, durable=False).revive()  # somebody else
        assert server.revive()
        assert not server.revive()


@pytest.mark.shows("OPS-04")
def test_one_that_was_told_to_end_waits_for_nobody(server: EmbeddedServer) -> None:
    """By a plain `kill` it lets nobody in any more, and waits for those who are in: it stood so for ever."""
    with server.running(), connect(server):
        number = postmaster(server)
        assert not server.revive()
        os.kill(number, signal.SIGTERM)
        until = time.monotonic() + 60
        while not server.revive():
            assert time.monotonic() < until
            time.sleep(0.1)
        assert postmaster(server) not in {0, number}
        with connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def kill(server: EmbeddedServer) -> None:
    number = postmaster(server)
    os.kill(number, signal.SIGKILL)
    while psutil.pid_exists(number) and psutil.Process(number).status() != "zombie":
        time.sleep(0.05)


def test_whoever_only_names_the_data_is_left_alone(server: EmbeddedServer) -> None:
    """As a copy or a hand on `pg_ctl` does, while the server is started again."""
    with server.running():
        data = str(server.folder / "data")
        copying = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()", data], stdin=subprocess.PIPE
        )
        kill(server)
        assert server.revive()
        assert copying.poll() is None
        assert copying.stdin
        copying.stdin.close()
        assert copying.wait(30) == 0


def test_a_server_of_another_account_is_named(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(process: psutil.Process, _number: int) -> None:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "send_signal", refused)
    with server.running():
        number, path = postmaster(server), server.folder / "data" / "postmaster.pid"
        noted = path.read_text()
        path.unlink()
        with pytest.raises(DatabaseUnavailableError, match=f"另一个系统用户.*进程 {number}"):
            server.revive()
        path.write_text(noted)


@pytest.mark.shows("OPS-04")
def test_a_full_disk_is_said_in_one_line(server: EmbeddedServer) -> None:
    said = (
        "creating directory …\n[1] FATAL:  could not write to file: No space left on device\nexit"
    )
    line = "[1] FATAL:  could not write to file: No space left on device"
    assert server._fault("initdb", said) == f"磁盘已满，请先清理（initdb：{line}）"
    short = 'error: could not write to file "a", offset 409600: wrote 266240 of 360448'
    assert server._fault("pg_combinebackup", short).startswith("磁盘已满，请先清理")
    assert "磁盘已满" not in server._fault("initdb", "no such locale")
    server.folder.mkdir(parents=True)
    (server.folder / "server.log").write_text(f"LOG:  started\n{line}\n")  # there it speaks itself
    assert server._fault("pg_ctl", "Examine the log output.").startswith("磁盘已满，请先清理")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each file is synced")
def test_a_crash_costs_no_look_at_each_file(public_path: Path) -> None:
    server = EmbeddedServer(public_path / "home")
    with server.running(), connect(server) as connection:
        assert connection.execute("SHOW recovery_init_sync_method").fetchone() == ("syncfs",)


def test_letters_sort_and_match_alike_everywhere(server: EmbeddedServer) -> None:
    with server.running(), connect(server) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        trigrams = connection.execute("SELECT show_trgm('专家库')").fetchone()
        assert trigrams
        assert len(trigrams[0]) == 4
        order = connection.execute(
            "SELECT array_agg(x ORDER BY x) FROM unnest('{b,A,a,B}'::text[]) x"
        )
        assert order.fetchone() == (["A", "B", "a", "b"],)


def test_the_socket_has_a_short_path_wherever_home_is(public_path: Path) -> None:
    far = EmbeddedServer(public_path / ("深" * 40), durable=False)
    assert len(os.fsencode(far.socket_dir)) < 90
    with far.running(), connect(far) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    shutil.rmtree(far.socket_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_root_keeps_data_where_the_server_can_reach_them(
    tmp_path: Path, public_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.programs.PUBLIC_FOLDER", public_path / "lib")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "home", durable=False)
    with server.running(), connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    assert server.folder.resolve().parent == public_path / "lib"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    # A HOME made anew gets a database made anew: the old one's keys went with the old HOME.
    shutil.rmtree(server.home)
    with server.running(), connect(server) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


def test_data_of_another_version_are_refused(server: EmbeddedServer) -> None:
    with server.running():
        pass
    (server.folder / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseUnavailableError, match="PostgreSQL 14"), server.running():
        pass


def test_a_database_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_POOL", "1")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:p%40ss@db:5433/pool?sslmode=require")
    settings = database_settings()
    assert settings["HOST"] == "db"
    assert settings["PORT"] == "5433"
    assert settings["PASSWORD"] == "p@ss"
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["OPTIONS"]["pool"]["max_size"] == 16
    assert settings["CONN_MAX_AGE"] == 0


def test_the_owner_has_an_account_of_his_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://app@db/pool")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://owner@db/pool")
    assert application_role() == database_settings()["USER"] == "app"
    monkeypatch.setattr(database, "_as_owner", True)
    assert database_settings()["USER"] == "owner"
    monkeypatch.delenv("DATABASE_OWNER_URL")
    assert database_settings()["USER"] == "app"  # one is enough


def test_a_server_of_before_gets_the_role_of_the_application(server: EmbeddedServer) -> None:
    with server.running(), connect(server) as connection:
        connection.execute(f"DROP ROLE {APPLICATION}")
    with server.running():
        found = psycopg.connect(host=str(server.socket_dir), user=APPLICATION, dbname=DATABASE)
        with found, pytest.raises(psycopg.errors.InsufficientPrivilege):
            found.execute("CREATE TABLE mine (id int)")
        found.close()


@pytest.mark.parametrize(
    "url", ["mysql://me@db/pool", "postgres://me@db/", "pool", "postgres://me@db:x/pool"]
)
def test_an_address_that_is_none_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database_settings()


@pytest.mark.parametrize("hosts", ["db1:5432,db2:5432", "db1,db2"])
def test_several_hosts_are_the_business_of_haproxy(
    hosts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://me:p@{hosts}/pool")
    with pytest.raises(ImproperlyConfigured, match="HAProxy"):
        database_settings()
