"""Numbers that the system gives are refused to nobody, whoever asks at the same moment. With its control."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from expertpool.projects.exceptions import NumberTaken
from expertpool.projects.models import Project
from expertpool.projects.services import application
from expertpool.projects.services.application import create_project
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.projects import project_data

CALLERS = 20


def all_at_once() -> list[Any]:
    actor, values = make_user("admin"), project_data(number="")
    call = partial(create_project, values=values, actor=actor, now=timezone.now())
    return run_at_once(*[call] * CALLERS)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("PRJ-01")
def test_twenty_at_once_get_a_number_each() -> None:
    made = all_at_once()
    assert {type(one) for one in made} == {Project}, made
    year = timezone.localtime().year
    assert sorted(one.number for one in made) == [f"XM{year}-{n + 1:04d}" for n in range(CALLERS)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_some_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "lock_transaction", lambda name: nullcontext())
    assert any(isinstance(one, NumberTaken) for one in all_at_once())


@pytest.mark.django_db
def test_another_constraint_is_no_number_in_use() -> None:
    """Here one that the database alone knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE projects_project ADD CONSTRAINT of_a_test CHECK (name <> '不行') NOT VALID"
        )
    values = project_data(name="不行")
    with pytest.raises(IntegrityError, match="of_a_test"):
        create_project(values=values, actor=make_user("admin"), now=timezone.now())
