"""The web server: waitress, with a time for everything that a client may be slow with.

A request is taken in by one loop, header and body, and given to a thread when it is whole: who sends
slowly costs a socket, no thread (docs/decisions/0078).
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from waitress.buffers import BytesIOBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error, InternalServerError

from config.database import WEB_THREADS
from config.environment import env_int
from expertpool.core.reading.turns import TURNS
from expertpool.core.sizes import MEGABYTE

IDLE_SECONDS = 20  # nothing comes or goes
REQUEST_SECONDS = 20  # from its first byte to its last; and what the next allow for larger ones
LEAST_PER_SECOND = 4 * 1024  # bytes of a body
LEAST_OF_LARGE = 16 * 1024  # bytes a second of a body over ANONYMOUS_BODY: 128 kbit/s
MOST_CONNECTIONS = 900  # under the usual limit of 1,024 open files
GIVEN_WAY, GIVES_WAY_TO = 0.000_25, 8  # seconds for each connection, of so many at most
# Between two notes that pages are answered, and from a start to the first: with both, and the start between them, a
# restart is shorter than what counts as a gap (core.answering).
MARK_SECONDS = 20
WAITING = 1024  # connections that no process has taken yet, as waitress has it
INHERITED = "EXPERTPOOL_SOCKET"  # the number of the file that the supervisor passes on
ANONYMOUS_BODY = MEGABYTE  # nobody uploads before he has signed in, unless by a link of his own
LARGE_OF_ONE = 6  # larger ones of one person at once: as many connections as a browser opens
LARGE_AT_ONCE = 40  # of all, in this process

NOT_SIGNED_IN = "没有登录时一次最多发送 1 MB。填写的内容太多的，请减少后重新提交；要上传文件的，请先登录，再上传文件。"
TOO_MANY = "同时上传的大文件太多，请等前面的传完再传。"
# What waitress itself refuses, by the code of its answer.
WORDS = {
    413: "发送的内容太大，请减少后再试。",
    431: "浏览器发来的标题信息太长，请清除本站的 Cookie 后再试。",
}
OTHERWISE = "请返回后重试；若仍出现，请告诉系统管理员。"

logger = logging.getLogger(__name__)


class TooLarge(Error):  # type: ignore[misc]
    code, reason = 413, "Request Entity Too Large"


class TooManyAtOnce(Error):  # type: ignore[misc]
    code, reason = 503, "Service Unavailable"


class Away(Error):  # type: ignore[misc]
    """The database cannot be asked who sends it."""

    code, reason = 503, "Service Unavailable"


class Refusal(ErrorTask):  # type: ignore[misc]
    """What no page has answered, in a page all the same: people read it."""

    def execute(self) -> None:
        error = self.request.error
        ours = isinstance(error, TooLarge | TooManyAtOnce | Away)
        words = error.body if ours else WORDS.get(error.code, OTHERWISE)
        page = self.channel.server.page_of(error.code, words).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "text/html; charset=utf-8"))
        self.set_close_on_finish()
        self.content_length = len(page)
        self.write(page)


class Sender(NamedTuple):
    """Who sends a large body, by a word of his own, "" for nobody; how many bytes at ``most`` he may, 0 as many as
    anybody who has signed in, and what he is told of more."""

    word: str = ""
    most: int = 0
    too_much: str = ""


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request on its way in: it knows until when more of it must have come, and who sends what is large."""

    completed: bool
    error: Any
    body_rcv: Any
    sender = Sender()  # of a large body, once that is known
    linked: tuple[str, ...] = ()  # how addresses begin at which a link says who sends

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._due = time.time() + REQUEST_SECONDS

    def received(self, data: bytes) -> int:
        before = self.body_bytes_received
        consumed: int = super().received(data)
        # What came quickly is no credit for hours: a body that stops coming is thrown away.
        least = LEAST_OF_LARGE if self.is_large else LEAST_PER_SECOND
        earned = (self.body_bytes_received - before) / least
        self._due = min(self._due + earned, time.time() + REQUEST_SECONDS)
        if self.is_large and self.error is None and not self.claims_to_be_somebody:
            self.error, self.completed = TooLarge(NOT_SIGNED_IN), True
        elif self.is_too_much and self.error is None:
            self.refuse(TooLarge(self.sender.too_much))
        return consumed

    def refuse(self, error: Error) -> None:
        """Keep nothing of the body: it is heard to its end, or no browser would read why."""
        self.error = error
        self.body_rcv.buf.close()
        self.body_rcv.buf = Nowhere()

    @property
    def claims_to_be_somebody(self) -> bool:
        by_link = bool(self.linked) and self.path.startswith(self.linked)
        return by_link or "COOKIE" in self.headers or "AUTHORIZATION" in self.headers

    @property
    def is_too_much(self) -> bool:
        """Whether it is more than its sender may send; unknown before it is known who that is."""
        size = max(self.content_length, self.body_bytes_received)
        return bool(self.sender.most and size > self.sender.most)

    @property
    def is_large(self) -> bool:
        return bool(max(self.content_length, self.body_bytes_received) > ANONYMOUS_BODY)

    def is_too_slow(self, now: float) -> bool:
        return now > self._due


class Nowhere(BytesIOBasedBuffer):  # type: ignore[misc]
    def append(self, s: bytes) -> None:
        """Keep nothing."""


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection. It is closed when its request does not come on; of a large body it takes in no more until
    a thread has asked who sends it."""

    parser_class = Request
    error_task_class = Refusal
    asking: Request | None = None

    def received(self, data: bytes) -> bool:
        went_on: bool = super().received(data)
        coming = self.request
        if (
            coming is not None
            and coming.is_large
            and not coming.sender.word
            and coming.error is None
        ):
            self.asking = coming
            self.server.add_task(Question(self, coming))
        return went_on

    def readable(self) -> bool:
        return self.asking is None and bool(super().readable())

    def go_on(self) -> None:
        self.asking = None
        self.server.pull_trigger()

    def close_if_slow(self, now: float) -> None:
        coming = self.request
        if coming is not None and not self.requests and coming.is_too_slow(now):
            self.will_close = True


class Question:
    """Who sends the large body that begins to come at a ``channel``; asked by a thread, as the database is."""

    _one_at_a_time = threading.Lock()

    def __init__(self, channel: Channel, request: Request) -> None:
        self._channel, self._request = channel, request

    def service(self) -> None:
        """Answer it, and count him in, unless too many of his, or of all, are coming or in work."""
        try:
            sender = self._channel.server.sender_of(self._request.headers, self._request.path)
            if not sender.word:
                self._request.refuse(TooLarge(NOT_SIGNED_IN))
            elif not self._counts_in(sender):
                self._request.refuse(TooManyAtOnce(TOO_MANY))
            elif self._request.is_too_much:
                self._request.refuse(TooLarge(sender.too_much))
        except Exception as error:
            from config.unfinished import AWAY, is_away  # noqa: PLC0415 (it names this module)

            logger.exception("cannot tell who sends a large body")
            away = Away(f"{AWAY}，文件没有收下，请稍后再试。")
            self._request.refuse(away if is_away(error) else InternalServerError(""))
        finally:
            self._channel.go_on()

    def cancel(self) -> None:
        """Nothing: the server ends, and the connection with it."""

    def _counts_in(self, sender: Sender) -> bool:
        with self._one_at_a_time:
            channels = list(self._channel.server.active_channels.values())
            senders = [
                one.sender.word
                for channel in channels
                for one in (*channel.requests, channel.request)
                if one is not None and one.sender.word
            ]
            if len(senders) >= LARGE_AT_ONCE or senders.count(sender.word) >= LARGE_OF_ONE:
                return False
            self._request.sender = sender
            return True


class Mark:
    """That pages are answered, noted by ``note`` as they are: put to the threads that answer every `MARK_SECONDS`, also
    for the first time: a process that dies as soon as it was started answers nobody (docs/decisions/0564).
    Where they all hang, or the process stands still, or the database is away, none is made (docs/decisions/0530)."""

    def __init__(self, note: Callable[[], None]) -> None:
        self._note, self._waits = note, False
        self._due: float | None = None  # of one that has only begun

    def look(self, now: float, add_task: Callable[[Any], None]) -> None:
        """Have it noted, if it is time to and no thread is asked to already."""
        if self._due is None:
            self._due = now + MARK_SECONDS
        # A clock that was set back makes it due as well.
        elif not self._waits and not 0 < self._due - now <= MARK_SECONDS:
            self._due, self._waits = now + MARK_SECONDS, True
            add_task(self)

    def service(self) -> None:
        try:
            self._note()
        except Exception as error:  # noqa: BLE001 (it is tried again, and what is amiss is told by others)
            logger.warning("that pages are answered could not be noted: %s", type(error).__name__)
        finally:
            self._waits = False

    def cancel(self) -> None:
        """Nothing: the server ends."""


class LastFirst:
    """What waitress takes for a condition of its threads: it wakes the one that began to wait last. So few
    requests at once are answered by few threads, and by the database connections of these, which know the
    statements already; the others sleep until there is work for them (docs/decisions/0401)."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock, self._waiting = lock, list[threading.Lock]()

    def wait(self) -> None:
        """Sleep until notified; the lock is let go meanwhile."""
        woken = threading.Lock()
        woken.acquire()
        self._waiting.append(woken)
        self._lock.release()
        try:
            woken.acquire()
        finally:
            self._lock.acquire()

    def notify(self) -> None:
        if self._waiting:
            self._waiting.pop().release()

    def notify_all(self) -> None:
        while self._waiting:
            self.notify()


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The threads that answer, of which those that were at work last are taken first."""

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = LastFirst(self.lock)


def serve(
    application: Any,
    held: socket.socket,
    *,
    sender_of: Callable[[Mapping[str, str], str], Sender],
    linked: tuple[str, ...],
    page_of: Callable[[int, str], str],
    note: Callable[[], None],
) -> None:
    """Serve ``application`` at the socket ``held`` until told to stop (SystemExit); what is in hand may end.
    ``sender_of`` tells from the headers of a request who has signed in, or from its path, which then begins as one of
    ``linked``, who holds the link in it. ``page_of`` makes the page of a refusal, of its code and words. ``note`` notes that pages are answered."""
    dispatcher, threads = Dispatcher(), env_int("WEB_THREADS", default=WEB_THREADS)
    dispatcher.set_thread_count(threads)
    TURNS.share(threads)
    server = create_server(
        application,
        sockets=[held],
        _dispatcher=dispatcher,
        threads=threads,
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
    Request.linked = linked
    server.channel_class, server.sender_of, server.page_of = Channel, sender_of, page_of
    maintenance, mark = server.maintenance, Mark(note)

    def maintain(now: float) -> None:
        maintenance(now)
        mark.look(now, server.add_task)
        for channel in list(server.active_channels.values()):
            channel.close_if_slow(now)

    server.maintenance = maintain
    server.accept = giving_way(server.accept, lambda: len(server.active_channels))
    server.run()


def giving_way(accept: Callable[[], Any], connections: Callable[[], int]) -> Callable[[], Any]:
    """Return ``accept`` that waits the longer for a new connection, a moment each, the more ``connections`` this process
    has: all processes of pages are told of it at once, and the one with the fewest takes it. Else whichever woke
    first took most of what came together, and kept it while the others had nothing to do."""

    def accepted() -> Any:
        time.sleep(GIVEN_WAY * min(connections(), GIVES_WAY_TO))
        return accept()

    return accepted


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
