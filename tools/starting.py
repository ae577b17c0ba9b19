"""Waiting until a product that was started for a try answers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 900  # of a busy machine, for a first start


def wait_until_well(address: str, product: subprocess.Popen[bytes]) -> float:
    """Return after how many seconds `/health/` at ``address`` says that all is well; SystemExit when
    ``product`` ends before, or takes too long."""
    began = time.monotonic()
    while _status(address) != "ok":
        if product.poll() is not None or time.monotonic() > began + SECONDS:
            sys.exit("没有启动成功。")
        time.sleep(0.5)
    return time.monotonic() - began


def _status(address: str) -> str:
    try:
        with urlopen(f"{address}/health/", timeout=5) as answer:  # noqa: S310 - our own address
            return str(json.load(answer)["status"])
    except (URLError, TimeoutError):
        return ""
