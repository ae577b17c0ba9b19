"""Whoever knows the address of a callback writes in the name of one telephone after another; whose letter waits for an
answer is told that it was not understood. No page says then that he sits."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import HEARD
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.written_replies import NO_MESSAGE, take_reply
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.models import Message
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.services.delivery import deliver
from tests.draws.services.test_written_replies import phone_of, seal, sent_letter, work
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
# Of each answer another.
_OWN = re.compile(
    r'(?:csrfmiddlewaretoken" value|nonce|name="csrf-token" content|X-CSRFToken)[=": ]+"[^"]*"'
)


class Provider:
    """One that takes all, until it is down."""

    is_down = False

    def send(self, outbound: Outbound) -> SendResult:
        if self.is_down:
            return SendResult(SendStatus.DOWN, detail="连不上")
        return SendResult(SendStatus.ACCEPTED, provider_id=outbound.reference)


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch, time_machine: Any) -> Provider:
    time_machine.move_to(timezone.make_aware(datetime(2026, 11, 24, 9)), tick=False)  # noqa: DTZ001
    made = Provider()
    configure(sms.PROVIDER, sms.GATEWAY)
    configure(sms.REPLIES, sms.BY_CODE)
    configure(sms.REPLY_TEXT, "content")
    monkeypatch.setattr(SmsChannel, "transport", lambda self: made)
    monkeypatch.setattr(SmsChannel, "is_configured", lambda self: True)
    return made


@pytest.fixture
def draw(provider: Provider) -> Draw:
    for at in range(4):
        make_expert(email=f"e{at}@example.cn")
    sealed = seal(seats=2)
    for row in sealed.invitations.all():
        sent_letter(row)
    return sealed


def readers(draw: Draw) -> list[User]:
    project = draw.project
    asks = make_user("department", username="asks", department=project.department)
    return [project.created_by, asks, *map(make_user, ("admin", "auditor", "supervisor"))]


def pages(user: User, draw: Draw) -> dict[str, str]:
    client, seen = login(Client(), user), {}
    project = reverse("projects:detail", args=[draw.project_id])
    tabs = [f"{project}?tab={tab}" for tab in ("notices", "draw", "log")]
    alike = [
        f"/{name}/"
        for name in (
            "messages/channels",
            "messages/records",
            "operations/jobs",
            "reports/statistics",
        )
    ]
    for url in [*tabs, *alike, reverse("draws:detail", args=[draw.pk])]:
        answer = client.get(url)
        seen[url] = f"{answer.status_code} {_OWN.sub('', answer.content.decode())}"
    return seen


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """Return what stands on each page now that did not before."""
    pairs = {url: (text.splitlines(), after[url].splitlines()) for url, text in before.items()}
    return {
        url: [line for line in new if line not in old]
        for url, (old, new) in pairs.items()
        if old != new
    }


def push(phone: str, said: str) -> None:
    url = reverse("notifications:callback", args=[sms.GATEWAY, callback_token(sms.GATEWAY)])
    body = {"mobile": phone, "content": said, "id": f"{phone}{said}"}
    assert Client().post(url, json.dumps(body), "application/json").status_code == 200


def push_and_tell(phone: str, said: str) -> None:
    push(phone, said)
    work()
    for letter in Message.objects.filter(occasion=HEARD.code):
        deliver(message_id=letter.pk, now=timezone.now())


@pytest.mark.shows("DRAW-13")
def test_no_page_tells_whose_letter_was_written_to(provider: Provider, draw: Draw) -> None:
    users = readers(draw)
    before = [pages(user, draw) for user in users]
    assert (
        before[0][f"{reverse('projects:detail', args=[draw.project_id])}?tab=notices"][:3] == "200"
    )
    push_and_tell("13900000000", "喂")  # of nobody
    for row in draw.invitations.all():
        push_and_tell(phone_of(row), "喂喂")
    assert Message.objects.filter(occasion=HEARD.code).count() == 2
    for user, seen in zip(users, before, strict=True):
        assert changed(seen, pages(user, draw)) == {}


def test_nor_the_state_of_a_channel_that_is_down(provider: Provider, draw: Draw) -> None:
    """Whoever may set it up puts it out of order first."""
    admin = make_user("admin")
    before = pages(admin, draw)
    provider.is_down = True
    row: Invitation = draw.invitations.all()[0]
    push_and_tell(phone_of(row), "喂")
    assert Message.objects.get(occasion=HEARD.code).attempts == 1
    assert changed(before, pages(admin, draw)) == {}


def test_nor_what_waits_in_a_queue(provider: Provider, draw: Draw) -> None:
    """Who watches the page of the system sees them come and go."""
    phone = phone_of(draw.invitations.all()[0])
    # Of nobody; who is asked, and hears of it; and again, when he hears nothing.
    came = [
        jobs_of(one, said) for one, said in (("13900000000", "喂"), (phone, "喂"), (phone, "喂喂"))
    ]
    assert came[0] == {"draws.take_reply": 1, "notifications.deliver_message": 1}
    assert came == [came[0]] * 3
    deliver(message_id=NO_MESSAGE, now=timezone.now())
    assert Message.objects.filter(occasion=HEARD.code).count() == 1


def jobs_of(phone: str, said: str) -> Counter[str]:
    """Return which jobs come of a push."""
    last = ProcrastinateJob.objects.latest("id").id
    new = ProcrastinateJob.objects.filter(id__gt=last)
    push(phone, said)
    for job in new.filter(task_name="draws.take_reply"):
        take_reply(**job.args, now=timezone.now(), entropy=SystemEntropy())
    return Counter(new.values_list("task_name", flat=True))
