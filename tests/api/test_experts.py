from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department
from expertpool.audit.models import Entry
from expertpool.customforms.enums import FieldKind
from expertpool.directory.models import Unit
from expertpool.experts.enums import ExpertSource, ExpertStatus
from expertpool.experts.models import Expert, Leave
from tests.api.caller import Caller, assert_problem
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import (
    make_expert,
    make_id_number,
    make_phone,
    make_specialty,
    make_unit,
    make_uscc,
)
from tests.factories.fields import make_field

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(admin: Any) -> Caller:
    """The personnel system of the whole pool."""
    return Caller(admin)


@pytest.fixture
def person() -> dict[str, Any]:
    make_specialty("A0401")
    return {
        "name": "陆文昭",
        "phone": make_phone(),
        "id_number": make_id_number("19780312", serial=4),
        "employer": {"name": "江北市政设计院", "uscc": make_uscc(7)},
        "title": "高级工程师",
        "specialties": ["a0401"],
    }


def test_a_platform_enters_somebody_who_waits_and_is_approved(
    office: Caller, person: dict[str, Any]
) -> None:
    field = make_field("工牌号", FieldKind.TEXT)
    created = office.post("/experts", person | {"fields": {field.code: "Z-7"}}).json()
    assert (created["status"], created["state"]) == ("pending", "待审核")
    assert (created["source"], created["sex"]) == ("interface", "female")
    assert created["birth_date"] == "1978-03-12"
    assert created["employer"]["name"] == "江北市政设计院"
    assert [one["code"] for one in created["specialties"]] == ["A0401"]
    assert created["fields"] == {field.code: "Z-7"}
    assert [one["code"] for one in office.get("/expert-fields").json()] == [field.code]
    address = f"/experts/{created['id']}"
    own = assert_problem(office.post(f"{address}/approve"), 409, "expert-refused")
    assert "须由其他有权限的人员审核" in own["detail"]
    second = Caller(make_user("admin"))
    assert second.post(f"{address}/approve").json()["status"] == "formal"
    again = assert_problem(second.post(f"{address}/approve"), 409, "expert-refused")
    assert "现为“在库”" in again["detail"]
    expert = Expert.objects.get(pk=created["id"])
    assert expert.source == ExpertSource.INTERFACE
    actions = Entry.objects.filter(subject_type="experts.expert", subject_id=expert.pk)
    done = set(actions.values_list("action", flat=True))
    assert done >= {"expert.create", "expert.approve"}


def test_a_repeated_entry_makes_one(office: Caller, person: dict[str, Any]) -> None:
    first, again = (office.post("/experts", person, key="k-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert Expert.objects.count() == 1
    assert Entry.objects.filter(action="expert.create").count() == 1
    changed = office.post("/experts", person | {"name": "别人"}, key="k-1")
    assert_problem(changed, 422, "idempotency-key-reused")


@pytest.mark.shows("EXP-39")
def test_what_is_masked_on_pages_is_masked_here(runner: Caller, office: Caller) -> None:
    expert = make_expert(phone="13812345678", email="who@example.cn")
    seen = runner.get(f"/experts/{expert.pk}").json()
    assert (seen["phone"], seen["email"]) == ("138****5678", "w***@example.cn")
    text = runner.get("/experts").content.decode()
    assert "13812345678" not in text
    assert "who@example.cn" not in text
    # Nor is it found by what he may not see.
    assert runner.get("/experts", {"q": "13812345678"}).json()["total"] == 0
    assert office.get(f"/experts/{expert.pk}").json()["phone"] == "13812345678"
    assert office.get("/experts", {"q": "13812345678"}).json()["total"] == 1
    assert "bank_account" not in seen
    assert "address" not in seen


def test_each_platform_sees_and_changes_whom_its_user_may(department: Department) -> None:
    role = make_role("experts.view", "experts.edit", "experts.admit", scope=Scope.DEPARTMENT)
    caller = Caller(make_user(roles=(role,), department=department))
    own, other = make_expert(department=department), make_expert(department=make_department("别处"))
    assert [one["id"] for one in caller.get("/experts").json()["items"]] == [own.pk]
    for path in ("", "/leaves", "/coming-seats"):
        assert caller.get(f"/experts/{other.pk}{path}").status_code in {403, 404}
    for act, data in (
        ("approve", {}),
        ("freeze", {"reason": "核查中"}),
        ("unfreeze", {"reason": "已核实"}),
    ):
        assert_problem(caller.post(f"/experts/{other.pk}/{act}", data), 404, "not-found")
    assert_problem(caller.post("/experts", {"name": "某", "phone": make_phone()}), 403, "forbidden")
    other.refresh_from_db()
    assert other.status == ExpertStatus.FORMAL


def test_a_field_that_waits_for_another_is_named_as_all_others(
    office: Caller, person: dict[str, Any]
) -> None:
    first = make_field("可出差", FieldKind.FLAG)
    days = make_field("每年天数", FieldKind.NUMBER, waits_for=first.code, wait_words=["是"])
    sent = {"fields": {first.code: False, days.code: 3}}
    # Alone, and beside what the interface itself finds.
    for more in ({}, {"division": "9999"}):
        refused = office.post("/experts", person | sent | more)
        errors = assert_problem(refused, 422, "invalid-values")["errors"]
        assert f"fields.{days.code}" in {one["field"] for one in errors}
    (_, told) = office.get("/expert-fields").json()
    assert (told["least"], told["most"]) == (-(10**12), 10**12)


def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(
    office: Caller, person: dict[str, Any]
) -> None:
    taken = make_expert(phone=make_phone())
    before, units = Expert.objects.count(), Unit.objects.count()
    for changed, field, words in (
        ({"phone": "1380013800"}, "phone", "手机号"),
        ({"phone": taken.phone}, "phone", "已属于专家"),
        ({"id_number": "110101198001010011"}, "id_number", "校验位"),
        ({"specialties": ["A0401", "没有"]}, "specialties", "没有这些专业代码"),
        ({"division": "9999"}, "division", "行政区划代码"),
        ({"employer": {"name": "", "uscc": make_uscc(3)}}, "employer", "同时填写单位名称"),
        ({"employer": {"name": "某院", "uscc": "123"}}, "employer", "信用代码"),
        ({"department_id": 987654}, "department_id", "没有这个部门"),
        ({"fields": {"nothing": "x"}}, "fields.nothing", "/expert-fields"),
        ({"fields": {"nothing": [1, 2]}}, "fields.nothing", "应为文字、数字"),
        ({"fields": {"nothing": {"a": 1}}}, "fields.nothing", "应为文字、数字"),
        ({"term_start_date": "2026-05-01", "term_end_date": "2026-04-01"}, "term_end_date", "早于"),
        ({"birth_date": "9999-01-01"}, "birth_date", ""),
        ({"birth_date": "2014-05-20", "id_number": ""}, "birth_date", "岁"),
        ({"postcode": "41"}, "postcode", "6 位"),
        ({"bank_account": "abc"}, "bank_account", "数字"),
        ({"email": "nobody"}, "email", "邮箱"),
        ({"practice_years": -1}, "practice_years", ""),
        ({"name": "\u0000"}, "name", ""),
        ({"name": "<b>x</b>"}, "name", "含有符号"),
        ({"name": "王" * 5000}, "name", ""),
        ({"status": "formal"}, "status", ""),
    ):
        problem = assert_problem(office.post("/experts", person | changed), 422, "invalid-values")
        assert problem["errors"][0]["field"] == field, problem
        assert words in problem["errors"][0]["message"], problem
    assert Expert.objects.count() == before
    assert Unit.objects.count() == units  # nor the employer that was named


def test_all_that_is_wrong_is_said_at_once(office: Caller, person: dict[str, Any]) -> None:
    wrong = person | {
        "title": "大师",
        "phone": "138",
        "division": "9999",
        "specialties": ["没有"],
        "department_id": 987654,
        "employer": {"name": "", "uscc": make_uscc(3)},
    }
    problem = assert_problem(office.post("/experts", wrong), 422, "invalid-values")
    told = {one["field"] for one in problem["errors"]}
    assert told == {"division", "specialties", "department_id", "employer", "phone"}
    assert not Expert.objects.exists()


def test_what_is_odd_is_kept_and_told(office: Caller, person: dict[str, Any]) -> None:
    assert office.post("/experts", person).json()["warnings"] == []
    odd = {
        "name": "接口乙",
        "phone": make_phone(),
        "id_number": make_id_number("19900101", division="343333"),
        "bank_account": "6222000000000000001",
        "practice_years": 70,
    }
    warnings = "".join(office.post("/experts", odd).json()["warnings"])
    for words in ("前六位 343333", "最后一位校验不符", "从业年限 70 年"):
        assert words in warnings


def test_somebody_alike_is_asked_about_once(office: Caller, person: dict[str, Any]) -> None:
    office.post("/experts", person)
    twin = person | {"phone": make_phone(), "id_number": ""}
    problem = assert_problem(office.post("/experts", twin), 422, "invalid-values")
    told = problem["errors"][0]
    assert told["field"] == "knowing"
    assert "勾选" not in told["message"]
    token = told["message"].split("“")[-1].split("”")[0]
    assert office.post("/experts", twin | {"knowing": token}).status_code == 201


def test_the_code_of_another_unit_is_asked_about(office: Caller, person: dict[str, Any]) -> None:
    unit = make_unit("西安市人民医院", uscc=make_uscc(9))
    foreign = person | {"employer": {"name": "长沙市建筑设计研究院", "uscc": unit.uscc}}
    problem = assert_problem(office.post("/experts", foreign), 422, "invalid-values")
    told = problem["errors"][0]
    assert told["field"] == "knowing"
    assert "西安市人民医院" in told["message"]
    token = told["message"].split("knowing 填“")[1].split("”")[0]
    other = foreign | {"employer": {"name": "长沙市勘察院", "uscc": unit.uscc}, "knowing": token}
    assert_problem(office.post("/experts", other), 422, "invalid-values")
    entered = office.post("/experts", foreign | {"knowing": token})
    assert (entered.status_code, entered.json()["employer"]["name"]) == (201, unit.name)
    # With somebody alike besides, both are gone on with.
    twin = foreign | {"phone": make_phone(), "id_number": "", "knowing": token}
    asked = assert_problem(office.post("/experts", twin), 422, "invalid-values")
    both = asked["errors"][0]["message"].split("knowing 填“")[1].split("”")[0]
    assert token in both
    assert office.post("/experts", twin | {"knowing": both}).status_code == 201


def test_a_second_unit_of_a_name_is_asked_about(office: Caller, person: dict[str, Any]) -> None:
    unit = make_unit("长沙市建筑设计研究院", uscc=make_uscc(9))
    namesake = person | {"employer": {"name": unit.name, "uscc": make_uscc(8)}}
    problem = assert_problem(office.post("/experts", namesake), 422, "invalid-values")
    told = problem["errors"][0]
    assert told["field"] == "knowing"
    assert f"的代码是 {unit.uscc}" in told["message"]
    token = told["message"].split("knowing 填“")[1].split("”")[0]
    entered = office.post("/experts", namesake | {"knowing": token})
    assert (entered.status_code, entered.json()["employer"]["uscc"]) == (201, make_uscc(8))


def test_words_that_no_list_has_are_told(office: Caller, person: dict[str, Any]) -> None:
    entered = office.post("/experts", person | {"title": "不知道师", "education": "很高"})
    told = "".join(entered.json()["warnings"])
    assert "职称“不知道师”不在词典中" in told
    assert "“很高”不在词典中" in told


@pytest.mark.parametrize("word", ["无", "—", "退休"])
def test_a_word_for_none_is_no_employer(office: Caller, person: dict[str, Any], word: str) -> None:
    entered = office.post("/experts", person | {"employer": {"name": word}})
    assert (entered.status_code, entered.json()["employer"]) == (201, None)
    assert not Unit.objects.filter(name=word).exists()


def test_the_list_is_narrowed(office: Caller) -> None:
    top = make_specialty("QX01")
    below = make_specialty("QX0102", parent=top)
    held, other = make_expert(specialties=[below]), make_expert(status=ExpertStatus.FROZEN)
    gone = make_expert(status=ExpertStatus.DELETED)

    def found(**query: Any) -> list[int]:
        return [one["id"] for one in office.get("/experts", query).json()["items"]]

    assert found() == [other.pk, held.pk]
    assert found(specialty="qx01") == [held.pk]
    assert found(status="frozen") == [other.pk]
    assert found(status="deleted") == [gone.pk]
    assert found(number=held.number) == [held.pk]
    assert found(updated_from=(timezone.now() + timedelta(days=1)).isoformat()) == []
    assert found(specialty="没有") == []
    codes = [one["code"] for one in office.get("/specialties", {"q": "qx"}).json()["items"]]
    assert codes == ["QX01", "QX0102"]


def test_a_list_costs_the_same_for_one_and_for_three(office: Caller) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            office.get("/experts")
        return len(found)

    make_expert(specialties=[make_specialty("C01")])
    one = cost()
    for n in (2, 3):
        make_expert(specialties=[make_specialty(f"C0{n}")])
    assert cost() == one


def test_freezing_and_leaves(office: Caller) -> None:
    expert = make_expert()
    address = f"/experts/{expert.pk}"
    assert office.get(f"{address}/coming-seats").json() == []
    assert_problem(office.post(f"{address}/freeze", {"reason": " "}), 422, "invalid-values")
    assert office.post(f"{address}/freeze", {"reason": "资料核查"}).json()["status"] == "frozen"
    assert office.post(f"{address}/unfreeze", {"reason": "已核实"}).json()["status"] == "formal"
    start = timezone.now() + timedelta(days=2)
    period = {"start": start.isoformat(), "end": (start + timedelta(days=3)).isoformat()}
    leave = office.post(f"{address}/leaves", period | {"reason": "出国"}).json()
    assert (leave["state"], leave["reason"]) == ("未开始", "出国")
    twice = office.post(f"{address}/leaves", period | {"reason": "再请"})
    assert "时间重叠" in assert_problem(twice, 409, "expert-refused")["detail"]
    reversed_ = {"start": period["end"], "end": period["start"], "reason": "反了"}
    assert_problem(office.post(f"{address}/leaves", reversed_), 409, "expert-refused")
    assert office.get(f"{address}/leaves").json()["total"] == 1
    assert office.post(f"/leaves/{leave['id']}/cancel").json()["state"] == "已销假"
    assert_problem(office.post(f"/leaves/{leave['id']}/cancel"), 409, "expert-refused")
    assert Leave.objects.count() == 1


def test_a_field_that_its_reader_may_not_see_is_none_of_the_interface(
    runner: Caller, office: Caller, person: dict[str, Any]
) -> None:
    """Neither its name, nor its value, nor that it is there: as on pages."""
    field = make_field("内部评语", FieldKind.TEXT, readers=["admin"])
    created = office.post("/experts", person | {"fields": {field.code: "口碑很好"}})
    assert created.status_code == 201
    address = f"/experts/{created.json()['id']}"
    for path in (address, "/experts", "/expert-fields"):
        seen, hidden = (one.get(path).content.decode() for one in (office, runner))
        assert field.code in seen, path
        for word in (field.code, "内部评语", "口碑很好"):
            assert word not in hidden, (path, word)
    # Who may enter people, and may not see it, can neither write it nor find out by a refusal that it is there.
    clerk = Caller(make_user(roles=(make_role("experts.view", "experts.add"),)))
    twin = person | {"phone": make_phone(), "id_number": make_id_number("19790312", serial=5)}
    answers = []
    for code in (field.code, "no_such_field"):
        answer = clerk.post("/experts", twin | {"fields": {code: "x"}})
        assert answer.status_code == 422
        answers.append(answer.content.decode().replace(code, "CODE"))
    assert answers[0] == answers[1]
    assert Expert.objects.count() == 1


def test_somebody_is_found_by_name_within_ones_scope(department: Department) -> None:
    mine, other = make_department("审计处"), department
    for name, place in (("欧阳文静", mine), ("欧阳文渊", other), ("文静远", mine)):
        make_expert(name, department=place)
    role = make_role("experts.view", scope=Scope.DEPARTMENT)
    caller = Caller(make_user(roles=(role,), department=mine))
    for text, names in (
        ("欧阳", {"欧阳文静"}),
        ("文静", {"欧阳文静", "文静远"}),
        ("欧阳 审计", set()),
        ("欧阳文渊", set()),
    ):
        found = caller.get("/experts", {"q": text}).json()
        assert {one["name"] for one in found["items"]} == names, text
