"""Requests that are begun and never ended: pages go on, and the connection is closed."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.test import Client

from config import server
from tests.ports import free_port
from tests.worker import program, wait_for

SLOW = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nusername="
NEVER = b"GET / HTTP/1.1\r\nHost: loc"


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    """The web server over the test's database."""
    number = free_port()
    with program("serve", PORT=str(number)):
        wait_for(lambda: answered(number), seconds=120)
        yield number


def answered(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def sent(port: int, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(data)
    return connection


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize("data", [SLOW, NEVER], ids=["bodies", "headers"])
def test_forty_slow_requests_hold_nobody_up_and_are_closed(port: int, data: bytes) -> None:
    with ExitStack() as opened:
        slow = [opened.enter_context(sent(port, data)) for _ in range(40)]
        assert all(answered(port) for _ in range(5))
        dripping = slow[0]
        began = time.monotonic()
        while time.monotonic() - began < 3 * server.REQUEST_SECONDS:
            try:  # a letter each second: never idle, never done
                dripping.sendall(b"a")
            except OSError:
                break
            time.sleep(1)
        assert time.monotonic() - began < 2.5 * server.REQUEST_SECONDS
        assert [one.recv(1) for one in slow[1:]] == [b""] * 39
        assert answered(port)


def test_a_large_body_is_refused_before_it_is_sent(port: int) -> None:
    head = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n"
    with sent(port, head) as connection:
        assert connection.recv(1024).startswith(b"HTTP/1.1 413")


@pytest.mark.django_db
def test_who_only_claims_to_have_signed_in_is_refused_too(client: Client) -> None:
    client.cookies["sessionid"] = "nothing"
    answer = client.post("/login/", {"username": "a" * 2_000_000})
    assert answer.status_code == 413
    assert "请先登录" in answer.content.decode()
