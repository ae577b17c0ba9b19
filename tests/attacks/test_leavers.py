"""Costly questions, asked and left: the database does not go on for nobody."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from django.db import connection
from django.urls import resolve, reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.client import HAS_LEFT
from expertpool.draws.exceptions import DrawNotReady
from tests.api.caller import Caller
from tests.attacks.test_slow_bodies import answered, sent
from tests.factories.draws import make_ready_project
from tests.ports import free_port
from tests.worker import program, wait_for

ASK = b"%s /%s/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


def running() -> int:
    """How many slow statements the database is at."""
    with connection.cursor() as cursor:
        cursor.execute(
            # What it is at is hidden, what it waits for is not.
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            " AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.shows("OPS-04")
@pytest.mark.django_db(transaction=True)
def test_a_statement_ends_when_its_asker_leaves_and_not_what_he_sent_off() -> None:
    port = free_port()
    with program("serve", PORT=str(port), DJANGO_SETTINGS_MODULE="tests.slow_settings"):
        wait_for(lambda: answered(port), seconds=120)
        questions = [(b"GET", b"slow"), (b"GET", b"slow"), (b"POST", b"asked"), (b"POST", b"asked")]
        askers = [sent(port, ASK % one) for one in questions]
        sender = sent(port, ASK % (b"POST", b"slow"))
        wait_for(lambda: running() == 5, seconds=10)
        for one in (*askers, sender):
            one.close()
        wait_for(lambda: running() == 1, seconds=5)
        time.sleep(2)
        assert running() == 1
        # Their threads and connections are at hand for the next.
        assert all(answered(port) for _ in range(20))


@pytest.mark.parametrize("name", ["plan_count", "prequery", "widen_compare"])
def test_the_dearest_questions_are_known_as_such(name: str) -> None:
    assert resolve(reverse(f"draws:{name}", args=[1])).func.only_asks  # type: ignore[attr-defined]


@pytest.mark.shows("OPS-04")
@pytest.mark.django_db(transaction=True)
def test_so_it_is_of_the_interface_and_not_what_a_platform_sends_off(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All endpoints of one address are one view: which of them only asks is known once it was found."""
    project = make_ready_project(now=timezone.now())
    goes_on: list[str] = []

    def sleep(**_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")
        goes_on.append("to its end")
        raise DrawNotReady("未准备好")

    for name in ("run_prequery", "start_draw"):
        monkeypatch.setattr(f"expertpool.draws.api.{name}", sleep)
    caller = Caller(operator)
    gone = {HAS_LEFT: lambda: True}
    assert caller.post(f"/projects/{project.pk}/prequery", **gone).status_code == 503
    assert not goes_on
    assert (
        caller.post(f"/projects/{project.pk}/draws", {"plan_version": 1}, **gone).status_code == 409
    )
    assert len(goes_on) == 1


@pytest.mark.shows("OPS-04")
@pytest.mark.django_db(transaction=True)
def test_who_does_not_read_his_answer_holds_no_thread() -> None:
    """Six of them, of four threads."""
    port, settings = free_port(), "tests.slow_settings"
    with program("serve", PORT=str(port), DJANGO_SETTINGS_MODULE=settings, WEB_THREADS="4"):
        wait_for(lambda: answered(port), seconds=120)
        with ExitStack() as opened:
            for _ in range(6):
                opened.enter_context(sent(port, ASK % (b"GET", b"big")))
            time.sleep(2)  # by now each thread would wait for its reader
            assert all(answered(port) for _ in range(5))


@pytest.mark.django_db(transaction=True)
def test_who_waits_gets_his_answer() -> None:
    port = free_port()
    with program("serve", PORT=str(port), DJANGO_SETTINGS_MODULE="tests.slow_settings"):
        wait_for(lambda: answered(port), seconds=120)
        with sent(port, ASK % (b"GET", b"slow")) as asker:
            assert asker.recv(4096).startswith(b"HTTP/1.1 200")
        # What serves pages gives each statement twenty seconds.
        with sent(port, ASK % (b"GET", b"limit")) as asker:
            answer = asker.recv(4096)
            while not answer.endswith(b"\r\n20s"):  # its head may come before
                more = asker.recv(4096)
                assert more, answer
                answer += more
