"""The web server: waitress, with a time for everything that a client may be slow with.

A request is taken in by one loop, header and body, and given to a thread when it is whole: who sends
slowly costs a socket, no thread (docs/decisions/0078).
"""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import RequestEntityTooLarge

from config.database import WEB_THREADS
from config.environment import env_int

MEGABYTE = 1024**2
IDLE_SECONDS = 20  # nothing comes or goes
REQUEST_SECONDS = 20  # from its first byte to its last; and what the next allows for large ones
LEAST_PER_SECOND = 4 * 1024  # bytes of a body
MOST_CONNECTIONS = 900  # under the usual limit of 1,024 open files
WAITING = 1024  # connections that no process has taken yet, as waitress has it
INHERITED = "EXPERTPOOL_SOCKET"  # the number of the file that the supervisor passes on
ANONYMOUS_BODY = MEGABYTE  # nobody uploads before he has signed in


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request on its way in: it knows since when, and how large it may become."""

    completed: bool
    error: Any

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.time()

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        size = max(self.content_length, self.body_bytes_received)
        if size > ANONYMOUS_BODY and self.error is None and not self._may_be_large():
            self.error = RequestEntityTooLarge(f"exceeds {ANONYMOUS_BODY}")
            self.completed = True
        return consumed

    def is_too_slow(self, now: float) -> bool:
        allowed = REQUEST_SECONDS + self.body_bytes_received / LEAST_PER_SECOND
        return bool(now - self.began > allowed)

    def _may_be_large(self) -> bool:
        """Tell whether the client says who it is; whether that is true the application finds out."""
        return "sessionid=" in self.headers.get("COOKIE", "") or "AUTHORIZATION" in self.headers


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection; closed when its request does not come on."""

    parser_class = Request

    def close_if_slow(self, now: float) -> None:
        coming = self.request
        if coming is not None and not self.requests and coming.is_too_slow(now):
            self.will_close = True


def serve(application: Any, held: socket.socket) -> None:
    """Serve ``application`` at the socket ``held`` until told to stop (SystemExit); what is in hand may end."""
    server = create_server(
        application,
        sockets=[held],
        threads=env_int("WEB_THREADS", default=WEB_THREADS),
        ident=None,
        connection_limit=MOST_CONNECTIONS,
        channel_request_lookahead=1,  # reads on while a request is in work: so it sees who leaves
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=2,
        max_request_header_size=64 * 1024,
        max_request_body_size=1100 * MEGABYTE,  # the largest recording that can be allowed
        outbuf_high_watermark=1100 * MEGABYTE,  # a slow reader holds a file, no thread
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # the settings say whom to believe
    )
    server.channel_class = Channel
    maintenance = server.maintenance

    def maintain(now: float) -> None:
        maintenance(now)
        for channel in list(server.active_channels.values()):
            channel.close_if_slow(now)

    server.maintenance = maintain
    server.run()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket of this address that nobody else has (ImproperlyConfigured), or the one that the
    supervisor holds for all its web processes."""
    if given := os.environ.pop(INHERITED, ""):
        return socket.socket(fileno=int(given))
    held = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # A port that was used a minute ago is free, though old connections linger.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with refused_in_words(host, port):
            held.bind((host, port))
    except BaseException:
        held.close()
        raise
    return held


def listen(held: socket.socket, host: str, port: int) -> None:
    """Let connections come: they wait until a web process takes them, also while one is started again."""
    with refused_in_words(host, port):  # of two that bind at once one may listen
        held.listen(WAITING)


@contextmanager
def refused_in_words(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = {
            errno.EADDRINUSE: f"端口 {port} 已被占用：请关掉占用它的程序，或用 PORT=8001 换一个。",
            errno.EACCES: f"没有权限使用端口 {port}：请用 PORT=8000 这样 1024 以上的端口，由反向代理对外。",
        }
        otherwise = (
            f"本机没有「{host}」这个地址：请改正 HOST（127.0.0.1 只供本机，0.0.0.0 供其他电脑）。"
        )
        raise ImproperlyConfigured(words.get(error.errno or 0, otherwise)) from error
