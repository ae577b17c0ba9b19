"""Requests that are begun and never ended: pages go on, and the connection is closed. Large ones are taken
in of who has signed in, few at once, and as long as they come on."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from pathlib import Path
from subprocess import Popen
from types import SimpleNamespace
from typing import cast
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture
from waitress.adjustments import Adjustments

from config import server
from expertpool.accounts.models import User
from expertpool.experts.services.blacklist import remove_from_blacklist
from expertpool.experts.services.telling import token_of as token_of_entry
from tests.factories.accounts import make_token, make_user
from tests.factories.experts import make_appeal
from tests.fixtures import login
from tests.ports import free_port
from tests.worker import program, wait_for

SLOW = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nusername="
FORM_OF_FILES = "multipart/form-data; boundary=b"
FORM = "application/x-www-form-urlencoded"
NEVER = b"GET / HTTP/1.1\r\nHost: loc"


@pytest.fixture
def number() -> int:
    return free_port()


@pytest.fixture
def served(transactional_db: None, number: int) -> Iterator[Popen[bytes]]:
    """The web server over the test's database."""
    with program("serve", PORT=str(number)) as process:
        wait_for(lambda: answered(number), seconds=120)
        yield process


@pytest.fixture
def port(served: Popen[bytes], number: int) -> int:
    return number


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


def large(size: int, path: str = "/login/", **headers: str) -> bytes:
    """The head of a request whose body has ``size`` bytes."""
    given = {"Host": "localhost", "Connection": "close", "Content-Length": str(size)} | headers
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def session_of(user: User) -> str:
    key = login(Client(), user).cookies["sessionid"].value
    assert isinstance(key, str)
    return key


def token_of(user: User) -> str:
    text: str = make_token(user).text  # type: ignore[attr-defined]
    return text


def ended_session() -> str:
    client = login(Client(), make_user("operator"))
    key: str = client.cookies["sessionid"].value
    client.session.flush()
    return key


def kept_by(process: Popen[bytes]) -> int:
    """How much of what it was sent the web server has on its disk."""
    folder = Path(f"/proc/{process.pid}/fd")
    files = [one for one in folder.iterdir() if one.readlink().name.endswith("(deleted)")]
    return sum(one.stat().st_blocks * 512 for one in files)


def answer_of(connection: socket.socket) -> str:
    """All that is said until the connection is closed."""
    said = b""
    while piece := connection.recv(4096):
        said += piece
    return said.decode()


def test_a_large_body_is_refused_before_it_is_sent(port: int) -> None:
    with sent(port, large(50_000_000)) as connection:
        head, page = answer_of(connection).split("\r\n\r\n")
        assert " 413 " in head
        assert "请先登录" in page
        assert '<html lang="zh-CN">' in page
        assert "Entity" not in page


@pytest.mark.parametrize(
    "claim",
    [
        lambda: {"Cookie": "sessionid=x"},
        lambda: {"Cookie": f"sessionid={ended_session()}"},
        lambda: {"Authorization": "Bearer ep_x"},
    ],
    ids=["no session", "ended session", "no token"],
)
def test_of_who_only_claims_to_have_signed_in_nothing_is_kept(
    port: int, served: Popen[bytes], claim: Callable[[], dict[str, str]]
) -> None:
    size = 20 * server.MEGABYTE
    with sent(port, large(size, **claim()) + b"a" * (size - 1)) as connection:
        assert kept_by(served) < server.MEGABYTE
        connection.sendall(b"a")
        answer = answer_of(connection)
        assert " 413 " in answer
        assert "请先登录" in answer


def test_who_has_signed_in_is_heard(port: int, served: Popen[bytes]) -> None:
    """By his session or his token, once his body is whole; what is refused is its content."""
    size = 20 * server.MEGABYTE
    heads = [
        large(size, Cookie=f"other=1; sessionid={session_of(make_user('operator'))}"),
        large(size, "/api/v1/projects", Authorization=f"Bearer {token_of(make_user('operator'))}"),
    ]
    for head in heads:
        with sent(port, head + b"a" * (size - 1)) as connection:
            wait_for(lambda: kept_by(served) > size - server.MEGABYTE, seconds=10)
            connection.sendall(b"a")
            assert "请先登录" not in answer_of(connection)


def test_by_his_link_an_expert_sends_the_files_that_its_page_asks_for(port: int) -> None:
    """Whoever is on the blacklist signs in to read alone: a photograph of his telephone was refused."""
    entry = make_appeal(make_user("admin")).entry
    address = reverse("experts:appeal", args=[token_of_entry(entry)])
    size = 4 * server.MEGABYTE
    with sent(port, large(size, address, **{"Content-Type": FORM_OF_FILES}) + b"a" * size) as one:
        assert " 413 " not in answer_of(one)
    most = 51 * server.MEGABYTE
    with sent(port, large(most + 1, address) + b"a" * (most + 1)) as one:
        answer = answer_of(one)
        assert " 413 " in answer
        assert "一次最多上传 50 MB" in answer
    # By no other address, nor by a link that leads nowhere or is over.
    with sent(port, large(size, address[:-3] + "x/") + b"a" * size) as one:
        assert "请先登录" in answer_of(one)
    remove_from_blacklist(expert=entry.expert, reason="核实", actor=None, now=timezone.now())
    with sent(port, large(size, address) + b"a" * size) as one:
        assert "请先登录" in answer_of(one)


@pytest.mark.django_db
def test_the_application_takes_files_by_a_link_too(client: Client) -> None:
    entry = make_appeal(make_user("admin")).entry
    address = reverse("experts:appeal", args=[token_of_entry(entry)])
    photo = {"materials": SimpleUploadedFile("照片.jpg", b"a" * 3_300_000), "reason": "请过假"}
    assert client.post(address, photo).status_code == 422  # no image, and he waits already
    photo = {"materials": SimpleUploadedFile("照片.jpg", b"a" * 3_300_000), "reason": "请过假"}
    assert client.post(address[:-3] + "x/", photo).status_code == 413


def test_nobody_keeps_a_large_body_by_ever_one_more_letter(port: int) -> None:
    size = 3 * server.MEGABYTE
    head = large(size, Cookie=f"sessionid={session_of(make_user('operator'))}")
    with sent(port, head + b"a" * (size - 1000)) as connection:
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < 3 * server.REQUEST_SECONDS:
                connection.sendall(b"a")
                time.sleep(1)
        assert time.monotonic() - began < 2 * server.REQUEST_SECONDS


def test_large_bodies_are_few_at_once(port: int) -> None:
    size = 3 * server.MEGABYTE
    *others, first, last = [session_of(make_user("operator")) for _ in range(9)]

    def begun(key: str) -> socket.socket:
        return sent(port, large(size, Cookie=f"sessionid={key}"))

    def answer_to(key: str) -> str:
        with begun(key) as connection:
            connection.sendall(b"a" * size)
            return answer_of(connection)

    with ExitStack() as opened:
        for _ in range(server.LARGE_OF_ONE):
            opened.enter_context(begun(first))
        time.sleep(2)
        assert " 503 " in (told := answer_to(first))
        assert "请等前面的传完再传" in told
        assert " 403 " in answer_to(last)
        for key in islice(cycle(others), server.LARGE_AT_ONCE - server.LARGE_OF_ONE):
            opened.enter_context(begun(key))
        time.sleep(2)
        assert " 503 " in answer_to(last)
        assert answered(port)
    wait_for(lambda: " 403 " in answer_to(first), seconds=10)


def test_a_slow_line_is_fast_enough(time_machine: TimeMachineFixture) -> None:
    """30 MB at 1 Mbit/s, with a stop of ten seconds after each tenth of it."""
    time_machine.move_to(0, tick=False)
    size, piece = 30 * server.MEGABYTE, b"a" * 8192
    request = server.Request(Adjustments(max_request_body_size=2 * size))
    request.received(large(size, Cookie="sessionid=x"))
    for n in range(1, size // len(piece)):
        time_machine.shift(len(piece) / 125_000)
        if n % 384 == 0:
            time_machine.shift(10)
        assert not request.is_too_slow(time.time())
        request.received(piece)
    time_machine.shift(server.REQUEST_SECONDS + 1)
    assert request.is_too_slow(time.time())
    request.close()


def test_who_sends_much_while_the_database_is_away_is_told_so() -> None:
    """He was told by 500 that his file was not accepted, and each time the log had the whole traceback."""

    def away(*_arguments: object) -> server.Sender:
        raise OperationalError("connection refused")

    request = server.Request(Adjustments(max_request_body_size=30 * server.MEGABYTE))
    request.received(large(2 * server.MEGABYTE, Cookie="sessionid=x"))
    channel = SimpleNamespace(server=SimpleNamespace(sender_of=away), go_on=lambda: None)
    server.Question(cast("server.Channel", channel), request).service()
    assert request.error.code == 503
    assert "数据库暂时连不上" in request.error.body
    request.close()


@pytest.mark.django_db
def test_who_only_claims_to_have_signed_in_is_refused_by_the_application_too(
    client: Client,
) -> None:
    client.cookies["sessionid"] = "nothing"
    answer = client.post("/login/", {"username": "a" * 2_000_000})
    assert answer.status_code == 413
    assert "请先登录" in answer.content.decode()
    assert '<html lang="zh-CN">' in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "长" * 2_000_000}, "一次最多提交 5 MB"),
        ({f"field{n}": "" for n in range(6001)}, "请分几次提交"),
    ],
    ids=["too long", "too many"],
)
def test_who_types_too_much_reads_how_much_he_may(
    client: Client, operator: User, sent: dict[str, str], said: str
) -> None:
    login(client, operator)
    answer = client.post("/projects/new/", urlencode(sent), FORM)
    assert answer.status_code == 413
    assert '<html lang="zh-CN">' in answer.content.decode()
    assert said in answer.content.decode()
    part = client.post("/projects/new/", urlencode(sent), FORM, headers={"HX-Request": "true"})
    assert said in json.loads(part["HX-Trigger"])["toast"]["message"]
