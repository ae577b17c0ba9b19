"""A real S3 server on loopback (SeaweedFS, from PyPI), one for each test process that asks for it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from config import storing
from expertpool.core.storing import StoreDown
from expertpool.core.storing.s3 import S3Store
from tests.ports import free_ports

PROGRAM = Path(sys.executable).with_name("weed")
KEY, SECRET, BUCKET = "pool-key", "pool-secret", "expertpool"
PATIENCE = 60  # seconds, on a busy machine


@dataclass(frozen=True)
class S3Server:
    endpoint: str

    def storage(self, *, endpoint: str = "", secret: str = SECRET) -> dict[str, Any]:
        """Return ``STORAGES["default"]`` as `config.storing` makes it of the environment."""
        named = self.environment() | {"S3_SECRET_KEY": secret}
        if endpoint:
            named["S3_ENDPOINT"] = endpoint
        with pytest.MonkeyPatch.context() as patch:
            for name, value in named.items():
                patch.setenv(name, value)
            return storing.file_storage()

    def environment(self) -> dict[str, str]:
        """Return what tells a program that files are here."""
        return {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT": self.endpoint,
            "S3_ACCESS_KEY": KEY,
            "S3_SECRET_KEY": SECRET,
        }


@contextmanager
def s3_server(home: Path) -> Iterator[S3Server]:
    """Run a server that keeps its data below ``home``, with one empty bucket."""
    home.mkdir(parents=True, exist_ok=True)
    identity = {
        "name": "pool",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (home / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (home / "data").mkdir()
    ports = iter(free_ports(8))
    command = [
        *(str(PROGRAM), f"-logdir={home}", "server", f"-dir={home / 'data'}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.config={home / 's3.json'}"),
        *("-master.volumeSizeLimitMB=64", "-master.volumePreallocate=false", "-volume.max=0"),
    ]
    for part in ("master", "volume", "filer"):
        command += [f"-{part}.port={next(ports)}", f"-{part}.port.grpc={next(ports)}"]
    port = next(ports)
    command += [f"-s3.port={port}", f"-s3.port.grpc={next(ports)}"]
    # Two catalogues that nobody here asks, each at one port for all servers: a second server would end.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    with ExitStack() as stack:
        log = stack.enter_context((home / "log").open("wb"))
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
        stack.callback(_end, process)
        server = S3Server(f"http://127.0.0.1:{port}")
        _wait(server, process)
        yield server


def _wait(server: S3Server, process: subprocess.Popen[bytes]) -> None:
    """Wait until the bucket is there and takes something."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(server.endpoint, timeout=2).close()  # noqa: S310 (our own)
        except HTTPError as refused:  # it answers, and refuses whoever does not sign
            refused.close()
            break
        except (URLError, OSError):
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.1)
    store = S3Store(**server.storage()["OPTIONS"])
    store._client.create_bucket(Bucket=BUCKET)
    while True:
        try:
            store.replace("ready", b"")
        except StoreDown:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            store.delete("ready")
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it takes ten seconds to say goodbye
    process.wait()


def is_there() -> bool:
    return PROGRAM.exists()
