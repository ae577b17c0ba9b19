"""Files read at once: each holds a thread that answers everybody. Sixty looks at one heavy table kept the page of signing
in for a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from config.readers import person_of
from expertpool.accounts.models import User
from expertpool.core.reading import apart
from expertpool.core.reading.apart import Reading, answer, answers
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.turns import TURNS, Busy, asker
from expertpool.files.services import attach
from tests.attacks.test_far_corner import sheet
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.fixtures import login

SOON = 20  # seconds: what is refused at once, on a busy machine


TABLE = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')


class Readers:
    """Requests of several people, of which none is answered by the child before the test lets it."""

    def __init__(self) -> None:
        self.goes_on, self.answers = threading.Event(), list[HttpResponse]()
        self._threads: list[threading.Thread] = []

    def ask(self, user: User, *, times: int, how: Callable[[Client], Any]) -> None:
        for _ in range(times):
            client = login(Client(), user)
            thread = threading.Thread(target=self._ask, args=[client, how])
            self._threads.append(thread)
            thread.start()

    def _ask(self, client: Client, how: Callable[[Client], Any]) -> None:
        try:
            self.answers.append(how(client))
        finally:
            connections.close_all()

    def refused(self, count: int) -> list[str]:
        """Return what ``count`` of them are told while the others are still read, or wait."""
        for _ in range(SOON * 20):
            if len(self.answers) >= count:
                break
            threading.Event().wait(0.05)
        assert len(self.answers) == count
        assert {one.status_code for one in self.answers} <= {409, 422}
        return [one.content.decode() for one in self.answers]

    def end(self) -> list[int]:
        self.goes_on.set()
        for thread in self._threads:
            thread.join(60)
        for one in self.answers:
            one.close()  # a file that nobody took stays open otherwise
        return sorted(one.status_code for one in self.answers)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
    made, received = Readers(), apart._received

    def wait(ours: Any) -> Generator[Any]:
        made.goes_on.wait(60)
        yield from received(ours)

    monkeypatch.setattr(apart, "_received", wait)
    yield made
    made.end()


@pytest.fixture
def looking(transactional_db: None, media: None) -> Callable[[Client], Any]:
    """Looks at a table of a project. To be asked for before ``readers``: what is attached is read as well."""
    project = make_ready_project(now=timezone.now(), seats=1, actor=make_user("operator"))
    file = SimpleUploadedFile("名单.xlsx", TABLE)
    attached = attach(subject=project, uploaded_file=file, actor=None, now=timezone.now())
    url = reverse("files:preview", args=[attached.pk])
    return lambda client: client.get(url)


def importing(client: Client) -> Any:
    file = SimpleUploadedFile("名单.xlsx", TABLE)
    return client.post(reverse("experts:import"), {"file": file, "status": "formal"})


@pytest.mark.race
@pytest.mark.shows("OPS-04")
@pytest.mark.django_db(transaction=True)
def test_of_one_person_one_file_is_read_and_one_waits(
    looking: Callable[[Client], Any], readers: Readers
) -> None:
    readers.ask(make_user("admin"), times=5, how=looking)
    assert all("上一个文件还在读取" in said for said in readers.refused(3))
    assert readers.end() == [200, 200, 409, 409, 409]


@pytest.mark.race
@pytest.mark.usefixtures("media")
@pytest.mark.django_db(transaction=True)
def test_so_of_what_he_imports(readers: Readers) -> None:
    readers.ask(make_user("admin"), times=4, how=importing)
    assert all("上一个文件还在读取" in said for said in readers.refused(2))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_persons_few_wait(looking: Callable[[Client], Any], readers: Readers) -> None:
    """Two of a kind are read; nine more hold two threads."""
    for at in range(11):
        readers.ask(make_user("admin", username=f"admin{at}"), times=1, how=looking)
    assert all("过一分钟" in said for said in readers.refused(7))
    assert readers.end() == [200] * 4 + [409] * 7


# --- The turns -----------------------------------------------------------------------------------


@pytest.fixture
def by() -> Iterator[Callable[[str], None]]:
    token = asker.set(None)
    yield lambda name: asker.set(lambda: name) and None
    asker.reset(token)


def reading(code: str = "table") -> Generator[Any]:
    asked = {"table": {}, "tops": {"most": 9}}[code]
    held = answers(Reading(code, seconds=1), b"a,b\n", kind=".csv", **asked)
    next(held)
    return held


def test_most_threads_stay_free_whoever_asks_for_whatever(by: Callable[[str], None]) -> None:
    TURNS.share(6)
    try:
        by("甲")
        first = reading()
        by("乙")
        second = reading("tops")
        by("丙")
        with pytest.raises(Busy, match="过一分钟"):
            reading("tops")
        second.close()
        third = reading("tops")
        first.close()
        third.close()
    finally:
        TURNS.share(16)


def test_one_request_reads_a_file_while_it_reads_another(by: Callable[[str], None]) -> None:
    by("甲")
    first = reading()
    assert list(answers(Reading("table"), b"c\n", kind=".csv")) == [[[1, ["c"]]]]
    first.close()


@pytest.mark.django_db
def test_who_asks_is_an_account_a_link_or_a_network(operator: User) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8::7")
    assert person_of(request) == "network:2001:db8::/64"
    request.resolver_match = resolve("/r/abc/files/1/")
    assert person_of(request) == "link:abc"
    request.user = operator
    assert person_of(request) == f"account:{operator.pk}"


# --- What was read in vain -----------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which kind a child was started."""
    begun, start = list[str](), apart._start
    monkeypatch.setattr(apart, "_in_vain", {})

    def noted(reading: Reading, *more: Any) -> Any:
        begun.append(reading.code)
        return start(reading, *more)

    monkeypatch.setattr(apart, "_start", noted)
    return begun


def in_vain(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        answer(Reading("table"), content, kind=".xlsx", sheet="")
    return str(refused.value)


def test_what_took_long_in_vain_is_not_read_again(
    started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LONG", 0)
    assert in_vain(b"no table") == in_vain(b"no table")
    assert started == ["table"]
    in_vain(b"another")
    assert started == ["table", "table"]
    monkeypatch.setattr(apart, "REMEMBERED", 0)
    in_vain(b"a third")
    in_vain(b"a third")
    assert len(started) == 4


def test_what_is_refused_soon_is_read_again(
    started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been the machine, and costs nothing."""
    monkeypatch.setattr(apart, "LONG", 60)
    in_vain(b"no table")
    in_vain(b"no table")
    assert len(started) == 2
