"""A deadline whose connection breaks is tried again, wherever in its work that happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from expertpool.core.jobs import DEADLINES, LONGEST_WAIT, UntilDone, defer
from expertpool.draws import tasks
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import DrawError, ReplyRefused
from expertpool.draws.models import Draw, DrawEvent, Invitation
from expertpool.draws.queries.presence import sign_in_code
from expertpool.draws.services.presence import sign_in
from expertpool.draws.services.state import load_state
from expertpool.draws.settings import ALL_PRESENT, OWN_REVEAL_BY
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.worker import work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_quiet_hours")]
ALONE = "alone"  # the queue of a test


@contextmanager
def statements(before: Callable[[int, BaseDatabaseWrapper], None]) -> Iterator[None]:
    """Call ``before`` with the number of each statement of the job, and its connection."""

    def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
        numbers = count(1)

        def execute(run: Callable[..., Any], *call: Any) -> Any:
            before(next(numbers), connection)
            return run(*call)

        connection.execute_wrappers.append(execute)

    # The worker opens the only new connection of Django's in this process.
    connection_created.connect(watch)
    try:
        yield
    finally:
        connection_created.disconnect(watch)


def break_at(number: int, reached: list[int]) -> Callable[[int, BaseDatabaseWrapper], None]:
    """End the server's side of the connection before the statement ``number`` goes out."""

    def before(at: int, broken: BaseDatabaseWrapper) -> None:
        if at == number:
            reached.append(number)
            pid = broken.connection.info.backend_pid
            parameters = connection.get_connection_params() | {"autocommit": True}
            with psycopg.connect(**parameters) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    return before


def make_due() -> tuple[Draw, Invitation]:
    """A draw of one seat, the deadline of its only invitation over, no job but that."""
    draw = make_draw(now=timezone.now() - timedelta(hours=2), seats=1, reply_minutes=60)
    ProcrastinateJob.objects.filter(status="todo").delete()
    return draw, Invitation.objects.get(draw=draw)


def defer_alone(name: str, **arguments: int) -> int:
    """Queue a job apart from those that come each minute; return its id."""
    job = defer(name, **arguments)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET queue_name = %s WHERE id = %s", [ALONE, job])
    return job


def come_due(job: int) -> ProcrastinateJob:
    """Let the wait before the next attempt be over."""
    found = ProcrastinateJob.objects.filter(pk=job)
    assert found.filter(status="todo", attempts=1, scheduled_at__gt=timezone.now()).exists()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", [job])
    return found.get()


def make_pool(size: int) -> None:
    for _ in range(size):
        make_expert(created_at=timezone.now() - timedelta(days=1))


def breaks(
    name: str, make: Callable[[], dict[str, int]], every: int = 2
) -> Iterator[dict[str, int]]:
    """Let a new job ``name`` break at its first statement, another at its third … (``every`` second), until
    one has none left; give the arguments of each, first after the break, then after the next attempt."""
    for step in count(1, every):
        arguments = make()
        job = defer_alone(name, **arguments)
        reached: list[int] = []
        with statements(break_at(step, reached)):
            work_off(ALONE)
        if not reached:
            assert step > 5
            return
        yield arguments
        come_due(job)
        work_off(ALONE)
        assert ProcrastinateJob.objects.get(pk=job).status == "succeeded", step
        yield arguments


@pytest.mark.shows("DRAW-15")
def test_an_expiry_survives_a_broken_connection_at_each_of_its_statements() -> None:
    make_pool(80)
    seen = breaks("draws.expire_invitation", lambda: {"invitation_id": make_due()[1].pk})
    for arguments in seen:
        invitation = Invitation.objects.get(pk=arguments["invitation_id"])
        events = DrawEvent.objects.filter(draw=invitation.draw)
        assert invitation.state == InvitationState.INVITED
        assert events.count() == 1
        next(seen)
        invitation.refresh_from_db()
        assert invitation.state == InvitationState.NO_ANSWER
        types = list(events.values_list("content__type", flat=True))
        assert types == ["drawn", "exit", "supplement"]
        assert len(load_state(invitation.draw).seats) == 1


def test_a_release_survives_a_broken_connection_at_each_of_its_statements() -> None:
    make_pool(60)

    def due() -> dict[str, int]:
        draw, _ = make_due()
        open_names_at(draw, timezone.now() - timedelta(minutes=1))
        return {"draw_id": draw.pk}

    check_released("draws.release_names", due)


def test_names_that_open_once_all_are_present_survive_it_too() -> None:
    configure(OWN_REVEAL_BY["tender"], ALL_PRESENT)
    make_pool(30)

    def due() -> dict[str, int]:
        now = timezone.now()
        draw = make_draw(now=now - timedelta(hours=2), seats=1, opens_in_hours=2.3)
        accept_all(draw, now=now - timedelta(hours=2))
        sign_in(invitation=draw.invitations.get(), code=sign_in_code(draw, now=now), now=now)
        ProcrastinateJob.objects.filter(status="todo").delete()
        return {"draw_id": draw.pk}

    # The same release at its end, which was broken at each second statement above.
    check_released("draws.open_when_present", due, every=5)


def check_released(name: str, due: Callable[[], dict[str, int]], every: int = 2) -> None:
    seen = breaks(name, due, every)
    for arguments in seen:
        draw = Draw.objects.get(pk=arguments["draw_id"])
        assert draw.released_at is None
        next(seen)
        draw.refresh_from_db()
        assert draw.released_at is not None
        assert not Invitation.objects.filter(draw=draw, expert=None).exists()


def test_without_the_strategy_the_deadline_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what went wrong once was never tried again."""
    monkeypatch.setattr(tasks.expire_invitation, "retry_strategy", None)
    make_pool(2)
    _, invitation = make_due()
    job = defer_alone("draws.expire_invitation", invitation_id=invitation.pk)
    with statements(break_at(3, [])):
        work_off(ALONE)
    assert ProcrastinateJob.objects.get(pk=job).status == "failed"
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.INVITED


def test_only_a_refusal_for_good_ends_it() -> None:
    strategy = UntilDone(final=(DrawError,))

    def decide(error: Exception, attempts: int = 0) -> Any:
        job = Job(
            id=1, queue=DEADLINES, lock=None, queueing_lock=None, task_name="x", attempts=attempts
        )
        return strategy.get_retry_decision(exception=error, job=job)

    for refused in (ReplyRefused("项目已归档"), Draw.DoesNotExist()):
        assert decide(refused) is None
    for attempts, seconds in ((0, 1), (1, 2), (4, 16), (7, LONGEST_WAIT), (1000, LONGEST_WAIT)):
        wait = decide(RuntimeError(), attempts).retry_at - timezone.now()
        assert abs(wait.total_seconds() - seconds) < 1
