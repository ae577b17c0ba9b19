"""A worker that is killed in the middle of an action: nothing of it stays, and it is done once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.automation.enums import FiringState
from expertpool.automation.models import Firing, Occurrence
from expertpool.automation.services.happening import consider
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.status import approve_expert
from expertpool.notifications.models import Message
from tests.factories.automation import FREEZE, make_rule
from tests.factories.experts import make_expert
from tests.worker import Worker, kill, notice_dead_workers, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shows("OVW-07")]


@contextmanager
def nothing_is_logged() -> Iterator[None]:
    """Hold what the action needs once it has frozen the expert, from another connection: the log."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("LOCK TABLE audit_entry IN EXCLUSIVE MODE")
        yield
        other.rollback()


def it_is_being_done() -> bool:
    """Whether somebody holds the firing and waits for the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND relation = 'audit_entry'::regclass"
        )
        waits = bool(cursor.fetchone()[0])
    with transaction.atomic():
        return waits and not Firing.objects.select_for_update(skip_locked=True).exists()


def test_an_action_interrupted_by_a_kill_is_done_once_after_restart(admin: User) -> None:
    make_rule(FREEZE, event="experts.approved", actor=admin)
    expert = make_expert(status=ExpertStatus.PENDING)
    approve_expert(expert=expert, actor=admin, now=timezone.now())
    consider(occurrence_id=Occurrence.objects.get().pk, now=timezone.now())
    told = Message.objects.filter(occasion="expert.status")
    worker = Worker()

    with nothing_is_logged(), worker.running() as process:
        wait_for(it_is_being_done, seconds=180)
        kill(process)
    wait_for(lambda: not it_is_being_done())
    # Nothing of it stays: he is no more frozen than the firing is done.
    assert Firing.objects.get().state == FiringState.WAITING
    assert Expert.objects.get().status == ExpertStatus.FORMAL
    assert not told.exists()

    notice_dead_workers()
    with worker.running():
        wait_for(lambda: Firing.objects.get().state != FiringState.WAITING, seconds=180)
    firing = Firing.objects.get()
    assert (firing.state, firing.detail) == (FiringState.DONE, "已冻结该专家")
    assert Expert.objects.get().status == ExpertStatus.FROZEN
    assert Entry.objects.filter(action="expert.freeze").count() == 1
    assert told.count() == len({one.channel for one in told}) > 0
