"""What a project may not say, whoever says it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.projects.models import Project
from expertpool.projects.services.application import create_project
from tests.factories.accounts import make_department

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def values() -> dict[str, Any]:
    return {
        "number": "XM1",
        "name": "道路照明改造",
        "regime": "internal",
        "department": make_department(),
        "opening_at": NOW + timedelta(days=30),
        "place": "三楼",
        "contact_name": "李萌",
        "contact_phone": "021-55500001",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget", Decimal(-5)),
        ("budget", Decimal(10) ** 12),
        ("duration_minutes", 2_000_000_000),
        ("duration_minutes", 0),
        ("representatives", 100),
        ("opening_at", NOW + timedelta(days=6 * 366)),
        ("opening_at", NOW.replace(year=1999)),
        ("check_in_at", NOW.replace(year=1)),
        ("contact_phone", "abc"),
        ("contact_phone", "021"),
        ("name", "a\x00b\x07"),
        ("place", "长" * 201),
    ],
)
def test_it_is_refused_at_its_field(operator: User, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        create_project(values=values() | {field: value}, actor=operator, now=NOW)
    assert list(refused.value.message_dict) == [field]
    assert all(not message.isascii() for message in refused.value.messages)
    assert not Project.objects.exists()


def test_marks_of_direction_that_nobody_sees_are_taken_out(operator: User) -> None:
    said = values() | {"description": "读\u202e反"}
    project = create_project(values=said, actor=operator, now=NOW)
    project.refresh_from_db()
    assert project.description == "读反"
