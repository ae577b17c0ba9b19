"""Rows from before come into their bounds, and say what they held."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.forms.accounts import DepartmentForm
from expertpool.accounts.models import User
from expertpool.core.bounds import DAYS, MOMENTS, Bounds, mend, within
from expertpool.core.validators import validate_phone
from expertpool.directory.forms import DictionaryItemForm, SchemeForm
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def drop(table: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def test_old_values_become_the_nearest_and_are_logged(
    caplog: pytest.LogCaptureFixture, client: Client, admin: User
) -> None:
    low, high, right = make_project(), make_project(), make_project()
    drop("projects_project", "projects_project_bounds")
    Project.objects.filter(pk=low.pk).update(duration_minutes=0, budget=Decimal(-5))
    Project.objects.filter(pk=high.pk).update(
        duration_minutes=2_000_000_000, opening_at=datetime(9999, 1, 1, tzinfo=UTC)
    )
    budget = Bounds(Decimal(0), Decimal("999999999999.99"))
    steps = (
        mend("projects", "project", empty=True, budget=budget),
        mend("projects", "project", duration_minutes=Bounds(1, 43_200), opening_at=MOMENTS),
    )
    for step in steps:
        step.code(apps, None)
    low.refresh_from_db()
    high.refresh_from_db()
    assert (low.duration_minutes, low.budget) == (1, None)
    assert (high.duration_minutes, high.opening_at) == (43_200, MOMENTS.high)
    before = right.opening_at
    right.refresh_from_db()
    assert right.opening_at == before
    told = f"projects.project {high.pk}: duration_minutes was 2000000000, is 43200"
    assert told in caplog.messages
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        editor.add_constraint(Project, within("again", budget=budget, opening_at=MOMENTS))
    login(client, admin)
    for by in ("month", "quarter", "year"):  # the last of each ends beyond all days
        page = client.get(reverse("reports:statistics"), {"topic": "projects", "by": by})
        assert "2099" in page.content.decode()
    assert client.get(reverse("reports:home")).status_code == 200


def test_an_impossible_birthday_is_forgotten() -> None:
    expert = make_expert()
    drop("experts_expert", "experts_expert_bounds")
    for day in (date(1, 1, 1), date(9999, 12, 31)):
        Expert.objects.filter(pk=expert.pk).update(birth_date=day)
        mend("experts", "expert", empty=True, birth_date=DAYS).code(apps, None)
        expert.refresh_from_db()
        assert expert.birth_date is None


@pytest.mark.parametrize(
    "values",
    [
        {"budget": Decimal("-0.01")},
        {"duration_minutes": 43_201},
        {"opening_at": datetime(1999, 12, 31, tzinfo=UTC)},
        {"check_in_at": datetime(2100, 1, 1, tzinfo=UTC)},
        {"representatives": 100},
    ],
)
def test_the_database_refuses_what_lies_outside(values: dict[str, object]) -> None:
    project = make_project()
    with pytest.raises(IntegrityError, match="projects_project_bounds"):
        Project.objects.filter(pk=project.pk).update(**values)


@pytest.mark.parametrize(
    "number",
    [
        "13800000000",
        "+86 13800000000",
        "021-55500001",
        "（021）55500001",
        "0571-88888888-8012",
        "0571－88888888转8012",
        "55500001",
        "400-800-8888",
        "12345",
        "021-55500001、13800000000",
    ],
)
def test_numbers_that_ring(number: str) -> None:
    validate_phone(number)


@pytest.mark.parametrize(
    "number", ["abc", "021", "1380000000", "0", "电话", "021-55500001；", "１"]
)
def test_numbers_that_do_not_ring(number: str) -> None:
    with pytest.raises(ValidationError, match="电话格式不对"):
        validate_phone(number)


@pytest.mark.parametrize("form", [DepartmentForm, DictionaryItemForm, SchemeForm])
@pytest.mark.parametrize("typed", ["99999", "-1"])
@pytest.mark.django_db
def test_the_place_among_others_has_one_sentence(form: Any, typed: str) -> None:
    assert form({"order": typed}).errors["order"] == ["应为 0 至 9999。"]
