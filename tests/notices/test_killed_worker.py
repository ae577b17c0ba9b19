"""A worker killed while it sends a notice: nobody is left out, nobody gets it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from expertpool.notices.models import Addressee, ExpertNotice
from expertpool.notices.services.sending import AT_ONCE, send_notice
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.notices import make_notice
from tests.worker import Worker, kill, notice_dead_workers, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shows("EXP-50")]
MANY = AT_ONCE + 20


@contextmanager
def held(row: Addressee) -> Iterator[None]:
    """Hold ``row`` from another connection, so that its part of the job cannot end."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT FROM notices_addressee WHERE id = %s FOR UPDATE", [row.pk])
        yield


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Of this database alone: other tests wait in theirs.
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_each_gets_it_once_after_a_kill() -> None:
    admin = make_user("admin")
    experts = [make_expert(f"专家{at}") for at in range(MANY)]
    row = make_notice(*experts, actor=admin, channels=["sms"])
    last = Addressee.objects.order_by("pk").last()
    assert last is not None
    with held(last), Worker().running() as process:
        send_notice(notice=row, count=MANY, actor=admin, now=timezone.now())
        # Others may wait for a moment, too: a first part that is not done yet is done again whole.
        wait_for(lambda: Message.objects.count() == AT_ONCE and somebody_waits(), seconds=90)
        kill(process)
    # The part that was done stays, of the other nothing.
    assert Message.objects.count() == Addressee.objects.exclude(sent_at=None).count() == AT_ONCE
    notice_dead_workers()
    with Worker().running():
        wait_for(lambda: ExpertNotice.objects.filter(state="sent").exists(), seconds=90)
    told = Counter(message.recipient for message in Message.objects.all())
    assert told == Counter(expert.name for expert in experts)
    assert not Addressee.objects.filter(sent_at=None).exists()
