"""A trunk that wants a password: challenges REGISTER (401) and INVITE (407), and looks at the digest (RFC 2617)."""

from __future__ import annotations

import hashlib
import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REALM, NONCE = "trunk", "84f1c1ae6cbe5ua9c8e88dfa3ecm3459"
CHALLENGE = f'Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5'
COPIED = ("Via", "From", "To", "Call-ID", "CSeq")
WANTS = {"REGISTER": ("401 Unauthorized", "WWW-Authenticate", "Authorization")}
WANTS["INVITE"] = ("407 Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization")


class Trunk:
    """Whoever has the password is registered, and everybody whom he calls is busy. ``seen`` is what came, and how it was
    answered."""

    def __init__(self, login: str, password: str) -> None:
        self._login, self._password = login, password
        self.seen: list[tuple[str, str]] = []

    def answer(self, request: str) -> str | None:
        method, uri = request.split(" ", 2)[:2]
        if method not in WANTS:
            return None
        wanted, asks, header = WANTS[method]
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', _header(request, header)))
        more = ""
        if not given:
            words, more = wanted, f"{asks}: {CHALLENGE}\r\n"
        elif given["username"] != self._login or given["response"] != self._digest(method, uri):
            words = "403 Forbidden"
        else:
            words = "200 OK" if method == "REGISTER" else "486 Busy Here"
            more = f"Contact: {_header(request, 'Contact')}\r\nExpires: 600\r\n"
        self.seen.append((method, words))
        same = "".join(f"{name}: {one}\r\n" for name in COPIED for one in _headers(request, name))
        same = re.sub(r"(To: [^\r;]*)\r\n", r"\1;tag=trunk\r\n", same)
        return f"SIP/2.0 {words}\r\n{same}{more}Content-Length: 0\r\n\r\n"

    def _digest(self, method: str, uri: str) -> str:
        return _md5(_md5(self._login, REALM, self._password), NONCE, _md5(method, uri))


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - as the protocol has it


def _headers(request: str, name: str) -> list[str]:
    return re.findall(rf"^{name}: (.*?)\r$", request, re.MULTILINE | re.IGNORECASE)


def _header(request: str, name: str) -> str:
    return next(iter(_headers(request, name)), "")


def _serve_packets(port: socket.socket, trunk: Trunk, over: threading.Event) -> None:
    while not over.is_set():
        try:
            request, sender = port.recvfrom(10_000)
        except TimeoutError:
            continue
        if answer := trunk.answer(request.decode()):
            port.sendto(answer.encode(), sender)


def _serve_streams(port: socket.socket, trunk: Trunk, over: threading.Event) -> None:
    """Answer over the connections on which requests come: one ends where its Content-Length says."""
    port.listen()
    read: dict[socket.socket, bytes] = {}
    while not over.is_set():
        for ready in select.select([port, *read], [], [], 0.2)[0]:
            if ready is port:
                read[port.accept()[0]] = b""
            elif came := ready.recv(10_000):
                requests, read[ready] = _requests(read[ready] + came)
                for answer in filter(None, map(trunk.answer, requests)):
                    ready.sendall(answer.encode())
            else:
                del read[ready]
                ready.close()
    for one in read:
        one.close()


def _requests(stream: bytes) -> tuple[list[str], bytes]:
    """Return the whole requests at the beginning of ``stream``, and what is left of it."""
    found = []
    while b"\r\n\r\n" in stream:
        head, _, rest = stream.lstrip(b"\r\n").partition(b"\r\n\r\n")
        length = int(_header(head.decode() + "\r\n", "Content-Length") or 0)
        if not head or len(rest) < length:
            break
        found.append(head.decode() + "\r\n\r\n")
        stream = rest[length:]
    return found, stream


KINDS = {
    "udp": (socket.SOCK_DGRAM, _serve_packets),
    "tcp": (socket.SOCK_STREAM, _serve_streams),
}


@contextmanager
def locked_trunk(login: str, password: str, over: str = "udp") -> Iterator[tuple[int, Trunk]]:
    """Yield the port of a trunk that is spoken to ``over`` UDP or TCP, and the trunk."""
    kind, serve = KINDS[over]
    trunk, ends = Trunk(login, password), threading.Event()
    with socket.socket(socket.AF_INET, kind) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(0.2)
        thread = threading.Thread(target=serve, args=(port, trunk, ends))
        thread.start()
        try:
            yield port.getsockname()[1], trunk
        finally:
            ends.set()
            thread.join()
