"""Who watches while the cluster is hurt: writers that note what was acknowledged, visitors that open pages."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg

from expertpool.core.connections import CONNECT_SECONDS, WatchedConnection

WRITERS = 4
EACH = 10**9  # numbers of one writer
BETWEEN = 0.05  # seconds; the machine has other things to do
AWAY = "数据库暂时连不上"
LONGEST_PAGE = 60  # seconds


class Witness(threading.Thread):
    """Does one thing again and again until it is told to end."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            self.act()

    def act(self) -> None:
        raise NotImplementedError


@contextmanager
def at_work(witnesses: Sequence[Witness]) -> Iterator[None]:
    for witness in witnesses:
        witness.start()
    try:
        yield
    finally:
        for witness in witnesses:
            witness.ended.set()
        for witness in witnesses:
            witness.join(LONGEST_PAGE)


class Writer(Witness):
    """Commits one row after the other, as pages do: by connections that notice a silent server."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self._url, self._next = url, number * EACH
        self._connection: psycopg.Connection[Any] | None = None
        self.acknowledged: list[tuple[float, int]] = []
        self.doubtful: list[int] = []

    def act(self) -> None:
        self._next += 1
        try:
            if self._connection is None:
                self._connection = WatchedConnection.connect(
                    self._url, autocommit=True, connect_timeout=CONNECT_SECONDS
                )
            self._connection.execute("INSERT INTO written VALUES (%s)", [self._next])
        except psycopg.Error:
            self.doubtful.append(self._next)
            with suppress(psycopg.Error, AttributeError):
                self._connection.close()  # type: ignore[union-attr]
            self._connection = None
        else:
            self.acknowledged.append((time.monotonic(), self._next))
        time.sleep(BETWEEN)


class Visitor(Witness):
    """Opens a page again and again, as somebody who is signed in; waits before he tries again as long as the page
    has his browser wait."""

    PAGES = ("/", "/draws/", "/projects/")

    def __init__(self, address: str, user: str, password: str) -> None:
        super().__init__()
        self._address, self._turn = address, 0
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        page = self._opener.open(f"{address}/login/", timeout=LONGEST_PAGE).read().decode()
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[:1]
        form = {"identifier": user, "password": password, "csrfmiddlewaretoken": token}
        self._opener.open(f"{address}/login/", urlencode(form).encode(), timeout=LONGEST_PAGE)
        self.answers: list[tuple[float, str]] = []

    def act(self) -> None:
        self._turn += 1
        pause = BETWEEN * 5
        try:
            page = self.PAGES[self._turn % len(self.PAGES)]
            with self._opener.open(f"{self._address}{page}", timeout=LONGEST_PAGE) as answer:
                told = "signed out" if "/login/" in answer.url else ""
        except HTTPError as error:
            tries_again = error.headers["Refresh"] and AWAY in error.read().decode()
            is_away = error.code == HTTPStatus.SERVICE_UNAVAILABLE and tries_again
            told = AWAY if is_away else str(error.code)
            pause = float(error.headers["Refresh"]) if is_away else pause
        except OSError as error:
            told = type(error).__name__
        self.answers.append((time.monotonic(), told))
        self.ended.wait(pause)


class Written:
    """The writers and what became of their rows."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY)")
            (most,) = connection.execute("SELECT max(number) / %s FROM written", [EACH]).fetchone() or [0]  # fmt: skip
        self.writers = [Writer(url, (most or 0) + 1 + number) for number in range(WRITERS)]

    def gap(self, since: float) -> float:
        """The longest time in which nobody was told of a commit."""
        times = sorted(at for one in self.writers for at, _ in [*one.acknowledged] if at > since)
        return max(b - a for a, b in zip([since, *times], [*times, time.monotonic()], strict=True))

    def count(self) -> int:
        return sum(len(one.acknowledged) for one in self.writers)

    def lost(self) -> list[int]:
        """The rows that were acknowledged and are not there."""
        told = {number for one in self.writers for _, number in [*one.acknowledged]}
        return sorted(told - self._found())

    def in_doubt(self) -> int:
        """How many are there though the writer was told that something had failed."""
        return len(self._found() & {number for one in self.writers for number in one.doubtful})

    def _found(self) -> set[int]:
        with psycopg.connect(self._url) as connection:
            return {n for (n,) in connection.execute("SELECT number FROM written").fetchall()}
