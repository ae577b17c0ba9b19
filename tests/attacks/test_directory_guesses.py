"""Guesses at an account count for it by whatever name its entry in the directory is asked for, and a directory that hangs holds
few who wait for it (docs/decisions/0441)."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.registry import Answered, PasswordAnswer, PasswordDoor
from expertpool.accounts.services import doors, login
from expertpool.accounts.settings import FAILURES_OF_ADDRESS
from expertpool.identity.enums import Security
from expertpool.identity.exceptions import ProviderFailed
from expertpool.identity.services import directory, turns
from expertpool.identity.services.directory import Line, Place
from expertpool.identity.settings import ldap as own
from tests.factories.accounts import make_user
from tests.factories.identity import make_group_role
from tests.factories.siteconfig import configure
from tests.identity.slapd import BASE, SLAPD, Slapd
from tests.identity.test_directory import HIS, is_in, peer, running, typed

__all__ = ["peer", "running"]  # fixtures
pytestmark = pytest.mark.django_db
needs_slapd = pytest.mark.skipif(
    SLAPD is None and not os.environ.get("CI"), reason="slapd is not installed (apt: slapd)"
)
CLEAR = Security.CLEAR.value


@pytest.fixture(autouse=True)
def nothing_was_silent() -> Iterator[None]:
    turns.forget_silences()
    yield
    turns.forget_silences()


class Hanging:
    """A server that takes connections, counts them and never says a word."""

    def __enter__(self) -> Hanging:
        self.came: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._server.getsockname()[1])
        self._taker = threading.Thread(target=self._take)
        self._taker.start()
        return self

    def _take(self) -> None:
        while True:
            line, _ = self._server.accept()
            self.came.append(line)
            if self._ends:
                return

    _ends = False

    def __exit__(self, *_: object) -> None:
        self._ends = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._taker.join()
        for one in (*self.came, self._server):
            one.close()


@pytest.fixture
def hanging(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(directory, "ALTOGETHER", 0.4)
    with Hanging() as server:
        values = {own.ENABLED: True, own.HOST: "127.0.0.1", own.PORT: server.port}
        for setting, value in values.items():
            configure(setting, value)
        configure(own.SAFETY, CLEAR)
        configure(own.READER, f"cn=reader,{BASE}")
        configure(own.READER_PASSWORD, "x")
        configure(own.BASE, BASE)
        yield server


def said(client: Client) -> str:
    """Return what the page says, without what is new on each."""
    page = client.last.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", strip_tags(page))


@needs_slapd
def test_guesses_by_another_name_of_the_entry_count_for_its_account(peer: Slapd) -> None:
    """58 of them were counted for nobody, and while the account waited the right one was told from a wrong one."""
    make_group_role(f"cn=ops,{BASE}")
    assert is_in(typed("qianjb", HIS))
    user = User.objects.get(username="qianjb")
    for _ in range(5):
        typed("jingban", "wrong")
    last = LoginRecord.objects.latest("pk")
    assert (last.user, last.outcome) == (user, LoginOutcome.WRONG_PASSWORD)
    user.refresh_from_db()
    assert user.locked_until
    right, wrong = typed("jingban", HIS), typed("jingban", "wrong")
    assert not is_in(right)
    assert said(right) == said(wrong)
    assert {one.outcome for one in LoginRecord.objects.order_by("-pk")[:2]} == {LoginOutcome.LOCKED}
    assert not is_in(typed("qianjb", HIS))
    assert said(typed("qianjb", HIS)) == said(typed("qianjb", "wrong"))


@needs_slapd
def test_nor_do_they_count_for_nobody_after_a_new_name(peer: Slapd) -> None:
    make_group_role(f"cn=ops,{BASE}")
    assert is_in(typed("jingban", HIS))
    user = User.objects.get(username="qianjb")
    typed("jingban", "wrong")
    user.refresh_from_db()
    assert user.failed_logins == 1
    assert is_in(typed("jingban", HIS)), "and the right one takes it back"
    user.refresh_from_db()
    assert (user.failed_logins, user.locked_until) == (0, None)


@needs_slapd
def test_whose_password_is_here_is_not_guessed_there_by_another_name(peer: Slapd) -> None:
    make_group_role(f"cn=ops,{BASE}")
    assert is_in(typed("qianjb", HIS))
    user = User.objects.get(username="qianjb")
    user.roles.set(User.objects.get(username="keeper").roles.all())
    assert said(typed("jingban", HIS)) == said(typed("jingban", "wrong"))


def test_a_wait_that_others_brought_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("operator", username="qianjb")

    def ask(who: Any, _text: str, _password: str, now: datetime, *may_try: Any) -> Answered:
        for one in may_try:
            one(who)
        while login.claim_attempt(who, now):
            pass  # somebody else guesses until the account waits
        return Answered(PasswordAnswer.DOWN, why="away")

    door = PasswordDoor("x", LoginMethod.LDAP, lambda _user: True, ask)
    monkeypatch.setattr(doors, "password_door", lambda _user: door)
    now = timezone.now()
    attempt = {"identifier": "qianjb", "password": "x", "address": "10.1.2.3", "device": ""}
    doors.sign_in(**attempt, now=now)
    user.refresh_from_db()
    assert user.locked_until
    failed = user.failed_logins
    User.objects.update(locked_until=None)
    # The one that brings the wait itself takes it back.
    own_claim = login.claim_to_take_back(user, now)
    assert own_claim
    assert own_claim.until
    own_claim.take_back()
    user.refresh_from_db()
    assert (user.failed_logins, user.locked_until) == (failed, None)


def test_after_a_silence_nobody_waits_for_a_while(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 sign-ins of names that nobody has stopped the site for 16 seconds."""
    for at in range(4):
        client = typed(f"nobody{at}", "x")
        assert "暂时不能核对密码" in said(client)
    assert len(hanging.came) == 1
    monkeypatch.setattr(turns, "PAUSE", 0)
    turns.forget_silences()
    typed("nobody5", "x")
    typed("nobody6", "x")
    assert len(hanging.came) == 3, "after the while one finds out"


def test_few_wait_at_once(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "ALTOGETHER", 2.0)
    place = Place("127.0.0.1", hanging.port, CLEAR)
    took: list[float] = []

    def wait() -> None:
        began = time.monotonic()
        with pytest.raises(ProviderFailed), turns.turn_at(place) as line:
            line.bind("cn=a", "x")
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=wait) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(hanging.came) <= turns.AT_ONCE
    assert sum(one > 1.9 for one in took) <= turns.AT_ONCE


def test_names_that_nobody_has_count_toward_the_address_while_it_hangs(hanging: Hanging) -> None:
    configure(FAILURES_OF_ADDRESS, 10)
    attempt = {"password": "x", "address": "10.1.2.3", "device": "", "now": timezone.now()}
    said = [doors.sign_in(identifier=f"nobody{at}", **attempt).outcome for at in range(11)]  # type: ignore[arg-type]
    assert said == [LoginOutcome.NOT_VOUCHED] * 10 + [LoginOutcome.RATE_LIMITED]
    assert len(hanging.came) == 1


def test_a_directory_that_says_too_much_is_cut_off(settings: Any) -> None:
    """Each message was bounded, not all of them: reading a megabyte takes four seconds of the processor."""
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    # An entry without attributes, as an answer to the first request.
    entry = bytes.fromhex("30 0c 020101 6407 0403 636e3d 3000".replace(" ", ""))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def flood() -> None:
            line, _ = server.accept()
            with line:
                try:
                    while True:
                        line.sendall(entry * 4000)
                except OSError:
                    return

        thread = threading.Thread(target=flood)
        thread.start()
        line = Line(Place("127.0.0.1", int(server.getsockname()[1]), CLEAR))
        with pytest.raises(ProviderFailed), line:
            line.find(BASE, {"uid": "a"}, ["cn"], most=2)
        thread.join()
    assert line._taken <= directory.MOST + 65_536
