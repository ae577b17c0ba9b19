"""Somebody on the same machine makes the folder of the database's socket before us, or knocks at it."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from django.utils import timezone

from config.postgres import DATABASE, SUPERUSER, DatabaseUnavailableError, EmbeddedServer
from config.readiness.database import find_line
from expertpool.core.health import Health

# Where every change is judged nothing of it is left out: there it fails for want of root.
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="acts as somebody else"
)
LONG = "a-very-long-name-of-a-folder-" * 4  # so that the socket is in the temporary folder


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with TemporaryDirectory(prefix="expertpool-test-") as name:
        Path(name).chmod(0o755)
        far = EmbeddedServer(Path(name, LONG), durable=False)
        yield far
        if far.socket_dir.is_symlink():
            far.socket_dir.unlink()
        shutil.rmtree(far.socket_dir, ignore_errors=True)


def of_somebody(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)


def open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def elsewhere(folder: Path) -> None:
    folder.symlink_to("/var/tmp")  # noqa: S108


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(
    "made", [pytest.param(of_somebody, marks=needs_root), open_to_all, elsewhere]
)
def test_a_folder_that_is_not_ours_alone_is_refused(
    server: EmbeddedServer, made: Callable[[Path], None]
) -> None:
    made(server.socket_dir)
    before = server.socket_dir.lstat()
    with pytest.raises(DatabaseUnavailableError, match="事先建了"), server.running():
        pass
    assert server.socket_dir.lstat() == before  # not taken over either


@needs_root
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_who_gets_to_the_socket_is_still_not_let_in(server: EmbeddedServer) -> None:
    with server.running():
        server.socket_dir.chmod(0o755)
        (server.socket_dir / ".s.PGSQL.5432").chmod(0o777)
        assert connects(server, as_uid=os.geteuid())
        assert not connects(server, as_uid=pwd.getpwnam("nobody").pw_uid)
        server.socket_dir.chmod(0o700)


def test_where_our_number_has_no_name_the_folder_is_the_lock(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container that is started with ``--user 1000``: the kernel has no name to say."""

    def nobody(_number: int) -> None:
        raise KeyError

    server._data.mkdir(parents=True)
    hba = server._data / "pg_hba.conf"
    server._admit_us_alone()
    assert "peer map=expertpool" in hba.read_text()
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    server._admit_us_alone()
    rules = hba.read_text().splitlines()
    assert rules == ["local all all trust", f"local replication {SUPERUSER} trust"]
    monkeypatch.setenv("DATABASE_URL", "")
    found = find_line(timezone.now())
    assert (found.state, found.figure) == (Health.WARNING, str(os.geteuid()))
    assert "用户编号没有名称" in found.sentence
    # So nobody else may get to the socket.
    open_to_all(server.socket_dir)
    with pytest.raises(DatabaseUnavailableError, match="事先建了"), server.running():
        pass


def connects(server: EmbeddedServer, *, as_uid: int) -> bool:
    """Tell whether a process of that user becomes the superuser of the database."""
    child = os.fork()
    if not child:
        os.setuid(as_uid)
        try:
            psycopg.connect(host=str(server.socket_dir), user=SUPERUSER, dbname=DATABASE).close()
        except psycopg.OperationalError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
