"""A worker killed in the middle of its work: nothing is lost, nothing happens twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

import vdraw
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.services.holding import SEATING_LOCK
from expertpool.draws.services.state import load_state
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import reap_stuck
from tests.factories.draws import make_draw, seats_held
from tests.factories.experts import make_expert
from tests.notifications.mail_server import MailServer
from tests.worker import Worker, kill, notice_dead_workers, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_quiet_hours")]


@contextmanager
def seating_blocked() -> Iterator[None]:
    """Hold the lock that every supplement needs, from another connection."""
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [SEATING_LOCK])
        yield


def somebody_waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def expected_seats(draw: Draw) -> set[str]:
    """Who must sit after both drawn experts exit, by the protocol alone."""
    state = load_state(draw)
    for seat in state.seats:
        state = vdraw.exit_expert(state, seat.commit, "no_answer").state
        state = vdraw.supplement(state, lambda commit: None).state
    return {seat.commit for seat in state.seats}


@pytest.mark.shows("DRAW-15")
def test_supplement_interrupted_by_a_kill_is_done_once_after_restart() -> None:
    for _ in range(6):
        make_expert()
    draw = make_draw(now=timezone.now() - timedelta(hours=2), seats=2, reply_minutes=60)
    expected = expected_seats(draw)
    worker = Worker()

    with seating_blocked(), worker.running() as process:
        wait_for(somebody_waits_for_the_lock)
        kill(process)
    assert Invitation.objects.filter(state=InvitationState.INVITED).count() == 2
    assert DrawEvent.objects.count() == 1

    notice_dead_workers()
    with worker.running():
        wait_for(lambda: Invitation.objects.filter(state=InvitationState.NO_ANSWER).count() == 2)

    rows = Invitation.objects.filter(draw=draw).select_related("draw")
    assert [row.line for row in rows] == [1, 2, 3, 4]
    seated = {row.commit for row in rows if row.state == InvitationState.INVITED}
    assert seated == expected
    types = Counter(row.content["type"] for row in DrawEvent.objects.all())
    assert types == {"drawn": 1, "exit": 2, "supplement": 2}
    assert seats_held() == 2
    assert {seat.commit for seat in load_state(draw).seats} == expected


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_inviting_interrupted_by_a_kill_reaches_everybody_once() -> None:
    names = ["slow", "chen", "zhao"]
    for name in names:
        make_expert(email=f"{name}@example.cn")
    with MailServer() as server:
        server.configure()
        worker = Worker(WORKER_CONCURRENCY="1")  # so that just one message is under way
        draw = make_draw(now=timezone.now(), seats=3, channels=("email",), reached=False)
        with worker.running() as process:
            assert server.hanging.wait(timeout=90)
            kill(process)
        letters = Message.objects.filter(occasion="draw.invitation")
        assert letters.filter(state=DeliveryState.SENDING).count() == 1
        notice_dead_workers()
        reap_stuck(now=timezone.now() + timedelta(hours=1))  # as the minutely job does in time
        with worker.running():
            wait_for(lambda: letters.filter(state=DeliveryState.SENT).count() == 3)
        accepted = Counter(message["To"] for message in server.accepted)

    invited = letters.values_list("about_id", flat=True)
    assert sorted(invited) == sorted(str(row.pk) for row in Invitation.objects.filter(draw=draw))
    assert Invitation.objects.filter(draw=draw, state=InvitationState.INVITED).count() == 3
    assert len(accepted) == 3
    assert set(accepted.values()) == {1}
    assert len({message["Message-ID"] for message in server.seen}) == 3
