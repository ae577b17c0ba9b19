"""Whoever manages the settings does not read letters: that mail goes another way is told at once, by
the server before too, and what only its recipient may read waits until that could be looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting
from expertpool.experts.occasions import ACCOUNT, ACTIVATION
from expertpool.notifications.channels.email.settings import (
    HOST,
    MAIL,
    PASSWORD,
    PLAIN,
    PORT,
    SECURITY,
    SENDER,
    SENDER_NAME,
)
from expertpool.notifications.channels.sms.settings import SMPP_SMS, SMPP_SOURCE, SMPP_TYPE
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.queries.route import held_routes
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.notifications.settings import ROUTE_WAIT
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counted
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import reset_setting, save_settings
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.notifications.mail_server import ACCOUNT as ACCOUNT_OF_IT
from tests.notifications.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SINK: dict[Setting[Any], Any] = {HOST: "sink.example.com", SECURITY: "ssl", PASSWORD: "s"}
WAIT = timedelta(minutes=ROUTE_WAIT.default)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as found:
        found.configure()
        yield found


@pytest.fixture
def guard(server: MailServer, supervisor: User) -> User:
    return make_user("admin", name="钱安全", email="guard@example.cn", phone="13812340009")


def save(values: dict[Setting[Any], Any], by: User, now: datetime = NOW) -> None:
    save_settings(
        group=MAIL,
        values={setting.code: value for setting, value in values.items()},
        version=version_of(MAIL),
        actor=by,
        now=now,
    )


def letter(about: Any) -> Message:
    (message,) = send_message(
        occasion=ACTIVATION.code,
        recipient=Recipient(None, "王建国", email="wang@example.cn"),
        channels=["email"],
        context=dict(ACTIVATION.placeholders),
        about=about,
        key="one",
        now=NOW,
    )
    return message


def state_of(message: Message, now: datetime) -> str:
    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message.state


def test_all_who_watch_are_told_by_the_server_before(
    admin: User,
    supervisor: User,
    guard: User,
    server: MailServer,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as after:
        save(SINK, admin)
    # One conversation with it, whoever of them has a telephone.
    assert sum("tell_by_old_server" in one.__qualname__ for one in after) == 1
    told = [one for one in Message.objects.all() if one.occasion == "mail.rerouted"]
    ways = {(one.recipient, one.channel) for one in told}
    assert {(supervisor.name, "site"), (guard.name, "site"), (guard.name, "sms")} <= ways
    assert admin.name not in {name for name, _ in ways}
    assert "sink.example.com" in told[0].body
    for _ in range(100):
        if server.accepted:
            break
        time.sleep(0.05)
    (mail,) = server.accepted
    assert mail["To"] == "guard@example.cn"
    assert "sink.example.com" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert Entry.objects.filter(action__startswith="setting.", note=MAIL.label).count() == 3


def test_what_comes_back_goes_to_the_sender_so_it_is_told_and_waits(
    admin: User, guard: User, server: MailServer
) -> None:
    message = letter((ACCOUNT, 1))
    save({SENDER: "thief@evil.example"}, admin)
    told = [one for one in Message.objects.all() if one.occasion == "mail.rerouted"]
    assert guard.name in {one.recipient for one in told}
    assert "thief@evil.example" in told[0].body
    assert state_of(message, NOW) == DeliveryState.QUEUED
    assert message.due_at == NOW + WAIT


def test_what_leads_nowhere_else_is_told_to_nobody(admin: User, guard: User) -> None:
    save({SENDER_NAME: "专家库", PASSWORD: "neu"}, admin)
    assert not Message.objects.exists()


@pytest.mark.parametrize("about", [("draws.invitation", 1), (ACCOUNT, 1)])
def test_what_only_its_recipient_may_read_waits(
    admin: User, server: MailServer, about: Any
) -> None:
    message = letter(about)
    save({PORT: server.port + 1, PASSWORD: ACCOUNT_OF_IT[1]}, admin, NOW - timedelta(minutes=5))
    save({PORT: server.port, PASSWORD: ACCOUNT_OF_IT[1]}, admin, NOW)  # whatever it is now
    assert state_of(message, NOW) == DeliveryState.QUEUED
    assert message.due_at == NOW + WAIT
    assert state_of(message, NOW + WAIT - timedelta(seconds=1)) == DeliveryState.QUEUED
    assert not server.accepted
    assert state_of(message, NOW + WAIT) == DeliveryState.SENT


def test_a_wait_that_was_shortened_a_moment_before_does_not_count(
    admin: User, server: MailServer
) -> None:
    message = letter((ACCOUNT, 1))
    save({ROUTE_WAIT: 0}, admin, NOW - timedelta(hours=23))
    save({PORT: server.port + 1, PASSWORD: ACCOUNT_OF_IT[1]}, admin, NOW)
    assert state_of(message, NOW) == DeliveryState.QUEUED
    assert message.due_at == NOW + WAIT


def test_bringing_a_default_back_is_a_change_too(admin: User, guard: User) -> None:
    reset_setting(setting=HOST, version=version_of(HOST), actor=admin, now=NOW)
    assert {one.occasion for one in Message.objects.all()} == {"mail.rerouted"}


def test_mail_goes_in_clear_to_this_machine_or_by_choice(admin: User, server: MailServer) -> None:
    save({HOST: "localhost", PASSWORD: "x"}, admin)
    plain = {HOST: "mail.example.com", SECURITY: "none", PASSWORD: "x"}
    with pytest.raises(SettingsRefused) as refused:
        save(plain, admin)
    assert "请勾选「允许不加密发往别的主机」" in str(refused.value.errors)
    save(plain | {PLAIN: True}, admin)


@pytest.mark.parametrize("code", [HOST.code, ROUTE_WAIT.code])
def test_a_change_that_was_written_holds_no_letter(guard: User, code: str) -> None:
    """Of a time to come, and not to be taken away again, it held all mail for ever."""
    row = SettingChange.objects.create(
        code=code,
        at=NOW + timedelta(days=20_000),
        actor=guard,
        before=100_000,
        after=1,
        was_default=False,
        reset=False,
        proof=b"x" * 32,
    )
    assert row.pk
    assert not held_routes(NOW)
    assert counted(ROUTE_WAIT, NOW) == ROUTE_WAIT.default


@pytest.mark.parametrize(
    ("setting", "value"), [(SMPP_SOURCE, "8613955990009"), (SMPP_TYPE, "OTHER")]
)
def test_whose_number_is_answered_is_told_and_waits(
    admin: User, guard: User, setting: Setting[str], value: str
) -> None:
    """The attacker's own number as the sender: answers, with telephones and codes, went to it."""
    configure(SMPP_SOURCE, "106912345")
    save_settings(
        group=SMPP_SMS,
        values={setting.code: value},
        version=version_of(SMPP_SMS),
        actor=admin,
        now=NOW,
    )
    told = [one for one in Message.objects.all() if one.occasion == "mail.rerouted"]
    assert guard.name in {one.recipient for one in told}
    assert value in told[0].body
    assert held_routes(NOW) == {ChannelCode.SMS: NOW + WAIT}
