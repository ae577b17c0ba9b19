"""Each morning the head of the log's chain leaves the system."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.queries import chain_head, kept_head
from expertpool.audit.services import record
from expertpool.core.jobs import app
from expertpool.notifications.models import Message
from expertpool.reports.services.exposure import tell_chain_head
from expertpool.reports.tasks import daily_chain_head


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
