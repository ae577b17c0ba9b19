"""Whether each of many invitations arrives once, though workers are killed while they send: `--only delivery`.

A provider of short messages on this machine takes them as Aliyun does, and knows what became of each. Four workers send; one
of them is killed after a third, one after two thirds. What was on its way then is asked for, as ever; what had not left is
sent again from the record, as the office does it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.occasions import INVITATION
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import AttemptState, ChannelCode, DeliveryState
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.occasions import Occasion, Text
from expertpool.notifications.services.delivery import dead_after
from expertpool.notifications.services.reports import ABSENT_AFTER
from expertpool.notifications.services.resending import resend
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.notifications.services.templates import save_template
from expertpool.notifications.settings import ROUTE_WAIT
from expertpool.siteconfig.services import store
from tools.bench.reporting import Reporter

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 4
PATIENCE = 600  # seconds in which nothing comes to its end
VALUES = (("name", "专家姓名"), ("link", "答复链接"))  # of the provider's template
IN_PROGRESS = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Gateway:
    """Takes messages and remembers each, so that whoever asks is told."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []  # telephone and our reference
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = {name: one[0] for name, one in parse_qs(urlsplit(self.path).query).items()}
                answer = json.dumps(gateway.answer(self.headers["x-acs-action"], query)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Gateway:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, action: str, query: dict[str, str]) -> dict[str, Any]:
        if action == "SendSms":
            self.taken.append((query["PhoneNumbers"], query["OutId"]))
            return {"Code": "OK", "BizId": f"{len(self.taken)}^0"}
        found = [ours for phone, ours in list(self.taken) if phone == query["PhoneNumber"]]
        rows = [{"OutId": ours, "SendStatus": "3"} for ours in found]
        return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}}


def measure_delivery(reporter: Reporter, size: int) -> None:
    """Invite ``size`` experts. Raises RuntimeError where one was not told, or was told twice."""
    with Gateway() as gateway, running_workers() as workers:
        prepare(gateway, INVITATION)
        started = time.monotonic()
        _invite(size)
        written = time.monotonic() - started
        for _ in range(WORKERS):
            workers.start()
        began = time.monotonic()
        for share in (1, 2):
            wait_for_arrivals(gateway, size * share // 3)
            workers.kill_one()
        by_hand = _see_to_the_end()
        seconds = time.monotonic() - began
    told = Counter(phone for phone, _ in gateway.taken)
    states = Counter(_invitations().values_list("state", flat=True))
    unknown = Attempt.objects.filter(detail__contains="中断").count()
    reporter.note(
        "delivery",
        invitations=size,
        arrived=len(told),
        twice=sum(count > 1 for count in told.values()),
        workers_killed=workers.killed,
        interrupted=unknown,
        sent_again=by_hand,
        seconds=round(seconds, 1),
        a_second=round(size / seconds, 1),
        written_in=round(written, 1),
        states=dict(states),
    )
    if len(told) != size or max(told.values()) > 1:
        message = f"{len(told)} of {size} were told, {max(told.values())} times at most"
        raise RuntimeError(message)


def prepare(gateway: Gateway, *occasions: Occasion) -> None:
    """Let short messages of ``occasions`` go over ``gateway``."""
    for setting, value in (
        (sms.ALIYUN_ENDPOINT, gateway.url),
        (sms.ALIYUN_KEY, "key"),
        (sms.ALIYUN_SECRET, "secret"),
        (sms.ALIYUN_SIGN, "专家库"),
        (sms.PROVIDER, sms.ALIYUN),
        (ROUTE_WAIT, 0),
    ):
        store(setting, value, change=0)
    for occasion in occasions:
        values = (
            f"{name}={{{{{label}}}}}" for name, label in VALUES if label in occasion.placeholders
        )
        body = occasion.default(ChannelCode.SMS).body
        save_template(
            occasion=occasion.code,
            channel=ChannelCode.SMS,
            text=Text("", body, "SMS_1", "\n".join(values)),
            actor=User.objects.get(username="admin"),
            now=timezone.now(),
        )


def _invite(size: int) -> None:
    now, at = timezone.now(), 0
    rows = Expert.objects.select_related("user").exclude(phone_index=None).order_by("pk")[:size]
    envelopes = [
        Envelope(
            recipient_of(expert),
            {**INVITATION.placeholders, "专家姓名": expert.name},
            ("bench.delivery", str(expert.pk)),
            f"bench-delivery:{expert.pk}",
        )
        for expert in rows
    ]
    while part := envelopes[at : at + 1000]:
        send_messages(
            occasion=INVITATION.code, envelopes=part, channels=[ChannelCode.SMS], now=now, kind=""
        )
        at += len(part)


def _see_to_the_end() -> int:
    """Wait until nothing is on its way any more; return how many the office sent again. Time passes faster for what a dead
    worker held: nobody waits half an hour for a measurement."""
    admin, again = User.objects.get(username="admin"), 0
    left, until = None, 0.0
    while True:
        _let_time_pass()
        for message in _invitations().filter(state=DeliveryState.FAILED):
            if not message.attempts:
                raise RuntimeError(message.detail)
            if not Message.objects.filter(key=f"{message.key}+{message.pk}").exists():
                resend(message=message, actor=admin, now=timezone.now())
                again += 1
        before, left = left, _invitations().filter(state__in=IN_PROGRESS).count()
        if not left:
            return again
        if left != before:
            until = time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            message = f"{left} did not come to their end"
            raise RuntimeError(message)
        time.sleep(2)


def _let_time_pass() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 min'"
            " WHERE last_heartbeat < now() - interval '15 s'"
        )
    stuck = Message.objects.filter(
        state=DeliveryState.SENDING, sending_at__lt=now - timedelta(seconds=30)
    )
    stuck.update(sending_at=F("sending_at") - max(map(dead_after, CHANNELS)))
    asked = Attempt.objects.filter(state=AttemptState.UNKNOWN, began_at__gt=now - ABSENT_AFTER)
    asked.update(began_at=F("began_at") - ABSENT_AFTER, ask_at=now)


def _invitations() -> QuerySet[Message]:
    """What is measured: others are told of the template."""
    return Message.objects.filter(occasion=INVITATION.code).order_by()


def wait_for_arrivals(gateway: Gateway, count: int) -> None:
    """Wait until ``count`` have arrived; raises RuntimeError where nothing moves any more."""
    arrived, until = -1, 0.0
    while (now := len(gateway.taken)) < count:
        if now != arrived:
            arrived, until = now, time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            raise RuntimeError("nothing is sent any more")
        time.sleep(0.05)


class Workers:
    """Processes that send, and may be killed."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []
        self.killed = 0

    def start(self) -> None:
        at = connection.settings_dict
        user, password, host = (
            quote(str(at[name]), safe="") for name in ("USER", "PASSWORD", "HOST")
        )
        url = f"postgres://{user}:{password}@:{at['PORT']}/{at['NAME']}?host={host}"
        command = [sys.executable, "manage.py", "procrastinate", "worker"]
        environment = os.environ | {"DATABASE_URL": url}
        self.running.append(
            subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        )

    def kill_one(self) -> None:
        """Kill one without a word, and start another in its place."""
        victim = self.running.pop(0)
        victim.kill()
        victim.wait()
        self.killed += 1
        self.start()


@contextmanager
def running_workers() -> Iterator[Workers]:
    """Workers that end with the block."""
    workers = Workers()
    try:
        yield workers
    finally:
        for one in workers.running:
            one.kill()
            one.wait()
