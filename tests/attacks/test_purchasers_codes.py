"""Somebody files projects by a table, and would like the purchaser's own people in the panel: he writes its name with another
code (docs/decisions/0715)."""

from __future__ import annotations

import pytest

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.draws.enums import Knowledge
from expertpool.draws.queries.eligibility import avoided_by
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_unit, make_uscc
from tests.projects.services.test_importing import cells, run

pytestmark = pytest.mark.django_db
NAME, CODE, OTHER = "长沙市质量检验研究院", make_uscc(7), make_uscc(8)


@pytest.fixture
def applicant() -> User:
    return make_user("department", department=make_department("工程建设部"))


def purchased(name: str, code: str) -> list[object]:
    return cells(采购单位=name, 统一社会信用代码=code)


def kept_away() -> list[Expert]:
    """Who is avoided by all projects that were taken."""
    avoided = avoided_by(list(Project.objects.all()), knowing=Knowledge.OPEN)
    return list(Expert.objects.filter(avoided.units))


@pytest.mark.shows("PRJ-04")
@pytest.mark.parametrize("name", [NAME, f"{NAME[:3]}\u200d {NAME[3:]}", "质检院"])
def test_a_known_purchaser_under_another_code_is_no_second_unit(applicant: User, name: str) -> None:
    """Pages said that the purchaser is avoided, and its ten experts could be drawn."""
    unit = make_unit(NAME, uscc=CODE)
    unit.aliases.create(name="质检院", normalised_name="质检院")
    colleague = make_expert(employer=unit)
    rows = [purchased(name, OTHER), purchased(name, CODE), purchased(name, "")]
    assert run(rows, actor=applicant) == (2, ["2 单位名称与代码不符"])
    assert set(Unit.objects.all()) == {unit}
    assert kept_away() == [colleague]


def test_nor_are_two_units_of_one_name_made_by_one_table(applicant: User) -> None:
    """Whoever is entered later with the bare name would be of one of them, and not of the other."""
    rows = [purchased(NAME, OTHER), purchased(NAME, CODE), purchased(NAME, OTHER)]
    assert run(rows, actor=applicant) == (2, ["3 单位名称与代码不符"])
    assert [one.uscc for one in Unit.objects.all()] == [OTHER]


def test_a_table_gives_a_known_unit_no_code(applicant: User) -> None:
    """Nor does he who files projects write into the register what he may not edit there."""
    unit = make_unit(NAME)
    colleague = make_expert(employer=unit)
    assert run([purchased(NAME, OTHER)], actor=applicant) == (1, [])
    unit.refresh_from_db()
    assert unit.uscc == ""
    assert kept_away() == [colleague]
