"""Which rights reach a draw or a project with its batch: all of them asked at once."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.actions import actions_for, actions_for_project
from expertpool.draws.queries.draws import (
    codes_for_draw,
    codes_for_project,
    draws_visible_to,
    projects_to_draw,
)
from tests.factories.accounts import make_department, make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
NARROW = ["draws.view", "draws.plan", "draws.run", "draws.void"]


@pytest.fixture
def clerk() -> User:
    """May view, plan, run and void what is of his department."""
    user = make_user("department", department=make_department("一部"))
    for code in NARROW:
        user.roles.get().permissions.update_or_create(code=code, defaults={"scope": "department"})
    return User.objects.get(pk=user.pk)


@pytest.fixture
def draws(clerk: User) -> dict[str, Draw]:
    """Of projects of his department, of another, and of a batch of both."""
    for _ in range(9):
        make_expert()
    other = make_department("二部")
    found = {}
    for name, first, second in (
        ("own", clerk.department, clerk.department),
        ("other", other, other),
        ("shared", clerk.department, other),
    ):
        members = [
            *make_members(72, now=NOW, department=first),
            *make_members(96, now=NOW, department=second),
        ]
        found[name] = draw_batch(make_batch(members, now=NOW, seats=1), now=NOW)
    return found


def test_rights_are_asked_at_once_and_answer_as_the_lists_do(
    clerk: User, draws: dict[str, Draw], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    codes = [*NARROW, "draws.release"]
    assert clerk.grants  # loaded once
    reached = {}
    for name, draw in draws.items():
        with django_assert_num_queries(1):
            reached[name] = codes_for_draw(clerk, draw, codes)
        assert reached[name] == {
            code for code in codes if draws_visible_to(clerk, code).filter(pk=draw.pk).exists()
        }
        project = draw.project
        with django_assert_num_queries(1):
            of_project = codes_for_project(clerk, project, codes)
        assert of_project == {
            code for code in codes if projects_to_draw(clerk, code).filter(pk=project.pk).exists()
        }
    assert reached == {"own": set(NARROW), "other": set(), "shared": {"draws.view"}}


def test_all_actions_ask_once_for_the_rights(clerk: User, draws: dict[str, Draw]) -> None:
    draw = draws["own"]
    for ask in (
        lambda: actions_for(draw, clerk, now=NOW),
        lambda: actions_for_project(draw.project, clerk, now=NOW),
    ):
        with CaptureQueriesContext(connection) as queries:
            ask()
        of_department = f'"department_id" = {clerk.department_id}'
        assert sum(of_department in query["sql"] for query in queries) == 1
