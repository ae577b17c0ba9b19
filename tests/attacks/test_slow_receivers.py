"""Servers that never end their answer hold up neither letters nor the jobs of other queues."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from expertpool.core import posting
from expertpool.core.connector import QueueConnector
from expertpool.core.jobs import app
from expertpool.core.management.commands import work
from expertpool.notifications.channels.base import Outbound, SendStatus
from expertpool.notifications.channels.email import mailbox
from expertpool.notifications.channels.email.smtp import MailServer, Smtp
from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.services.delivery import deliver
from tests.factories.webhooks import make_delivery

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
EACH = 0.2  # seconds between two letters: less than any time limit


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server that begins an answer, and sends a letter of it now and then for ever."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(request.param)
            while not over.wait(EACH):
                connection.sendall(b"a")

    def serve() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listening.accept()
                threading.Thread(target=drip, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        over.set()


@pytest.mark.django_db
@pytest.mark.parametrize("port", [b"HTTP/1.1 200 OK\r\nX-A: "], indirect=True)
def test_an_attempt_at_a_platform_ends(
    port: int, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """It never did: the time limit was for each letter."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(posting, "LONGEST", 1.0)
    delivery = make_delivery(f"http://127.0.0.1:{port}/hook", now=NOW)
    began = time.monotonic()
    deliver(delivery_id=delivery.pk, now=NOW)
    assert time.monotonic() - began < 20
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status_code) == (DeliveryState.WAITING, None)
    assert "没有在规定时间内" in delivery.detail


@pytest.mark.django_db
@pytest.mark.parametrize("port", [b"220 ", b"220 mail\r\n250-"], indirect=True)
def test_so_does_one_at_the_mail_server(port: int) -> None:
    server = MailServer(
        *("127.0.0.1", port, "", "", "none"),
        timeout=1,
        sender="pool@example.cn",
        sender_name="专家库",
    )
    began = time.monotonic()
    result = Smtp(server).send(Outbound("1", "a@example.cn", "题", "文"))
    assert 2 < time.monotonic() - began < 8
    assert result.status is SendStatus.DOWN


@pytest.mark.parametrize("port", [b"* OK ", b"* OK mail\r\n* CAPABILITY "], indirect=True)
def test_and_one_at_the_mailbox_of_what_came_back(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit began after its greeting, of which a server may send a letter now and then for ever."""
    monkeypatch.setattr(mailbox, "ALTOGETHER", 1)
    account = mailbox.MailAccount("127.0.0.1", port, "none", "a", "b")
    began = time.monotonic()
    with pytest.raises(mailbox.MailboxUnreadable):
        mailbox.read_new(account, None, wanted=lambda _: True, now=NOW)
    assert time.monotonic() - began < 8


def test_letters_wait_for_no_platform() -> None:
    letters = app.tasks["notifications.deliver_message"].queue
    outside = {name for name, task in app.tasks.items() if task.queue == "webhooks"}
    assert outside == {"webhooks.deliver", "operations.tell_robot"}
    assert letters == "messages"


def test_jobs_that_hang_take_no_thread_of_another_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places were split by queue, threads were not: there were fewer of them than places."""
    places = settings.WORKERS["others"]
    all_of_them = threading.Barrier(sum(places.values()))
    ran = []

    async def run(*, concurrency: int, **_options: Any) -> None:
        hang = sync_to_async(all_of_them.wait, thread_sensitive=False)
        await asyncio.gather(*(hang(10) for _ in range(concurrency)))
        ran.append(concurrency)

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(os, "process_cpu_count", lambda: 1)
    # In a thread of its own, which no browser has begun a loop in; signals are for the first alone.
    monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", lambda *_: None)
    worker = SimpleNamespace(run_worker_async=run, open_async=opened)
    monkeypatch.setattr(work, "app", worker)
    with ThreadPoolExecutor(max_workers=1) as thread, pytest.raises(CommandError):
        thread.submit(
            asyncio.run, work._work("others", QueueConnector())
        ).result()  # ended without being told to
    assert ran
