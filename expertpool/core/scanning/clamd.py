"""Asking ClamAV's daemon, by its command INSTREAM (clamd(8))."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import IO
from urllib.parse import urlsplit

BLOCK = 64 * 1024
CONNECT = 5  # seconds
MOMENT = 2
LONGEST_ANSWER = 4096
PORT = 3310
# With AlertExceedsMax what is beyond its limits is "found" so, instead of passing unread.
LIMITS = "Heuristics.Limits.Exceeded"


class ScannerDown(Exception):
    """No answer, or none that says what was found."""


class TooLarge(Exception):
    """The scanner does not take so much."""


def ask(address: str, file: IO[bytes], *, seconds: float) -> str:
    """Return the name of the virus in ``file``, empty if there is none.

    ``address`` is ``tcp://host:port`` or ``unix:/path``. Raises ScannerDown, also when all of it took
    longer than ``seconds``, and TooLarge.
    """
    end = time.monotonic() + seconds
    try:
        with _connected(address) as connection:
            answer = _answer(connection, file, end)
    except OSError as error:  # TimeoutError is one
        raise ScannerDown(str(error) or type(error).__name__) from error
    return _virus(answer)


def is_there(address: str) -> bool:
    """Tell whether the scanner answers, within a moment."""
    end = time.monotonic() + MOMENT
    try:
        with _connected(address, MOMENT) as connection:
            _wait(connection, end)
            connection.sendall(b"zPING\0")
            _wait(connection, end)
            return connection.recv(LONGEST_ANSWER).startswith(b"PONG")
    except OSError:
        return False


def _answer(connection: socket.socket, file: IO[bytes], end: float) -> str:
    try:
        _wait(connection, end)
        connection.sendall(b"zINSTREAM\0")
        # What it has to say before all was sent, it says and hangs up.
        while (block := file.read(BLOCK)) and not select.select([connection], [], [], 0)[0]:
            _wait(connection, end)
            connection.sendall(struct.pack("!I", len(block)) + block)
        _wait(connection, end)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        _wait(connection, end)
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode(errors="replace").strip()


def _virus(answer: str) -> str:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND") and not said.startswith(LIMITS):
        return said.removesuffix(" FOUND")
    if said.startswith(LIMITS) or "size limit exceeded" in said:
        raise TooLarge
    raise ScannerDown(answer or "hung up")


def _connected(address: str, seconds: float = CONNECT) -> socket.socket:
    scheme, _, rest = address.partition(":")
    if scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(f"/{rest.lstrip('/')}")
        except OSError:
            connection.close()
            raise
        return connection
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or PORT), timeout=seconds)


def _wait(connection: socket.socket, end: float) -> None:
    """Let the next step take what is left of the time."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("too slow")
    connection.settimeout(left)
