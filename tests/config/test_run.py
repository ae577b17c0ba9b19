"""The product as it is deployed: started, stopped, started again."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest

from config.environment import BASE_DIR
from tests.ports import free_port


@pytest.fixture
def deployment() -> Iterator[dict[str, str]]:
    """The environment of a deployment with nothing in it yet."""
    inherited = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "HOME", "TMPDIR"}}
    names = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
    with TemporaryDirectory(prefix="expertpool-test-") as home:
        Path(home).chmod(0o755)
        yield inherited | {
            "DEBUG": "0",
            "EXPERTPOOL_ENV": os.devnull,
            "EXPERTPOOL_HOME": f"{home}/var",
            "PORT": str(free_port()),
            **{name: secrets.token_hex(32) for name in names},
        }


def said(environment: dict[str, str]) -> Path:
    """Where the last start wrote what it said."""
    return Path(environment["EXPERTPOOL_HOME"]).with_name("output")


PRESSES = 6  # of Ctrl-C
MIGRATIONS = 20  # before they come, of some hundreds
APPLYING = re.compile(r"Applying \w+\.")


@contextmanager
def running(environment: dict[str, str]) -> Iterator[str]:
    """Run the product; yield its address; stop it as Ctrl-C does."""
    command = [sys.executable, "-m", "config.cli", "run"]
    with (
        said(environment).open("w") as output,
        subprocess.Popen(
            command, cwd=BASE_DIR, env=environment, stdout=output, stderr=output
        ) as product,
    ):
        address = f"http://127.0.0.1:{environment['PORT']}"
        try:
            wait_for(f"{address}/health/ready/", product, output.name)
            yield address
        finally:
            product.send_signal(signal.SIGINT)
            code = product.wait(30)
        assert code == 0, Path(output.name).read_text()


def wait_for(url: str, product: subprocess.Popen[bytes], output: str) -> None:
    """Wait until ``url`` is answered with 200, which a warning is, too (the tests' disk may have little room)."""
    deadline = time.monotonic() + 180  # a busy machine migrates for long
    while time.monotonic() < deadline:
        assert product.poll() is None, Path(output).read_text()
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:  # not there yet, or too busy to answer
            time.sleep(0.1)
    pytest.fail(Path(output).read_text())


@pytest.mark.shows("OVW-01")
@pytest.mark.long
def test_it_starts_stops_and_starts_again(deployment: dict[str, str]) -> None:
    with running(deployment) as address, urlopen(f"{address}/login/") as response:  # noqa: S310
        page = response.read().decode()
        policy = response.headers["Content-Security-Policy"]
    assert '<html lang="zh' in page
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "正在建立数据库结构" in said(deployment).read_text()

    # The secrets came from the environment: none is left on disk.
    home = Path(deployment["EXPERTPOOL_HOME"])
    assert not (home / "keys").exists()
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()

    with running(deployment):
        assert (home / "postgres" / "data" / "postmaster.pid").exists()
    assert "数据库结构" not in said(deployment).read_text()


# An empty database would be filled in a moment: here is one table already.
BEGUN = """
import django
from config.database import connect_as_owner, database_running
connect_as_owner()
django.setup()
from tools.tables import begin
with database_running():
    begin()
"""


def test_ctrl_c_while_it_makes_the_tables_ends_it_without_noise(deployment: dict[str, str]) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(
        [sys.executable, "-c", BEGUN], cwd=BASE_DIR, env=deployment | settings, check=True
    )
    # Whatever runs the tests in the background ignores Ctrl-C, and what it starts would do so, too.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "config.cli", "migrate"]
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=deployment, stdout=-1, stderr=-2, text=True
    ) as migrating:
        assert migrating.stdout
        for _ in islice(filter(APPLYING.search, migrating.stdout), MIGRATIONS):
            pass
        for _ in range(PRESSES):
            migrating.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                migrating.wait(4)
                break
        rest = migrating.stdout.read()
        code = migrating.wait(30)
    assert code == 130
    assert rest.endswith("已中断。\n")
    # Where Python looks after weak references no exception leaves: it says so, and the first Ctrl-C is lost.
    assert "Traceback" not in rest or "Exception ignored" in rest
    # The database was stopped with it.
    assert not Path(deployment["EXPERTPOOL_HOME"], "postgres/data/postmaster.pid").exists()


def test_a_taken_port_is_named(deployment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(deployment["PORT"])))
        other.listen()
        result = subprocess.run(
            [sys.executable, "-m", "config.cli", "run"],
            cwd=BASE_DIR,
            env=deployment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert f"端口 {deployment['PORT']} 已被占用" in result.stderr
