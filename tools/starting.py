"""Waiting until a product that was started for a try answers."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 900  # of a busy machine, for a first start


def wait_until_well(address: str, product: subprocess.Popen[bytes]) -> float:
    """Return after how many seconds the product at ``address`` serves (a warning, as of a disk with little room, is
    for whoever keeps it); SystemExit when ``product`` ends before, or takes too long."""
    began = time.monotonic()
    while not _serves(address):
        if product.poll() is not None or time.monotonic() > began + SECONDS:
            sys.exit("没有启动成功。")
        time.sleep(0.5)
    return time.monotonic() - began


def _serves(address: str) -> bool:
    try:
        urlopen(f"{address}/health/ready/", timeout=5).close()  # noqa: S310 - our own address
    except (URLError, TimeoutError):
        return False
    return True
