from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.services.state import set_draw_state
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST = "/projects/"


def names(response) -> list[str]:
    return [project.name for project in response.context["page"]]


def counts(response) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in response.context["tabs"]}


@pytest.mark.shows("PRJ-03")
def test_the_list_combines_words_department_regime_and_time(client, operator):
    top = make_department("采购中心")
    works = make_department("工程部", parent=top)
    soon = datetime(2027, 3, 1, 9, tzinfo=timezone.get_current_timezone())
    later = datetime(2027, 4, 1, 9, tzinfo=timezone.get_current_timezone())
    common = {"applicant": operator, "regime": Regime.TENDER}
    make_project(name="道路改造一标段", department=works, opening_at=soon, **common)
    make_project(name="道路改造二标段", department=works, opening_at=later, **common)
    make_project(name="道路绿化", department=top, opening_at=soon, **common)
    make_project(
        name="道路改造内部评审",
        department=works,
        opening_at=soon,
        applicant=operator,
        regime=Regime.INTERNAL,
    )
    login(client, operator)
    query = {
        "q": "改造 工程",
        "regime": "tender",
        "department": works.pk,
        "opening": "2027-03-01 至 2027-03-31",
    }
    assert names(client.get(LIST, query)) == ["道路改造一标段"]
    assert set(names(client.get(LIST, {"department": top.pk}))) == {
        "道路改造一标段",
        "道路改造二标段",
        "道路绿化",
        "道路改造内部评审",
    }
    assert set(names(client.get(LIST, {"q": "李萌", "opening": "2027-04-01"}))) == {
        "道路改造二标段"
    }


def test_a_wrong_period_says_so_and_finds_nobody(client, operator):
    make_project(applicant=operator, department=make_department())
    response = login(client, operator).get(LIST, {"opening": "2027-03-31 至 2027-03-01"})
    assert "开始不晚于结束" in response.content.decode()
    assert names(response) == []
    # what htmx asks for has no filters in it: the answer says it besides
    part = client.get(
        LIST,
        {"opening": "0001-01-01 至 9999-12-31"},
        headers={"HX-Request": "true", "HX-Target": "list"},
    )
    told = json.loads(part["HX-Trigger"])["toast"]["message"]
    assert "应在 1900 年至 2099 年之间" in told
    assert names(part) == []


@pytest.mark.shows("PRJ-03")
def test_a_department_user_sees_his_own_and_those_below(client):
    own = make_department("工程部")
    below = make_department("工程一组", parent=own)
    other = make_department("信息部")
    operator = make_user("operator")
    for department in (own, below, other):
        make_project(name=department.name, department=department, applicant=operator)
    login(client, make_user("department", department=own))
    assert set(names(client.get(LIST))) == {"工程部", "工程一组"}
    hidden = make_project(department=other, applicant=operator)
    assert client.get(reverse("projects:detail", args=[hidden.pk])).status_code == 404


def test_tabs_count_where_projects_stand(client, operator):
    department = make_department()
    for status in ProjectStatus.values[:4]:
        make_project(status, department=department, applicant=operator)
    drawing = make_project(ProjectStatus.APPROVED, department=department, applicant=operator)
    set_draw_state(drawing, DrawState.DRAWING, actor=None, now=timezone.now())
    login(client, operator)
    found = counts(client.get(LIST))
    assert found == {
        "全部": 5,
        "草稿": 1,
        "待审核": 1,
        "已退回": 1,
        "未抽取": 1,
        "抽取中": 1,
        "抽取成功": 0,
        "不满足": 0,
        "抽取成功（补抽）": 0,
        "已归档": 0,
    }
    assert names(client.get(LIST, {"tab": "drawing"})) == [drawing.name]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_the_same_for_any_number_of_rows(
    client, operator, rows, django_assert_num_queries
):
    department = make_department()
    for _ in range(rows):
        make_project(department=department, applicant=operator)
    login(client, operator)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


# Session, user, grants; own bulk actions; tabs with the count, departments, kinds, added fields, rows; tasks; the bell.
LIST_QUERIES = 12


@pytest.mark.shows("PRJ-12")
def test_the_panorama_shows_facts_state_and_what_can_be_done(client, operator):
    project = make_project(applicant=operator, department=make_department("工程部"))
    address = reverse("projects:detail", args=[project.pk])
    page = login(client, operator).get(address).content.decode()
    for text in (project.name, project.number, "工程部", project.place, "草稿", "提交审核"):
        assert text in page
    assert "审核通过" not in page
    login(client, make_user("auditor"))
    page = client.get(address).content.decode()
    assert "提交审核</span>" not in page


def test_the_panorama_warns_of_a_draw_too_early(client, operator):
    project = make_project(
        applicant=operator,
        department=make_department(),
        regime=Regime.PROCUREMENT,
        opening_at=timezone.now() + timedelta(days=20),
    )
    page = login(client, operator).get(reverse("projects:detail", args=[project.pk]))
    assert "政府采购评审专家管理办法第十四条" in page.content.decode()
