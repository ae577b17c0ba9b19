"""Names that stood before letters that look alike were one (docs/decisions/0646) are searched and avoided as all are."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from expertpool.draws.queries.avoided import is_or_knows_person
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.search import search
from expertpool.projects.enums import AvoidanceSubject
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, rename
from tests.factories.projects import avoid, make_project

MIGRATION: Any = import_module("expertpool.experts.migrations.0056_names_read_alike").Migration


def migrate() -> None:
    for operation in MIGRATION.operations:
        with connection.schema_editor() as editor:
            operation.code(apps, editor)


def token_of(expert: Expert) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM experts_expert WHERE id = %s", [expert.pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("stood", "typed"),
    [
        ("\uf9e1明远", "李明远"),
        ("Jose\u0301 Luis", "José Luis"),
        ("阿迪力•买买提", "阿迪力·买买提"),
    ],
    ids=ascii,
)
def test_an_expert_who_stood_otherwise_is_found_and_avoided(stood: str, typed: str) -> None:
    himself, other, admin = make_expert(), make_expert("李明"), make_user("admin")
    rename([himself], stood)
    kin = make_expert("古丽")
    relation = AvoidanceUnit.objects.create(
        expert=kin, kind=AvoidanceKind.KIN, person_name=stood, start_date=date(2020, 1, 1)
    )
    before = token_of(other)
    migrate()
    row = avoid(make_project(), subject=AvoidanceSubject.PERSON, name=typed)
    assert {*Expert.objects.filter(is_or_knows_person(row))} == {himself, kin}
    assert [*search(Expert.objects.all(), typed, admin)] == [himself]
    relation.refresh_from_db()
    assert (Expert.objects.get(pk=himself.pk).name, relation.person_name) == (typed, typed)
    assert token_of(other) == before  # nobody else is written
