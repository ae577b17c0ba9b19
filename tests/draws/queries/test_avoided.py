"""Whom a project avoids by his name: the record of that name, however somebody typed it."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.draws.queries.avoided import is_or_knows_person
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.projects.enums import AvoidanceSubject
from tests.factories.experts import NOW, make_expert
from tests.factories.projects import avoid, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-06")]

# Another dot, a full stop, blanks, and marks that nobody sees: as the lists of bidders have them.
TYPED = [
    "阿迪力•买买提",
    "阿迪力.买买提",
    "阿迪力 ･ 买买提",
    "阿迪力·买\u200b买提",
    "阿迪力·\u3164买买提",
    "阿迪力\u2219买买提",
    "阿迪力 \u2027 买买提",
    "阿迪力. 买买提",
    "阿迪\uf98a·买买提",
    "阿迪\u2f12·买买提",
]


@pytest.mark.parametrize("typed", TYPED, ids=ascii)
def test_a_person_is_avoided_however_his_name_is_typed(typed: str) -> None:
    himself = make_expert("阿迪力·买买提")
    make_expert("阿迪力")
    row = avoid(make_project(), subject=AvoidanceSubject.PERSON, name=typed)
    assert [*Expert.objects.filter(is_or_knows_person(row))] == [himself]


@pytest.mark.parametrize("typed", TYPED, ids=ascii)
def test_so_is_who_declared_a_relation_to_him(typed: str) -> None:
    kin = make_expert("古丽")
    relation = AvoidanceUnit(
        expert=kin, kind=AvoidanceKind.KIN, person_name=typed, start_date=date(2020, 1, 1)
    )
    add_avoidance_unit(row=relation, actor=None, now=NOW)
    project = make_project()
    for name in ("阿迪力·买买提", *TYPED):
        row = avoid(project, subject=AvoidanceSubject.PERSON, name=name)
        assert [*Expert.objects.filter(is_or_knows_person(row))] == [kin]


def test_who_stands_in_capitals_is_avoided() -> None:
    himself = make_expert("John Smith")
    row = avoid(make_project(), subject=AvoidanceSubject.PERSON, name="JOHN SMITH")
    assert [*Expert.objects.filter(is_or_knows_person(row))] == [himself]
