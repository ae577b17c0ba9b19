"""Pre-queries of one person at once: they are the dearest question of a page, and each waits on a thread that answers
everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.aftermath import writing_afterwards
from expertpool.customforms.services.fields import retire_field
from expertpool.draws.exceptions import DrawNotReady, TooManyCounts
from expertpool.draws.models import CountTally
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.services import prequery
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.prequery import run_prequery
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.fields import make_field
from tests.fixtures import login


def asking_a_retired_field(actor: User) -> Project:
    field = make_field("丁选", options=("子", "寅"))
    leaf = {"field": field.code, "op": "in", "value": ["子"]}
    project = make_ready_project(
        now=timezone.now(), groups=[GroupInput("甲组", 1, [leaf])], actor=actor
    )
    retire_field(field=field, actor=None, now=timezone.now())
    return project


@pytest.mark.django_db
def test_one_that_is_refused_counts(client: Client, operator: User) -> None:
    project = asking_a_retired_field(operator)
    login(client, operator)
    for _ in range(2):
        client.post(reverse("draws:prequery", args=[project.pk]))
    assert CountTally.objects.get().times == 2


@pytest.mark.django_db(transaction=True)
def test_so_it_does_where_the_request_is_undone(operator: User) -> None:
    """As of the interface under an Idempotency-Key."""
    plan = plan_for(asking_a_retired_field(operator))
    assert plan is not None
    with pytest.raises(DrawNotReady), writing_afterwards(), transaction.atomic():
        run_prequery(plan=plan, actor=operator, now=timezone.now())
    assert CountTally.objects.get().times == 1


@contextmanager
def held(
    counting: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[threading.Event]:
    """Let nobody who counts go on before the test ends; tells when the first one counts."""
    goes_on, counts = threading.Event(), threading.Event()

    def wait(*args: Any, **more: Any) -> Any:
        counts.set()
        goes_on.wait(20)
        return counting(*args, **more)

    monkeypatch.setattr(prequery, "count_candidates", wait)
    try:
        yield counts
    finally:
        goes_on.set()


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_third_one_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    operator, other = make_user("operator"), make_user("operator")
    plan = plan_for(make_ready_project(now=timezone.now(), seats=1, actor=operator))
    assert plan is not None
    results: list[Any] = []

    def ask(actor: User) -> None:
        try:
            results.append(run_prequery(plan=plan, actor=actor, now=timezone.now()))
        except TooManyCounts as refused:
            results.append(refused)
        finally:
            connections.close_all()

    def begin(actor: User) -> threading.Thread:
        thread = threading.Thread(target=ask, args=[actor])
        thread.start()
        return thread

    with held(prequery.count_candidates, monkeypatch) as counts:
        threads = [begin(operator)]
        assert counts.wait(20)
        threads.append(begin(operator))  # he pressed twice
        for _ in range(200):
            if waiting():
                break
            threading.Event().wait(0.05)
        third = begin(operator)
        third.join(10)
        assert not third.is_alive()
        assert "还没有完成" in str(results[0])
        counts.clear()
        threads.append(begin(other))  # another person is not kept waiting by it
        assert counts.wait(20)
    for thread in threads:
        thread.join(20)
    assert [isinstance(one, TooManyCounts) for one in results] == [True, False, False, False]
