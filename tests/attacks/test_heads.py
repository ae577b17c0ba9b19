"""A question by HEAD gets no body: on a connection that is kept, it would stand before the next answer, which may
be another user's where a proxy keeps connections for many."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.attacks.test_slow_bodies import answered
from tests.ports import free_port
from tests.worker import program, wait_for


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    number = free_port()
    with program("serve", PORT=str(number)):
        wait_for(lambda: answered(number), seconds=120)
        yield number


def test_what_follows_a_head_on_the_same_connection_is_the_next_answer(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    asked = ("/login/", "/health/live/", "/nowhere/", "/verify/verify.py", "/static/icons.svg")
    for path in asked:
        connection.request("HEAD", path)
        head = connection.getresponse()
        assert head.read() == b""
        # Whatever the server had sent behind it would be taken for the status line of this.
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        assert (answer.status, len(body) > 0) == (head.status, True), path
        if (size := head.getheader("Content-Length")) is not None:
            assert int(size) == len(body), path
    connection.close()
