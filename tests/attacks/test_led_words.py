"""Somebody with live SQL leads what an expert wrote of himself (why he is on leave, what he needs, whom he recommends, why an avoidance should
go) to another, who would read it on his own page: the database refuses, and led by the owner of the tables it does not
open (docs/decisions/0502)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from expertpool.core.crypto import LEAST_BYTES, Vault, binding
from expertpool.core.rekeying import count_shut
from expertpool.experts.models import AvoidanceRemoval, Expert, Leave
from expertpool.experts.services.leave import file_leave
from expertpool.joining.models import Recommendation
from expertpool.points.models import BenefitRequest
from expertpool.points.queries.requests import requests_of
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.points import make_request

pytestmark = pytest.mark.django_db
WORDS = "出国学习一年"


def leave_of(expert: Expert) -> Leave:
    now = timezone.now()
    end = now + timedelta(days=9)
    return file_leave(expert=expert, start=now, end=end, reason=WORDS, actor=expert.user, now=now)


def removal_of(expert: Expert) -> AvoidanceRemoval:
    return AvoidanceRemoval.objects.create(
        expert=expert,
        target="某单位",
        kind="current_employer",
        reason=WORDS,
        asked_by=expert.user,
        asked_at=timezone.now(),
    )


def recommendation_of(expert: Expert) -> Recommendation:
    now = timezone.now()
    return Recommendation.objects.create(
        recommender=expert,
        name="李四",
        phone="13912349977",
        reason=WORDS,
        digest=uuid4().bytes,
        sent_at=now,
        expires_at=now + timedelta(days=9),
        created_by=expert.user,
    )


WRITTEN: dict[str, tuple[Callable[[Expert], models.Model], str, dict[str, int], str]] = {
    "service": (
        make_request,
        "expert_id",
        {"text": 512},
        "expertpool.points.migrations.0003_texts_are_his",
    ),
    "leave": (
        leave_of,
        "expert_id",
        {"reason": 256},
        "expertpool.experts.migrations.0049_reasons_are_his",
    ),
    "removal": (
        removal_of,
        "expert_id",
        {"reason": 512},
        "expertpool.experts.migrations.0049_reasons_are_his",
    ),
    "recommendation": (
        recommendation_of,
        "recommender_id",
        {"name": 64, "phone": LEAST_BYTES, "reason": 256},
        "expertpool.joining.migrations.0011_recommendations_are_his",
    ),
}


@pytest.fixture
def his() -> Expert:
    return make_expert("罗某", user=make_user("expert"))


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def read(row: models.Model, columns: dict[str, int]) -> list[str]:
    found = type(row)._default_manager.get(pk=row.pk)
    return [getattr(found, name) for name in columns]


@pytest.mark.parametrize("what", WRITTEN)
def test_what_he_wrote_is_led_to_nobody(what: str, his: Expert) -> None:
    make, whose, columns, _ = WRITTEN[what]
    row, other = make(his), make_expert("另某")
    assert all(read(row, columns))
    table = row._meta.db_table
    lead = f"UPDATE {table} SET {whose} = %s"  # noqa: S608 (ours)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(lead, other.pk)
    connection.check_constraints()
    write(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    write(lead, other.pk)
    assert count_shut() == len(columns)
    if isinstance(row, BenefitRequest):
        assert not requests_of(other).exists()


@pytest.mark.parametrize("what", WRITTEN)
def test_what_was_there_is_bound_to_him_and_what_was_altered_is_not(what: str, his: Expert) -> None:
    make, _, columns, name = WRITTEN[what]
    row = make(his)
    words, table = read(row, columns), row._meta.db_table
    for (column, usual), word in zip(columns.items(), words, strict=True):
        place = binding(table, column) + binding(row.uid)  # type: ignore[attr-defined]
        token = Vault("FIELD_KEY", usual).encrypt_all([(word.encode(), place)])[0]
        write(f"UPDATE {table} SET {column} = %s", token)  # noqa: S608 (ours)
    connection.check_constraints()
    assert count_shut() == len(columns)
    for operation in import_module(name).Migration.operations:
        if hasattr(operation, "code"):
            operation.code(None, SimpleNamespace(connection=connection))
    assert read(row, columns) == words
    assert count_shut() == 0
    write(f"UPDATE {table} SET {next(iter(columns))} = 'x'")  # noqa: S608 (ours)
    for operation in import_module(name).Migration.operations:
        if hasattr(operation, "code"):
            operation.code(None, SimpleNamespace(connection=connection))
    assert count_shut() == 1
