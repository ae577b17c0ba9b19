"""Each morning the head of the log's chain leaves the system."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.queries import chain_head, kept_head
from expertpool.audit.services import record
from expertpool.audit.services.chain import verify_chain
from expertpool.core.jobs import app
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.reports.services.exposure import tell_chain_head
from expertpool.reports.tasks import daily_chain_head
from tests.factories.accounts import make_user
from tests.notifications.mail_server import MailServer


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_so_each_morning_and_confirms_each_minute(auditor: User) -> None:
    crons = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert crons["reports.tell_chain_head"] == "5 8 * * *"
    assert crons["audit.anchor"] == "* * * * *"
    record("report.exposure", actor=None, now=timezone.now())
    daily_chain_head(timestamp=0)
    sent = Message.objects.filter(occasion="report.chain_head")
    assert {message.recipient for message in sent} == {auditor.name}


@pytest.mark.django_db(transaction=True)  # the chain is linked at commit
@pytest.mark.shows("PRJ-20")
def test_it_is_sent_once_a_day_to_whoever_may_read_the_log(auditor: User, operator: User) -> None:
    now = timezone.now()
    tell_chain_head(now=now)
    assert not Message.objects.exists()  # of an empty log there is nothing to keep
    record("report.exposure", actor=None, now=now)
    tell_chain_head(now=now)
    tell_chain_head(now=now)
    sent = Message.objects.filter(occasion="report.chain_head")
    assert {message.recipient for message in sent} == {auditor.name}
    assert sorted(sent.values_list("channel", flat=True)) == ["email", "site"]
    (line,) = {line for message in sent for line in message.body.splitlines() if line[:1].isdigit()}
    assert kept_head(line) == (chain_head().number, chain_head().hash)
    tell_chain_head(now=now + timedelta(days=1))
    assert sent.all().count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_line_that_came_by_mail_tells_of_a_tail_that_is_gone() -> None:
    """By a real mail server: what arrives is what is typed into the page and the command."""
    now = timezone.now()
    make_user("auditor", email="audit@example.cn")
    for _ in range(5):
        record("report.exposure", actor=None, now=now)
    with MailServer() as server:
        server.configure()
        tell_chain_head(now=now)
        deliver(message_id=Message.objects.get(channel="email").pk, now=timezone.now())
    (mail,) = server.accepted
    text = mail.get_body(("plain",))
    assert text
    (line,) = (one for one in text.get_content().splitlines() if one[:1].isdigit())
    kept = kept_head(line)
    assert kept
    assert kept.number == 5
    assert verify_chain({kept.number: kept.hash}) is None
    record("report.exposure", actor=None, now=now)
    assert verify_chain({kept.number: kept.hash}) is None, "what came since changes nothing"
    assert verify_chain({kept.number: "0" * 64})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        try:
            cursor.execute("DELETE FROM audit_entry WHERE chain_no > 3")
        finally:
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")
    assert verify_chain({kept.number: kept.hash})
