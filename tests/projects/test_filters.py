"""The filters above the list of projects, which follow from the declaration of the fields."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.projects.enums import Regime
from expertpool.projects.fields import PROJECT
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.models import Project
from tests.factories.accounts import make_department
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.get_current_timezone())  # type: ignore[misc,arg-type]


def found(**query: Any) -> set[str]:
    query = {name: str(value) for name, value in query.items()}
    return set(ProjectFilter(query).filter(Project.objects.all()).values_list("name", flat=True))


@pytest.fixture
def projects(operator: User) -> dict[str, int]:
    """Three projects around midnight, one of them of a kind that left the dictionary."""
    top = make_department("采购中心")
    below = make_department("采购一部", parent=top)
    rows = (
        ("甲", top, at(2027, 1, 31, 23, 59), "工程", Regime.TENDER),
        ("乙", below, at(2027, 2, 1, 0, 0), "", Regime.TENDER),
        ("丙", below, at(2027, 2, 2, 9, 0), "旧类型", Regime.INTERNAL),
    )
    for name, department, opening, kind, regime in rows:
        project = make_project(
            name=name,
            department=department,
            opening_at=opening,
            kind="工程",
            regime=regime,
            applicant=operator,
        )
        Project.objects.filter(pk=project.pk).update(kind=kind, created_at=opening)
    return {"top": top.pk, "below": below.pk}


@pytest.mark.shows("PRJ-03")
def test_each_filter_finds_what_it_says(projects: dict[str, int]) -> None:
    assert found() == {"甲", "乙", "丙"}
    assert found(regime="internal") == {"丙"}
    assert found(department=projects["top"]) == {"甲", "乙", "丙"}
    assert found(department=projects["top"], only="on") == {"甲"}
    assert found(department=projects["below"], only="on") == {"乙", "丙"}
    assert found(only="on") == {"甲", "乙", "丙"}  # of no department it says nothing
    for name in ("opening", "created"):  # days of Beijing, both included
        assert found(**{name: "2027-01-31"}) == {"甲"}
        assert found(**{name: "2027-02-01 至 2027-02-02"}) == {"乙", "丙"}
    assert found(kind="工程") == {"甲"}
    assert found(kind="-") == {"乙"}
    assert found(regime="tender", opening="2027-02-01", kind="-") == {"乙"}


def test_a_kind_that_left_the_dictionary_is_found_by_its_address(projects: dict[str, int]) -> None:
    form = ProjectFilter({"kind": "旧类型"})
    assert found(kind="旧类型") == {"丙"}
    assert ("旧类型", "旧类型") in form.fields["kind"].choices  # type: ignore[attr-defined]
    DictionaryItem.objects.filter(dictionary=DictionaryCode.PROJECT_KIND).delete()
    assert found(kind="-") == {"乙"}  # none is told from none of the list, with an empty one too


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "\0"},
        {"department": "x"},
        {"department": "9" * 30},
        {"regime": "nothing"},
        {"opening": "2027-02-02 至 2027-02-01"},
        {"where": '{"field": "kind", "op": "eq", "value": "旧类型"}'},
    ],
)
def test_what_cannot_be_meant_finds_nothing_and_says_so(
    projects: dict[str, int], query: dict[str, str]
) -> None:
    form = ProjectFilter(query)
    assert not form.filter(Project.objects.all()).exists()
    assert form.faults


def test_a_control_is_told_with_its_field(projects: dict[str, int]) -> None:
    """In the order that the page had: what is declared, and two that no field says."""
    shown = [bound.name for bound in ProjectFilter().visible_fields()]
    assert shown == ["q", "regime", "department", "opening", "kind", "created", "only"]
    declared = {one.filter_name for one in PROJECT.fields() if one.filtered}
    assert declared == {*shown} - {"q", "only"}
    labels = [bound.label for bound in ProjectFilter().visible_fields()]
    assert labels[1:6] == ["适用制度", "所属部门", "评审时间", "项目类型", "申请时间"]


@pytest.mark.shows("PRJ-11")
def test_a_condition_of_the_builder_is_in_the_address(
    projects: dict[str, int], client: Client, admin: User
) -> None:
    login(client, admin)
    where = {"field": "kind", "op": "eq", "value": "工程"}
    asked = reverse("projects:conditions") + "?page=3&regime=tender"
    address = client.post(asked, {"where": json.dumps(where)})["HX-Redirect"]
    query = QueryDict(address.partition("?")[2])
    assert {"regime", "where"} == {*query}
    for reader in (client, login(Client(), admin)):  # it can be kept, and given to somebody else
        page = reader.get(address)
        assert {one.name for one in page.context["page"]} == {"甲"}
    assert client.post(reverse("projects:conditions"), {"where": "broken"}).status_code == 422


def test_nothing_chosen_leaves_the_very_rows() -> None:
    rows = Project.objects.all()
    assert ProjectFilter({}).filter(rows) is rows
