"""The directory of the office takes connections and never answers, or a letter now and then: whoever is asked for there is told so
after a bounded time, and nobody else waits (docs/decisions/0441)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.identity.enums import LDAPS, Security
from expertpool.identity.exceptions import ProviderFailed
from expertpool.identity.services import directory, turns
from expertpool.identity.services.directory import Line, Place
from expertpool.identity.settings import ldap as own
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.attacks.test_directory_guesses import Hanging, hanging, nothing_was_silent, said
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.siteconfig import configure
from tests.identity.test_directory import is_in, typed

__all__ = ["hanging", "nothing_was_silent"]  # fixtures
LONGEST = 1.5  # of one sign-in, eight in earnest
CLEAR, START = Security.CLEAR.value, Security.START.value
WRONG = "账号或密码不对"


class Dripping(Hanging):
    """Each gets the beginning of an answer that never ends, a letter at a time: none of its waits is long."""

    def _take(self) -> None:
        while not self._ends:
            line, _ = self._server.accept()
            self.came.append(line)
            threading.Thread(target=self._drip, args=(line,), daemon=True).start()

    def _drip(self, line: Any) -> None:
        with suppress(OSError):
            line.sendall(b"\x30\x84\x00\x01\x00\x00")  # 65,536 letters are to come
            while not self._ends:
                line.sendall(b"\x02")
                time.sleep(0.05)


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "ALTOGETHER", LONGEST)


@pytest.fixture
def dripping(hanging: Hanging) -> Iterator[Dripping]:
    server = Dripping()
    with server:
        configure(own.PORT, server.port)
        yield server


@pytest.mark.django_db
@pytest.mark.parametrize("safety", [LDAPS, START, CLEAR])
def test_it_is_said_that_the_directory_does_not_answer(
    safety: str, hanging: Hanging, bounded: None
) -> None:
    configure(own.SAFETY, safety)
    made = make_user("operator", username="qianjb")
    configure(own.MATCH, True)
    began = time.monotonic()
    for name in ("nobody", "qianjb"):
        client = typed(name, PASSWORD)
        assert not is_in(client)
        assert "单位目录暂时不能核对密码" in said(client)
        assert WRONG not in said(client)
    assert time.monotonic() - began < LONGEST + 8, "the second finds out that it was silent"
    assert len(hanging.came) == 1
    assert LoginRecord.objects.filter(outcome=LoginOutcome.NOT_VOUCHED).count() == 2
    made.refresh_from_db()
    assert (made.failed_logins, made.locked_until) == (0, None), "it is not his fault"


@pytest.mark.django_db
def test_who_has_his_password_here_signs_in_as_ever(hanging: Hanging, bounded: None) -> None:
    """Security administrators, experts, and colleagues whom the directory is not asked for: without one question."""
    for role in ("admin", "expert", "operator"):
        user = make_user(role)
        assert is_in(typed(user.username, PASSWORD)), role
    assert WRONG in said(typed(User.objects.all()[0].username, "a wrong one"))
    assert hanging.came == []


@pytest.mark.django_db
def test_a_letter_now_and_then_is_no_answer_either(dripping: Dripping, bounded: None) -> None:
    began = time.monotonic()
    client = typed("nobody", "x")
    assert "单位目录暂时不能核对密码" in said(client)
    assert time.monotonic() - began < LONGEST + 8
    assert len(dripping.came) == 1


@pytest.mark.django_db
def test_while_it_is_new_its_people_read_that_nobody_asks_it(
    hanging: Hanging, admin: User, time_machine: Any
) -> None:
    """They read that their password was wrong, for a day."""
    time_machine.move_to(timezone.now(), tick=False)
    values = {own.CLASS.code: "inetOrgPerson"}
    version = version_of(own.LDAP)
    now = timezone.now()
    save_settings(group=own.LDAP, values=values, version=version, actor=admin, now=now)
    new = "单位目录的设置改动未满一天"
    for name in ("nobody", admin.username):
        assert new in said(typed(name, "x"))
    time_machine.move_to(now + timedelta(hours=25), tick=False)
    assert new not in said(typed(admin.username, "x"))
    assert hanging.came == []


@pytest.mark.django_db(transaction=True)
def test_nobody_else_waits_meanwhile(hanging: Hanging, bounded: None) -> None:
    """Thirty at once, as after a working day begins."""
    admin = make_user("admin")
    done: list[float] = []

    def wait() -> None:
        with suppress(ProviderFailed), turns.turn_at(place) as line:
            line.bind("cn=a", "x")
        done.append(time.monotonic())

    place = Place("127.0.0.1", hanging.port, CLEAR)
    threads = [threading.Thread(target=wait) for _ in range(30)]
    for one in threads:
        one.start()
    assert is_in(typed(admin.username, PASSWORD))
    for one in threads:
        one.join(10)
    assert len(done) == len(threads)
    assert max(done) - min(done) < LONGEST + 8
    assert len(hanging.came) <= turns.AT_ONCE


def test_the_time_is_altogether(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that one sign-in asks, encryption included."""
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(directory, "ALTOGETHER", 0.6)
    for kind in (Hanging, Dripping):
        with kind() as server:
            for safety in (LDAPS, CLEAR):
                began = time.monotonic()
                with (
                    pytest.raises(ProviderFailed),
                    Line(Place("127.0.0.1", server.port, safety)) as line,
                ):
                    line.bind("cn=a", "x")
                assert time.monotonic() - began < 5, (kind, safety)
