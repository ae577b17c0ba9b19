"""Ports of this machine that nobody has, and that nobody gets who asks for any."""

from __future__ import annotations

import secrets
import socket

# Below those that the system gives to connections and to servers that take any (from 32,768 on Linux): one of these
# could be somebody else's before the program that it is meant for has started.
FIRST, LAST = 20_000, 32_000


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        # Not by `random`: each worker of the tests begins with the same seed.
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if _is_free(port):
            found.add(port)
    return sorted(found)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
