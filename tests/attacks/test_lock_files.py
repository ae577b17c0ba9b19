"""Another account of the machine that opens a file, if only to read it, can hold its lock, and with it whoever waits for it: commands,
the next start, a backup. What is there to be locked is for one account alone (docs/security.md)."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from config.home import alone
from config.postgres import DatabaseUnavailableError, EmbeddedServer
from expertpool.backups.services import making
from expertpool.core.lockfiles import open_lock

LONG = "a-very-long-name-of-a-folder-" * 4  # so that the socket is in the temporary folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[None, 0o644, 0o666])
def before(request: pytest.FixtureRequest) -> int | None:
    """How the files of an earlier version stand there, if they do."""
    return request.param  # type: ignore[no-any-return]


def left(path: Path, before: int | None) -> Path:
    if before is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(before)
    return path


def test_what_a_run_holds_is_its_own(tmp_path: Path, before: int | None) -> None:
    lock = left(tmp_path / "run.lock", before)
    with alone(tmp_path):
        assert mode(lock) == 0o600


def test_what_a_backup_holds_is_its_own(tmp_path: Path, before: int | None) -> None:
    lock = left(tmp_path / ".lock", before)
    with making.alone(tmp_path):
        assert mode(lock) == 0o600


def test_what_users_of_the_database_hold_is_their_own(tmp_path: Path, before: int | None) -> None:
    home = tmp_path / LONG
    locks = [left(home / f"postgres.{name}", before) for name in ("users", "gate")]
    server = EmbeddedServer(home, durable=False)
    server.socket_dir.mkdir()
    server.socket_dir.chmod(0o777)  # so that it does not start
    try:
        with pytest.raises(DatabaseUnavailableError), server.running():
            pass
    finally:
        server.socket_dir.rmdir()
    assert [mode(lock) for lock in locks] == [0o600, 0o600]


def test_each_that_locks_a_file_opens_it_so(tmp_path: Path) -> None:
    files = [*BASE_DIR.glob("config/*.py"), *BASE_DIR.glob("expertpool/**/*.py")]
    locking = [path for path in files if "fcntl.flock(" in path.read_text()]
    assert locking
    assert [path.name for path in locking if "open_lock(" not in path.read_text()] == []
    with open_lock(tmp_path / "x"):
        assert mode(tmp_path / "x") == 0o600
