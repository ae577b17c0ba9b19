"""The tokens of an expert name each specialty that he holds, whoever wrote them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from openpyxl import Workbook

from expertpool.accounts.models import User
from expertpool.directory.models import Specialty
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.profile import create_expert, update_expert
from tests.factories.experts import NOW, make_expert, make_specialty

pytestmark = pytest.mark.shows("EXP-22")


def named(expert: Expert) -> set[int]:
    """The specialties that the tokens name; there is no token but these: names are encrypted."""
    expert.refresh_from_db()
    return {int(token.removeprefix("#")) for token in expert.search_tokens}


@pytest.fixture
def two(db: None) -> list[Specialty]:
    return [make_specialty("S1", "给水"), make_specialty("S2", "排水")]


def test_of_a_form(admin: User, two: list[Specialty]) -> None:
    one, other = two

    def update(**changes: Any) -> None:
        update_expert(**{"expert": expert, "values": {}, "actor": admin, "now": NOW} | changes)

    values = {"name": "王小明", "phone": "13800138000"}
    expert = create_expert(values=values, specialties=[one], actor=admin, now=NOW)
    assert named(expert) == {one.pk}
    update(values={"name": "李小明"})
    assert named(expert) == {one.pk}
    update(specialties=two)
    assert named(expert) == {one.pk, other.pk}
    update(specialties=[], now=NOW + timedelta(hours=1))
    assert named(expert) == set()


def test_of_an_imported_list(admin: User, two: list[Specialty], tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["姓名", "手机号", "评审专业"])
    book.active.append(["王小明", "13800138000", "S1、S2"])
    book.save(tmp_path / "list.xlsx")
    outcome = import_file(tmp_path / "list.xlsx", actor=admin, now=NOW)
    assert outcome.accepted == 1, outcome.refused
    assert named(Expert.objects.get()) == {one.pk for one in two}


def test_of_those_who_were_there_before(two: list[Specialty]) -> None:
    expert = make_expert("王小明", specialties=tuple(two))
    bare = make_expert("李小明")
    tokens = expert.search_tokens
    migration = import_module("expertpool.experts.migrations.0012_specialties_among_tokens")
    with connection.cursor() as cursor:
        cursor.execute(migration.TAKE)
        assert named(expert) == set()
        cursor.execute(migration.ADD)
    expert.refresh_from_db()
    assert expert.search_tokens == tokens
    assert named(bare) == set()
