"""Jobs belong to the transaction that asks for them, and survive the worker that had them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.manager import JobManager

from expertpool.core.jobs import (
    DEADLINES,
    MAX_STALLS,
    UntilDone,
    defer,
    defer_batch,
    remove_done,
    retry_external,
    retry_stalled,
)
from tests.factories.jobs import set_status
from tests.worker import run_async

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="tests.core.nothing")
def nothing(number: int) -> None:
    """A job that does nothing."""


@app.task(name="tests.core.alone", queueing_lock="tests.core.alone")
def alone(number: int) -> None:
    """A job of which one waits at most."""


def jobs(status: str = "todo") -> list[int]:
    found = ProcrastinateJob.objects.filter(task_name__startswith="tests.core.", status=status)
    return [job.args["number"] for job in found.order_by("id")]


def give_to_dead_worker(job_id: int, *, attempts: int = 0, seconds: int = 60) -> None:
    """Make a job look as a worker leaves it that was killed ``seconds`` ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', attempts = %s,"
            " worker_id = (SELECT id FROM worker) WHERE id = %s",
            [seconds, attempts, job_id],
        )


def heal(care: Callable[[JobManager], Coroutine[Any, Any, None]] = retry_stalled) -> None:
    """Let the worker take ``care`` of the queue."""

    async def take_care() -> None:
        async with app.open_async():
            await care(app.job_manager)

    with app.replace_connector(app.connector.get_worker_connector()):
        run_async(take_care())


@pytest.mark.parametrize("in_worker", [False, True], ids=["in a request", "in the worker"])
def test_a_job_vanishes_with_its_transaction(in_worker: bool) -> None:
    connector = app.connector.get_worker_connector() if in_worker else app.connector
    with app.replace_connector(connector):
        with transaction.atomic():
            defer("tests.core.nothing", number=1)
            transaction.set_rollback(True)
        with transaction.atomic():
            defer("tests.core.nothing", number=2)
    assert jobs() == [2]


def test_a_task_is_given_what_it_takes() -> None:
    with pytest.raises(LookupError, match=r"no task is called tests\.core\.unknown"):
        defer("tests.core.unknown", number=1)
    with pytest.raises(TypeError, match="number"):
        defer("tests.core.nothing", numbers=1)
    with pytest.raises(TypeError, match="missing"):
        defer_batch("tests.core.nothing", [{"number": 1}, {}])
    assert jobs() == []


def test_a_job_waits_until_its_time() -> None:
    at = timezone.now() + timedelta(hours=1)
    job_id = defer("tests.core.nothing", at=at, lock="draw-1", number=1)
    job = ProcrastinateJob.objects.get(pk=job_id)
    assert (job.scheduled_at, job.lock) == (at, "draw-1")


def test_trouble_outside_is_waited_out_for_minutes_not_hours() -> None:
    waits = []
    for attempts in range(6):
        job = type("Job", (), {"attempts": attempts})()
        decision = retry_external.get_retry_decision(exception=OSError(), job=job)
        if decision:
            assert decision.retry_at
            waits.append(round((decision.retry_at - timezone.now()).total_seconds()))
    assert waits == [30, 90, 150, 210, 270]


def test_the_job_of_a_dead_worker_is_queued_again() -> None:
    give_to_dead_worker(defer("tests.core.nothing", number=1))
    give_to_dead_worker(defer("tests.core.nothing", number=2), seconds=0)
    heal()
    assert jobs() == [1]
    assert jobs("doing") == [2]


def test_a_job_that_kills_its_worker_each_time_is_given_up() -> None:
    give_to_dead_worker(defer("tests.core.nothing", number=1), attempts=MAX_STALLS)
    heal()
    assert jobs("failed") == [1]


def test_a_job_whose_successor_waits_is_given_up_alone() -> None:
    give_to_dead_worker(defer("tests.core.alone", number=1))
    defer("tests.core.alone", number=2)
    give_to_dead_worker(defer("tests.core.nothing", number=3))
    heal()
    assert jobs() == [2, 3]
    assert jobs("failed") == [1]


def test_what_was_done_a_week_ago_is_forgotten_and_nothing_else() -> None:
    statuses = ["succeeded", "cancelled", "aborted", "failed", "todo", "doing"]
    for number, status in enumerate([*statuses, "succeeded"]):
        set_status(defer("tests.core.nothing", number=number), status)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - interval '8 days' WHERE job_id <>"
            " (SELECT max(id) FROM procrastinate_jobs)"
        )
    heal(remove_done)
    left = ProcrastinateJob.objects.order_by("pk").values_list("status", flat=True)
    assert list(left) == ["failed", "todo", "doing", "succeeded"]
    assert not ProcrastinateEvent.objects.filter(job=None).exists()


def test_no_deadline_is_given_up() -> None:
    """Each job of their queue is tried until it is done; what is done each minute or hour anyway needs no more."""
    periodic = {one.task.name for one in app.periodic_registry.periodic_tasks.values()}
    once = [
        task for task in app.tasks.values() if task.queue == DEADLINES and task.name not in periodic
    ]
    assert len(once) > 10
    given_up = [task.name for task in once if not isinstance(task.retry_strategy, UntilDone)]
    assert given_up == []
