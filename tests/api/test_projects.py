from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.text import HIDDEN
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import retire_field
from expertpool.directory.models import Unit
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_unit
from tests.factories.fields import make_field
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db


def test_a_platform_files_submits_and_gets_a_decision(
    applicant: Caller, approver: Caller, application: dict[str, Any]
) -> None:
    created = applicant.post("/projects", application)
    assert created.status_code == 201
    project = created.json()
    assert project["status"] == "draft"
    assert project["draw_state"] == "not_drawn"
    assert project["budget"] == "860000.50"
    assert project["number"].startswith(f"XM{timezone.localdate().year}-")
    address = f"/projects/{project['id']}"
    handed_in = applicant.post(f"{address}/submit").json()
    assert handed_in["status"] == "pending"
    seen = {"version": handed_in["version"]}
    assert_problem(approver.post(f"{address}/approve", {"version": 0}), 409, "project-refused")
    assert_problem(approver.post(f"{address}/approve", {"note": "同意"}), 422, "invalid-values")
    decided = approver.post(f"{address}/approve", {"note": "同意", **seen}).json()
    assert (decided["status"], decided["decision_note"]) == ("approved", "同意")
    assert applicant.get(address).json() == decided
    actions = Entry.objects.filter(subject_type="projects.project", subject_id=project["id"])
    assert set(actions.values_list("action", flat=True)) == {
        "project.create",
        "project.submit",
        "project.approve",
    }


def test_a_rejection_needs_a_reason_and_is_sent_in_again(
    applicant: Caller, approver: Caller
) -> None:
    project = make_project(ProjectStatus.PENDING, applicant=applicant.user)
    address = f"/projects/{project.pk}"
    problem = assert_problem(
        approver.post(f"{address}/reject", {"note": " "}), 422, "invalid-values"
    )
    assert "退回原因" in problem["detail"]
    assert approver.post(f"{address}/reject", {"note": "缺少附件"}).json()["status"] == "rejected"
    assert applicant.post(f"{address}/submit").json()["status"] == "pending"


def test_what_a_service_refuses_comes_in_its_words(approver: Caller, department: Any) -> None:
    draft = make_project(ProjectStatus.DRAFT, department=department)
    problem = assert_problem(
        approver.post(f"/projects/{draft.pk}/approve", {"version": 0}), 409, "project-refused"
    )
    assert problem["detail"] == "项目现为「草稿」，只有待审核的项目可以审批。"


def test_nobody_decides_on_his_own_application(admin: Any) -> None:
    caller = Caller(admin)
    project = make_project(ProjectStatus.PENDING, applicant=admin, department=make_department())
    problem = assert_problem(
        caller.post(f"/projects/{project.pk}/approve", {"version": project.version}),
        409,
        "project-refused",
    )
    assert "不能审核自己申请、提交或修改的项目" in problem["detail"]


def test_each_platform_sees_its_own_rows(applicant: Caller, runner: Caller) -> None:
    other = make_project(department=make_department("别的部门"))
    own = make_project(applicant=applicant.user)
    assert [row["id"] for row in applicant.get("/projects").json()["items"]] == [own.pk]
    assert runner.get("/projects").json()["total"] == 2
    for path in ("", "/submit", "/avoidances"):
        call = applicant.post if path == "/submit" else applicant.get
        assert_problem(call(f"/projects/{other.pk}{path}"), 404, "not-found")
    other.refresh_from_db()
    assert other.status == ProjectStatus.DRAFT


def test_a_kind_that_no_dictionary_has_is_refused(
    applicant: Caller, application: dict[str, Any]
) -> None:
    refused = applicant.post("/projects", application | {"kind": "不存在"})
    problem = assert_problem(refused, 422, "invalid-values")
    assert problem["errors"][0]["field"] == "kind"
    assert "项目类型不存在，应为：" in problem["errors"][0]["message"]
    assert not Project.objects.exists()
    assert applicant.post("/projects", application | {"kind": ""}).status_code == 201


def test_a_department_out_of_reach_is_refused(
    applicant: Caller, application: dict[str, Any]
) -> None:
    application["department_id"] = make_department("别的部门").pk
    problem = assert_problem(applicant.post("/projects", application), 422, "invalid-values")
    assert problem["errors"][0]["field"] == "department_id"
    offered = applicant.get("/departments").json()
    assert [row["name"] for row in offered] == ["工程建设部"]


def test_a_number_in_use_is_a_conflict(applicant: Caller, application: dict[str, Any]) -> None:
    application["number"] = "ＧＣ－１"
    assert applicant.post("/projects", application).json()["number"] == "GC-1"
    problem = assert_problem(applicant.post("/projects", application), 409, "number-taken")
    assert problem["errors"][0]["field"] == "number"
    assert Project.objects.count() == 1


def test_the_purchaser_is_found_by_code_or_alias(
    applicant: Caller, application: dict[str, Any]
) -> None:
    unit = make_unit()
    Unit.objects.filter(pk=unit.pk).update(uscc="91310000132200821H")
    for named in ({"uscc": "91310000132200821h"}, {"name": unit.name}):
        project = applicant.post("/projects", application | {"purchaser": named}).json()
        assert project["purchaser"]["id"] == unit.pk
    unknown = application | {"purchaser": {"name": "没有的单位"}}
    problem = assert_problem(applicant.post("/projects", unknown), 422, "invalid-values")
    assert problem["errors"][0]["field"] == "purchaser"


def test_the_list_is_narrowed_and_cut_into_pages(runner: Caller) -> None:
    made = [make_project(name=f"泵站{n}", applicant=runner.user) for n in "甲乙丙"]
    make_project(ProjectStatus.PENDING, name="学校食堂", department=make_department())

    def numbers(**query: Any) -> list[int]:
        return [row["id"] for row in runner.get("/projects", query).json()["items"]]

    assert numbers(q="泵站") == [project.pk for project in reversed(made)]
    assert numbers(status="pending", q="泵站") == []
    assert numbers(number=made[1].number) == [made[1].pk]
    assert numbers(opening_from=timezone.now().isoformat(), q="泵站乙") == [made[1].pk]
    assert numbers(opening_to=timezone.now().isoformat()) == []
    page = runner.get("/projects", {"q": "泵站", "size": 2, "page": 2}).json()
    assert [row["id"] for row in page["items"]] == [made[0].pk]
    assert (page["total"], page["page"], page["size"]) == (3, 2, 2)
    assert runner.get("/projects", {"page": 9}).json()["items"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_rows(
    runner: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make_project(applicant=runner.user)
    runner.get("/projects")
    # One asks whether custom fields have changed, one what is kept out of answers.
    with django_assert_num_queries(9):
        assert runner.get("/projects").json()["total"] == rows


def test_bidders_are_added_to_what_is_avoided(applicant: Caller) -> None:
    project = make_project(applicant=applicant.user)
    address = f"/projects/{project.pk}/avoidances"
    bidder = {"subject": "unit", "name": "华东建设工程有限公司", "reason": "投标人"}
    assert applicant.post(address, bidder).status_code == 201
    period = {"subject": "period", "from_date": "2026-01-01", "to_date": "2026-03-31"}
    assert applicant.post(address, period).status_code == 201
    assert [row["target"] for row in applicant.get(address).json()] == [
        "华东建设工程有限公司",
        "2026-01-01 至 2026-03-31",
    ]
    author = {"subject": "person", "name": "王明", "role": "author"}
    assert applicant.post(address, author).json()["label"] == "采购文件编制人"
    wrong = bidder | {"uscc": "91310000132200821X"}
    problem = assert_problem(applicant.post(address, wrong), 422, "invalid-values")
    assert "统一社会信用代码不对" in problem["detail"]


@pytest.mark.shows("PRJ-32")
def test_an_archived_project_takes_no_write(admin: Any) -> None:
    make = make_user("operator")
    from tests.factories.experts import make_expert

    make_expert()
    draw = make_draw(now=timezone.now(), operator=make, seats=1)
    Project.objects.filter(pk=draw.project_id).update(status=ProjectStatus.ARCHIVED)
    caller, address = Caller(admin), f"/projects/{draw.project_id}"
    everybody = [{"name": "综合", "seats": 1, "levels": [{"all": []}]}]
    for answer in (
        caller.post(f"{address}/submit"),
        caller.post(f"{address}/approve", {"version": 0}),
        caller.post(f"{address}/reject", {"note": "不行"}),
        caller.post(f"{address}/avoidances", {"subject": "unit", "name": "甲公司"}),
        caller.put(f"{address}/plan", {"version": 0, "groups": everybody}),
        caller.post(f"{address}/draws", {"plan_version": 1}),
    ):
        assert answer.status_code == 409, answer.content
    assert caller.get(address).json()["status"] == "archived"


@pytest.mark.shows("OVW-05")
def test_fields_of_the_office_go_in_and_out(
    runner: Caller, applicant: Caller, application: dict[str, Any]
) -> None:
    made = {kind: make_field(f"字段{kind}", kind, subject=PROJECT.code) for kind in FieldKind}
    gone = make_field("旧字段", FieldKind.TEXT, subject=PROJECT.code)
    retire_field(field=gone, actor=None, now=timezone.now())
    told = applicant.get("/project-fields").json()
    assert [one["code"] for one in told] == [field.code for field in made.values()]
    values = {
        FieldKind.TEXT: "沪发〔2026〕8 号",
        FieldKind.LONG_TEXT: "一\n二",
        FieldKind.NUMBER: 12.5,
        FieldKind.DATE: "2026-12-01",
        FieldKind.CHOICE: "一级注册",
        FieldKind.WORDS: ["一级注册", "无"],
        FieldKind.FLAG: False,
    }
    fields = {made[kind].code: value for kind, value in values.items()}
    filed = applicant.post("/projects", application | {"fields": fields})
    assert filed.status_code == 201, filed.json()
    assert filed.json()["fields"] == fields
    assert Project.objects.get(pk=filed.json()["id"]).extra == fields
    assert runner.get("/projects").json()["items"][0]["fields"] == fields


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, "字" * 201),
        (FieldKind.TEXT, "\u202e"),
        (FieldKind.TEXT, ["一"]),
        (FieldKind.NUMBER, "9" * 400),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.DATE, "9999-12-31"),
        (FieldKind.DATE, 5),
        (FieldKind.CHOICE, "三级"),
        (FieldKind.WORDS, ["三级"]),
        (FieldKind.FLAG, "maybe"),
        (FieldKind.TEXT, None),
        (FieldKind.NUMBER, ""),
        (FieldKind.WORDS, []),
    ],
)
def test_a_wrong_value_of_such_a_field_is_named(
    applicant: Caller, application: dict[str, Any], kind: str, value: Any
) -> None:
    field = make_field("执业资格", kind, subject=PROJECT.code, required=True)
    refused = applicant.post("/projects", application | {"fields": {field.code: value}})
    problem = assert_problem(refused, 422, "invalid-values")
    (error,) = problem["errors"]
    assert error["field"] == f"fields.{field.code}"
    # What nothing can hold is refused before anybody knows which field it is meant for.
    assert "执业资格" in error["message"] or error["message"] == HIDDEN


def test_a_field_that_is_not_there_is_named(applicant: Caller, application: dict[str, Any]) -> None:
    refused = applicant.post("/projects", application | {"fields": {"x9": "一"}})
    (error,) = assert_problem(refused, 422, "invalid-values")["errors"]
    assert error["field"] == "fields.x9"


def test_a_field_that_waits_for_another_is_named_the_same_way(
    applicant: Caller, application: dict[str, Any]
) -> None:
    first = make_field("重大项目", FieldKind.FLAG, subject=PROJECT.code)
    waiting = make_field(
        "批文号", FieldKind.TEXT, subject=PROJECT.code, waits_for=first.code, wait_words=["是"]
    )
    fields = {first.code: False, waiting.code: "沪发〔2026〕8 号"}
    refused = applicant.post("/projects", application | {"fields": fields})
    (error,) = assert_problem(refused, 422, "invalid-values")["errors"]
    assert error["field"] == f"fields.{waiting.code}"


def test_the_bounds_of_numbers_are_told(applicant: Caller) -> None:
    bounds = {"least": Decimal("0.5"), "most": Decimal(100)}
    make_field("占比", FieldKind.NUMBER, subject=PROJECT.code, **bounds)
    make_field("层数", FieldKind.NUMBER, subject=PROJECT.code)
    make_field("批文号", FieldKind.TEXT, subject=PROJECT.code)
    told = applicant.get("/project-fields").json()
    assert [(one["least"], one["most"]) for one in told] == [
        (0.5, 100),
        (-(10**12), 10**12),
        (None, None),
    ]
