"""The short message centre of an operator on this machine: node-smpp, which nobody here wrote."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from expertpool.notifications.channels.sms.settings import (
    PROVIDER,
    SMPP,
    SMPP_HOST,
    SMPP_ID,
    SMPP_PASSWORD,
    SMPP_PORT,
    SMPP_SOURCE,
    SMPP_TLS,
)
from expertpool.notifications.channels.sms.smpp_line import Account
from tests.factories.siteconfig import configure
from tools.assets import ROOT, node_with_packages

PASSWORD = "secret"
SCRIPT = Path(__file__).with_name("smsc.js")


class Smsc:
    """Use as a context manager; ``seen`` is what it saw."""

    def __enter__(self) -> Smsc:
        node = node_with_packages(dev=True)
        self._process = subprocess.Popen(
            [node, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
        )
        assert self._process.stdout
        self.port: int = json.loads(self._process.stdout.readline())["port"]
        self.seen: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.seen.append(json.loads(line))

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        self._reader.join(10)
        assert self._process.stdout
        self._process.stdout.close()

    def account(self, password: str = PASSWORD) -> Account:
        return Account("127.0.0.1", self.port, is_secure=False, system_id="zjk", password=password)

    def configure(self) -> None:
        configure(SMPP_HOST, "127.0.0.1")
        configure(SMPP_PORT, self.port)
        configure(SMPP_TLS, value=False)
        configure(SMPP_ID, "zjk")
        configure(SMPP_PASSWORD, PASSWORD)
        configure(SMPP_SOURCE, "106912345")
        configure(PROVIDER, SMPP)


def wait_until(condition: Any, *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)
