"""The commands, as whoever stands before the machine types them: on the product as it is run."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier
from pyrage.x25519 import Identity

from config.environment import BASE_DIR
from config.postgres import DATABASE, SUPERUSER, EmbeddedServer
from config.programs import programs
from tests.backups import ended_draw as ended
from tests.backups.conftest import connect
from tests.worker import wait_for

NAMES = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")


def run(environment: dict[str, str], *arguments: str, text: str = "") -> tuple[int, str]:
    """Return exit code and everything that was said."""
    result = subprocess.run(
        [sys.executable, "-m", "config.cli", *arguments],
        cwd=BASE_DIR,
        env=environment,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


@pytest.fixture
def product(place: Path, django_db_setup: None) -> Iterator[dict[str, str]]:
    """The environment of a product that runs: migrated, with an administrator."""
    inherited = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "HOME", "TMPDIR"}}
    environment = inherited | {
        "DEBUG": "0",
        "EXPERTPOOL_ENV": os.devnull,
        "EXPERTPOOL_HOME": str(place / "product"),
        "BACKUP_DIR": str(place / "nightly"),
        **{name: secrets.token_hex(32) for name in NAMES},
    }
    server = EmbeddedServer(place / "product")
    with server.running():
        copy_tables(server)
        command = ("create-admin", "first", "--name", "赵一")
        code, said = run(environment, *command, text="Correct-horse-9-battery\n" * 2)
        assert code == 0, said
        yield environment
    server.remove()
    shutil.rmtree(place / "product")
    shutil.rmtree(place / "nightly", ignore_errors=True)


def copy_tables(server: EmbeddedServer) -> None:
    """Take the migrated tables of the tests' database: migrating takes ten seconds."""
    usual = connection.settings_dict
    address = ["-h", usual["HOST"], "-U", usual["USER"]]
    dump = [programs() / "pg_dump", *address, usual["NAME"]]
    load = [programs() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(server.socket_dir)]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
        load += ["-U", SUPERUSER, DATABASE]
        subprocess.run(load, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)


def ended_draw(environment: dict[str, str]) -> str:
    """Let a draw end in the product, and return its number."""
    command, own = [sys.executable, "-c", ended.RUN], environment | ended.SETTINGS
    result = subprocess.run(
        command, cwd=BASE_DIR, env=own, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()[-1]


def everything(home: Path) -> dict[str, int]:
    """A fingerprint of each table; the queue's and what says that it was restored apart."""
    server = EmbeddedServer(home)
    with server.running(), connect(server) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename !~ '^(procrastinate|audit_|backups_)'"
        ).fetchall()
        found = {}
        for (table,) in tables:
            digest = "SELECT coalesce(sum(hashtext(t::text)), 0) FROM {} t"
            row = database.execute(SQL(digest).format(Identifier(table))).fetchone()
            found[table] = row[0] if row else 0
        entries = database.execute(
            "SELECT sum(hashtext(t::text)) FROM audit_entry t WHERE action !~ '^backup'"
        ).fetchone()
        return found | {"audit_entry": entries[0] if entries else 0}


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="for the embedded server")
@pytest.mark.timeout(1500)  # half a minute, of which a busy machine makes many
@pytest.mark.shows("OPS-01", "OPS-03")
@pytest.mark.long
@pytest.mark.django_db  # whose tables are taken: without any such test they are not made
def test_the_whole_of_it(product: dict[str, str], place: Path) -> None:
    identity = Identity.generate()
    key = place / "age.txt"
    key.write_text(f"{identity}\n")
    product |= {"BACKUP_RECIPIENTS": str(identity.to_public())}
    code, said = run(product, "backup")
    assert code == 0, said
    assert "备份完成并已核对" in said
    assert "密钥不在备份里" in said

    # Killed on the way: what is there is the one from before.
    killed = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "backup"], cwd=BASE_DIR, env=product
    )
    nightly = place / "nightly"
    deadline = time.monotonic() + 60
    while not list(nightly.glob(".*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(list(nightly.glob("2*"))) == 1

    number = ended_draw(product)
    files = place / "product" / "files" / "attachments"
    files.mkdir(parents=True)
    (files / "later.pdf").write_bytes(b"later")
    code, said = run(product, "backup", "--incremental")
    assert code == 0, said
    assert "增量" in said
    assert not list(nightly.glob(".*.part"))

    code, said = run(product, "backup", "--check", "--identity", str(key))
    assert code == 0, said
    replayed = f"抽取 {number} 按记录重演，结果一致"
    for sentence in ("依次用到 2 份", "行数一致", "操作日志的链条完整", replayed, "试恢复成功"):
        assert sentence in said
    assert not (place / "product" / "restore-check").exists()

    # On another machine, where somebody forgot the keys.
    empty = product | {"EXPERTPOOL_HOME": str(place / "other")}
    bare = {name: value for name, value in empty.items() if name not in NAMES}
    code, said = run(bare, "restore", str(nightly), "--identity", str(key))
    assert (code, "缺少密钥 SECRET_KEY、FIELD_KEY" in said) == (1, True), said
    assert not (place / "other" / "postgres").exists()

    code, said = run(empty, "restore", str(nightly), "--identity", str(key))
    assert code == 0, said
    assert "此后写入的都没有" in said
    assert "恢复完成" in said
    assert everything(place / "other") == everything(place / "product")
    assert (place / "other" / "files" / "attachments" / "later.pdf").read_bytes() == b"later"
    EmbeddedServer(place / "other").remove()


def test_a_try_that_is_killed_leaves_no_database_running(
    product: dict[str, str], place: Path
) -> None:
    to, lock = str(place / "to"), place / "product" / "restore-check/postgres/data/postmaster.pid"
    code, said = run(product, "backup", to)
    assert code == 0, said
    command = [sys.executable, "-m", "config.cli", "backup", to, "--check"]
    check = subprocess.Popen(
        command, cwd=BASE_DIR, env=product, stdout=subprocess.DEVNULL, start_new_session=True
    )
    wait_for(lambda: lock.exists() and lock.read_text())
    database = int(lock.read_text().split()[0])
    os.killpg(check.pid, signal.SIGKILL)  # as whoever supervises it ends a program
    check.wait()
    wait_for(lambda: not psutil.pid_exists(database))
