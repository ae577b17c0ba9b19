from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation, ReplyLink, Rescheduling, WideningRequest
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.widening import decide_widening, widen_plan
from expertpool.draws.settings import OWN_NUMBERS, REPLY_SHORTEST, REPLY_USUAL
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.factories.widening import SENIOR, make_short_panel
from vdraw.verify import main as verify

pytestmark = pytest.mark.django_db
EVERYBODY: dict[str, Any] = {"all": []}


def plan(**settings: Any) -> dict[str, Any]:
    group = {"name": "综合", "seats": 2, "standby_seats": 0, "levels": [EVERYBODY]}
    return {"version": 0, "groups": [group], "unit_cap": None} | settings


def approved() -> Project:
    return make_project(ProjectStatus.APPROVED, department=make_department())


def accept_all(draw_id: int, operator: Any) -> None:
    for row in Invitation.objects.filter(draw=draw_id, state=InvitationState.INVITED):
        record_answer(
            invitation=row,
            state=InvitationState.ACCEPTED,
            reason="电话答复",
            actor=operator,
            now=timezone.now(),
            entropy=SeededEntropy(5),
        )


@pytest.fixture
def experts(db: None) -> list[Expert]:
    return [make_expert(name=f"欧阳专家{n}") for n in range(6)]


@pytest.mark.usefixtures("no_quiet_hours")
def test_a_platform_plans_draws_and_follows_a_draw(runner: Caller, experts: list[Expert]) -> None:
    project = approved()
    address = f"/projects/{project.pk}"
    assert_problem(runner.get(f"{address}/plan"), 409, "draw-refused")
    stored = runner.put(f"{address}/plan", plan(reply_minutes=90))
    assert stored.status_code == 200, stored.content
    assert stored.json() == runner.get(f"{address}/plan").json()
    assert stored.json()["groups"] == plan()["groups"]
    assert stored.json()["reply_minutes"] == 90
    counts = runner.post(f"{address}/prequery").json()
    assert (counts["total"], counts["seats"], counts["shortages"]) == (6, 2, [])
    another = {"plan_version": 1, "plan_mark": "0" * 32}
    assert_problem(runner.post(f"{address}/draws", another), 409, "plan-changed")
    read = {"plan_version": 1, "plan_mark": stored.json()["mark"]}
    started = runner.post(f"{address}/draws", read)
    assert started.status_code == 201, started.content
    draw = started.json()
    assert (draw["status"], draw["candidate_count"]) == ("inviting", None)
    assert draw["counts"] == {
        "seats": 2,
        "standbys": 0,
        "invited": 2,
        "accepted": 0,
        "waiting": 2,
        "exited": 0,
    }
    assert [line["line"] for line in draw["lines"]] == [1, 2]
    accept_all(draw["id"], runner.user)
    ended = runner.get(f"/draws/{draw['id']}").json()
    assert (ended["status"], ended["counts"]["accepted"]) == ("success", 2)
    assert ended["version"] != draw["version"]
    listed = runner.get("/draws", {"project_id": project.pk}).json()["items"]
    assert [row["number"] for row in listed] == [draw["number"]]
    assert runner.get("/draws", {"status": "void"}).json()["total"] == 0
    assert_problem(runner.post(f"{address}/draws", {"plan_version": 1}), 409, "draw-refused")


@pytest.mark.usefixtures("no_quiet_hours")
def test_every_time_of_an_answer_is_told_by_one_clock(
    runner: Caller, experts: list[Expert]
) -> None:
    draw = make_draw(now=timezone.now(), operator=runner.user, seats=2)
    accept_all(draw.pk, runner.user)
    answer = runner.get(f"/draws/{draw.pk}").content.decode()
    times = re.findall(r'"\d{4}-\d\d-\d\dT[^"]+"', answer)
    assert len(times) > 5
    assert all(one.endswith('+08:00"') for one in times), times
    told = datetime.fromisoformat(json.loads(answer)["sealed_at"])
    assert abs(told - draw.sealed_at) < timedelta(milliseconds=1)


@pytest.mark.shows("DRAW-34")
def test_a_platform_widens_the_conditions_of_a_panel_that_fell_short(runner: Caller) -> None:
    base = make_short_panel(now=timezone.now())
    address = f"/draws/{base.pk}/widening"
    version = runner.get(f"/projects/{base.project_id}/plan").json()["version"]
    given = {"reason": "本市专家已全部问过", "plan_version": version}
    for short in ("", "少"):
        refused = runner.post(address, given | {"reason": short})
        problem = assert_problem(refused, 422, "invalid-values")
        assert [error["field"] for error in problem["errors"]] == ["reason"]
        assert "至少 2 个字" in str(problem["errors"])
    full = given | {"groups": [{"code": "g2", "levels": [EVERYBODY]}]}
    assert_problem(runner.post(address, full), 409, "draw-refused")
    wider = given | {"groups": [{"code": "g1", "levels": [EVERYBODY]}]}
    asked = runner.post(address, wider)
    assert asked.status_code == 201, asked.content
    assert asked.json()["plan_version"] == version + 1
    assert not Draw.objects.filter(widens=base).exists()  # a second person decides on the page
    decide_widening(
        request=WideningRequest.objects.get(pk=asked.json()["id"]),
        agree=True,
        note="",
        actor=make_user("supervisor"),
        now=timezone.now(),
        entropy=SeededEntropy(3),
    )
    draw = runner.get(f"/draws/{Draw.objects.get(widens=base).pk}").json()
    assert draw["widens"] == base.number
    assert [(group["code"], group["seats"]) for group in draw["groups"]] == [("g1", 1)]
    assert runner.get(f"/draws/{base.pk}").json()["widens"] is None
    again = given | {"plan_version": version + 1}
    assert_problem(runner.post(address, again), 409, "draw-refused")
    assert draw["number"] in runner.post(address, again).json()["detail"]


@pytest.mark.shows("DRAW-15")
def test_a_platform_moves_a_review_and_asks_for_an_earlier_one(runner: Caller) -> None:
    now = timezone.now()
    for _ in range(2):
        make_expert()
    draw = make_draw(now=now, seats=2, operator=runner.user)
    address, opening = f"/draws/{draw.pk}/reschedule", draw.project.opening_at

    def moved(by: timedelta, moves: int = 1) -> dict[str, Any]:
        one = {"project_id": draw.project_id, "place": "北楼"}
        meetings = [one | {"opening_at": (opening + by).isoformat()}]
        return {"reason": "答疑", "meetings": meetings, "moves": moves}

    later = runner.post(address, moved(timedelta(days=2), moves=0))
    assert later.status_code == 200, later.content
    assert later.json()["moves"] == 1
    assert Rescheduling.objects.get().moved_by == runner.user
    for days in (1, 3):  # by what was read before: he has not seen that move
        unseen = runner.post(address, moved(timedelta(days=days), moves=0))
        assert_problem(unseen, 409, "draw-refused")
        assert "北楼" in unseen.json()["detail"]
    assert Rescheduling.objects.count() == 1
    earlier = runner.post(address, moved(timedelta(days=1)))
    assert earlier.status_code == 202, earlier.content
    assert earlier.json()["words"].count("北楼") == 2
    assert Rescheduling.objects.count() == 1  # a second person decides on the page
    assert_problem(runner.post(address, moved(timedelta(days=3))), 409, "draw-refused")
    never = runner.post(address, moved(timedelta(days=3), moves=5))
    assert_problem(never, 409, "draw-refused")
    assert "填写的改期次数是 5，本次抽取只改过 1 次" in never.json()["detail"]


def test_what_a_move_would_not_do_is_refused_by_the_project(runner: Caller) -> None:
    now = timezone.now()
    for _ in range(2):
        make_expert()
    draw = make_draw(now=now, seats=2, operator=runner.user)
    other, opening = approved(), draw.project.opening_at + timedelta(days=2)
    own, foreign = (
        {"project_id": pk, "place": "北楼", "opening_at": opening.isoformat()}
        for pk in (draw.project_id, other.pk)
    )
    late = own | {"opening_at": (opening + timedelta(days=1)).isoformat()}
    for meetings, what in (
        ([own, foreign], f"项目 {other.pk} 不属于这次抽取"),
        ([foreign], f"项目 {other.pk} 不属于这次抽取"),
        ([own, late], f"项目 {draw.project_id}（{draw.project.name}）写了两次"),
    ):
        said = {"reason": "答疑", "meetings": meetings, "moves": 0}
        answer = runner.post(f"/draws/{draw.pk}/reschedule", said)
        assert_problem(answer, 422, "invalid-values")
        (error,) = answer.json()["errors"]
        assert error["field"] == f"meetings.{len(meetings) - 1}.project_id"
        assert what in error["message"]
    assert not Rescheduling.objects.exists()


@pytest.mark.shows("DRAW-15")
def test_a_platform_plans_and_follows_standbys(runner: Caller, experts: list[Expert]) -> None:
    address = f"/projects/{approved().pk}"
    group = {"name": "综合", "seats": 4, "standby_seats": 3, "levels": [EVERYBODY]}
    stored = runner.put(f"{address}/plan", plan(groups=[group]))
    assert stored.json()["groups"] == [group]
    counts = runner.post(f"{address}/prequery").json()
    assert (counts["seats"], counts["standby_seats"], counts["shortages"]) == (4, 3, [])
    assert counts["standby_shortages"] == [{"groups": ["综合"], "lack": 1}]
    draw = runner.post(f"{address}/draws", {"plan_version": 1}).json()
    assert (draw["counts"]["seats"], draw["counts"]["standbys"]) == (4, 2)
    assert [(row["code"], row["standby_for"]) for row in draw["groups"]] == [
        ("g1", None),
        ("s1", "g1"),
    ]
    assert [line["is_standby"] for line in draw["lines"]] == [False] * 4 + [True] * 2
    first = Invitation.objects.get(draw=draw["id"], line=1)
    record_answer(
        invitation=first,
        state=InvitationState.DECLINED,
        reason="电话答复",
        actor=runner.user,
        now=timezone.now(),
        entropy=SeededEntropy(5),
    )
    moved = runner.get(f"/draws/{draw['id']}").json()["lines"][4]
    assert (moved["group"], moved["is_standby"]) == ("g1", False)
    assert moved["moved_up_at"] is not None


def test_two_platforms_contribute_and_none_alone(
    runner: Caller, approver: Caller, experts: list[Expert]
) -> None:
    project = make_ready_project(
        now=timezone.now(), seats=2, contributors=["operator", "supervisor"]
    )
    draw = runner.post(f"/projects/{project.pk}/draws", {"plan_version": 1}).json()
    assert (draw["status"], draw["seed"], draw["lines"]) == ("sealed", "", [])
    address = f"/draws/{draw['id']}/contributions"
    given = runner.post(address, {"role": "operator", "value": "3-5-1"}).json()
    assert given["contributors"] == [
        {"role": "operator", "given": True},
        {"role": "supervisor", "given": False},
    ]
    assert_problem(runner.post(address, {"role": "supervisor", "value": "6"}), 409, "draw-refused")
    ordered = approver.post(address, {"role": "supervisor", "value": "2-2-6"})
    assert ordered.json()["status"] == "inviting"
    assert len(ordered.json()["seed"]) == 64


@pytest.mark.shows("EXP-39")
def test_no_answer_names_anybody_before_the_reveal_time(
    runner: Caller, admin: Any, experts: list[Expert]
) -> None:
    """Whatever is asked for a sealed draw, by whoever has the most rights."""
    project = make_ready_project(now=timezone.now(), seats=2)
    highest = Caller(admin)
    draw = runner.post(f"/projects/{project.pk}/draws", {"plan_version": 1}).json()
    accept_all(draw["id"], runner.user)
    for line in Invitation.objects.all():
        line.reason = "欧阳专家电话答复"
        line.save(update_fields=["reason"])
    paths = [
        "/me",
        "/projects",
        f"/projects/{project.pk}",
        f"/projects/{project.pk}/avoidances",
        f"/projects/{project.pk}/plan",
        "/draws",
        *(f"/draws/{draw['id']}{part}" for part in ("", "/record", "/names", "/sheet")),
        f"/attachments?subject_type=draws.draw&subject_id={draw['id']}",
    ]
    tokens = [bytes(row.token_hash).hex() for row in ReplyLink.objects.all()]
    secrets = [value for one in experts for value in (one.name, one.number, one.phone) if value]
    for caller in (runner, highest):
        for path in paths:
            answer = caller.get(path)
            text = json.dumps(answer.json(), ensure_ascii=False)
            assert not [secret for secret in (*secrets, *tokens) if secret in text], path
        for path in ("names", "sheet", "sheet?format=xlsx"):
            answer = caller.get(f"/draws/{draw['id']}/{path}")
            assert_problem(answer, 403, "names-sealed")


def test_names_and_sheet_are_given_after_the_release(
    runner: Caller, applicant: Caller, experts: list[Expert]
) -> None:
    draw = make_draw(now=timezone.now(), operator=runner.user, seats=2)
    accept_all(draw.pk, runner.user)
    with time_machine.travel(draw.reveal_at + timedelta(minutes=1), tick=False):
        release(draw_id=draw.pk, now=timezone.now())
        named = runner.get(f"/draws/{draw.pk}/names").json()
        pdf = runner.get(f"/draws/{draw.pk}/sheet")
        xlsx = runner.get(f"/draws/{draw.pk}/sheet", {"format": "xlsx"})
        refused = applicant.get(f"/draws/{draw.pk}/names")
    drawn = {one.expert.name for one in Invitation.objects.select_related("expert")}
    assert {row["name"] for row in named} == drawn
    assert all("*" in row["phone"] for row in named if row["phone"])
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert xlsx.content.startswith(b"PK")
    assert_problem(refused, 403, "forbidden")
    looks = Entry.objects.filter(action="draw.names", actor=runner.user)
    assert sorted(looks.values_list("note", flat=True)) == ["打印抽取表", "打印抽取表", "接口"]


def test_the_record_is_given_with_the_names_and_can_be_replayed(
    runner: Caller, experts: list[Expert], tmp_path: Any, capsys: Any
) -> None:
    draw = make_draw(now=timezone.now(), operator=runner.user, seats=2)
    assert_problem(runner.get(f"/draws/{draw.pk}/record"), 409, "draw-refused")
    accept_all(draw.pk, runner.user)
    # Before, how many candidates there were would tell who sits elsewhere.
    assert_problem(runner.get(f"/draws/{draw.pk}/record"), 409, "draw-refused")
    release(draw_id=draw.pk, now=draw.reveal_at)
    answer = runner.get(f"/draws/{draw.pk}/record")
    assert answer.status_code == 200
    file = tmp_path / "record.json"
    file.write_bytes(answer.content)
    assert verify([str(file)]) == 0, capsys.readouterr()


def test_a_plan_that_somebody_changed_meanwhile_is_not_overwritten(
    runner: Caller, experts: list[Expert]
) -> None:
    address = f"/projects/{approved().pk}/plan"
    without = plan()
    del without["version"]
    problem = assert_problem(runner.put(address, without), 422, "invalid-values")
    assert [error["field"] for error in problem["errors"]] == ["version"]
    first = runner.put(address, plan()).json()
    assert first["version"] == 1
    assert runner.put(address, plan(version=1, reply_minutes=90)).status_code == 200
    late = runner.put(address, plan(version=1, reply_minutes=120))
    problem = assert_problem(late, 409, "plan-changed")
    assert "由 60 改为 90" in problem["detail"]
    assert runner.get(address).json()["reply_minutes"] == 90
    assert_problem(runner.put(address, plan(version=0)), 409, "plan-changed")


def test_a_condition_on_a_field_that_one_does_not_see_is_refused(admin: Any) -> None:
    caller = Caller(admin)
    project = approved()
    unknown = plan(
        groups=[
            {"name": "综合", "seats": 2, "levels": [{"field": "name", "op": "eq", "value": "王"}]}
        ]
    )
    answer = caller.put(f"/projects/{project.pk}/plan", unknown)
    problem = assert_problem(answer, 422, "criteria-refused")
    assert "不存在" in problem["detail"]


def test_the_fields_of_conditions_are_told(runner: Caller) -> None:
    fields = {row["code"]: row for row in runner.get("/condition-fields").json()}
    assert "specialty" in fields
    assert {"name", "phone", "number"} & fields.keys() == set()
    level = fields["title_level"]
    value = level["choices"][0]["code"]
    leaf = {"field": "title_level", "op": level["operators"][0]["code"], "value": value}
    project = approved()
    answer = runner.put(
        f"/projects/{project.pk}/plan",
        plan(groups=[{"name": "综合", "seats": 1, "levels": [leaf]}]),
    )
    assert answer.status_code == 200, answer.content


def test_exclusions_are_told_to_whom_may_see_them(runner: Caller, admin: Any) -> None:
    make_expert()
    project = make_ready_project(now=timezone.now(), seats=1)
    address = f"/projects/{project.pk}/prequery"
    assert runner.post(address).json()["exclusions"] is None
    assert Caller(admin).post(address).json()["exclusions"] == []
    assert Caller(admin, "draws.plan").post(address).json()["exclusions"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"groups": []}, "groups"),
        ({"groups": [{"name": "综合", "seats": 0, "levels": [EVERYBODY]}]}, "groups.0.seats"),
        ({"groups": [{"name": "综合", "seats": 1, "levels": []}]}, "groups.0.levels"),
        ({"contributors": ["operator", "operator"]}, "contributors"),
        ({"contributors": ["auditor"]}, "contributors.0"),
        ({"channels": []}, "channels"),
        ({"channels": ["fax"]}, "channels.0"),
        ({"reply_minutes": 0}, "reply_minutes"),
        ({"unit_capp": 1}, "unit_capp"),
    ],
)
def test_wrong_values_of_a_plan_are_named(runner: Caller, wrong: Any, field: str) -> None:
    answer = runner.put(f"/projects/{approved().pk}/plan", plan(**wrong))
    problem = assert_problem(answer, 422, "invalid-values")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not problem["errors"][0]["message"].isascii()


def test_draws_out_of_scope_do_not_exist(applicant: Caller, runner: Caller) -> None:
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    assert applicant.get("/draws").json()["total"] == 0
    for path in ("", "/record"):
        assert_problem(applicant.get(f"/draws/{draw.pk}{path}"), 404, "not-found")
    assert_problem(
        applicant.post(f"/projects/{draw.project_id}/draws", {"plan_version": 1}), 403, "forbidden"
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_rows(
    runner: Caller, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows + 1):
        make_expert()
    for _ in range(rows):
        make_draw(now=timezone.now(), operator=runner.user, seats=1)
    runner.get("/draws")
    with django_assert_num_queries(9):  # one of which asks what the office keeps to itself
        assert runner.get("/draws").json()["total"] == rows


def test_a_plan_keeps_the_times_that_the_office_has_set(runner: Caller) -> None:
    configure(REPLY_SHORTEST, 30)
    configure(REPLY_USUAL, 45)
    address = f"/projects/{approved().pk}/plan"
    assert runner.put(address, plan()).json()["reply_minutes"] == 45
    assert_problem(runner.put(address, plan(version=1, reply_minutes=29)), 422, "invalid-values")
    assert runner.get(address).json()["reply_minutes"] == 45


def test_a_plan_without_times_keeps_what_its_regime_demands(runner: Caller) -> None:
    project = approved()
    configure(OWN_NUMBERS[REPLY_SHORTEST.code, project.regime], 120)
    answer = runner.put(f"/projects/{project.pk}/plan", plan())
    assert (answer.status_code, answer.json()["reply_minutes"]) == (200, 120)


def test_a_draw_says_what_may_be_done_and_refuses_in_the_same_words(
    runner: Caller, experts: list[Expert]
) -> None:
    base = make_draw(now=timezone.now(), seats=2)
    actions = {row["code"]: row for row in runner.get(f"/draws/{base.pk}").json()["actions"]}
    assert actions["pause"]["allowed"]
    for of_the_page in ("set_roles", "declare_emergency"):
        assert not actions[of_the_page]["allowed"]
        assert "网页" in actions[of_the_page]["why_not"]
    assert actions["widen"]["permitted"]
    assert not actions["widen"]["allowed"]
    wider = {"reason": "人数不足", "plan_version": 1}
    refused = runner.post(f"/draws/{base.pk}/widening", wider)
    assert_problem(refused, 409, "draw-refused")
    assert actions["widen"]["why_not"] in refused.json()["detail"]


def test_a_wider_draw_by_what_no_draw_asks_is_not_allowed(runner: Caller) -> None:
    field = make_field("宽选", options=("乙级",))
    now = timezone.now()
    make_expert(title_level=1, extra={field.code: "乙级"})
    base = make_short_panel(now=now, operator=runner.user)
    wider = [SENIOR, {"field": field.code, "op": "in", "value": ["乙级"]}]
    widen_plan(project=base.project, levels={"g1": wider}, actor=runner.user, now=now)
    shut = FieldData("宽选", ("乙级",), readers=["operator"])
    change_field(field=field, data=shut, actor=None, now=now)
    actions = {row["code"]: row for row in runner.get(f"/draws/{base.pk}").json()["actions"]}
    asked = {"reason": "本市该专业专家已全部问过", "plan_version": 2}
    refused = runner.post(f"/draws/{base.pk}/widening", asked)
    assert_problem(refused, 409, "draw-refused")
    assert not actions["widen"]["allowed"]
    assert actions["widen"]["why_not"] in refused.json()["detail"]
    assert "只对部分角色可见" in actions["widen"]["why_not"]


def test_a_draw_says_which_right_a_token_lacks(runner: Caller, experts: list[Expert]) -> None:
    """The scopes of tokens are chosen from what the interface offers: never from all rights."""
    draw = make_draw(now=timezone.now(), seats=2)
    narrow = Caller(runner.user, "draws.view")
    actions = {row["code"]: row for row in narrow.get(f"/draws/{draw.pk}").json()["actions"]}
    assert not actions["ask_void"]["permitted"]
    assert "网页" in actions["ask_void"]["why_not"]
    assert "令牌没有「执行抽取和补抽」权限" in actions["pause"]["why_not"]
    assert all(row["why_not"] for row in actions.values() if not row["allowed"])


def test_a_sealed_draw_says_that_a_token_gives_no_random_value(
    runner: Caller, experts: list[Expert]
) -> None:
    project = make_ready_project(now=timezone.now(), contributors=["operator", "supervisor"])
    draw = start_draw(
        project=project, actor=runner.user, now=timezone.now(), entropy=SeededEntropy(1)
    )
    answer = Caller(make_user("auditor"), "draws.view").get(f"/draws/{draw.pk}")
    assert answer.status_code == 200
    (action,) = [row for row in answer.json()["actions"] if row["code"] == "contribute"]
    assert not action["permitted"]
    assert "没有以经办人身份提供随机值的权限" in action["why_not"]


def test_what_cannot_be_opened_any_more_is_told_and_logged(
    runner: Caller, experts: list[Expert], caplog: pytest.LogCaptureFixture
) -> None:
    draw = make_draw(now=timezone.now(), operator=runner.user, seats=2)
    accept_all(draw.pk, runner.user)
    with time_machine.travel(draw.reveal_at + timedelta(minutes=1), tick=False):
        release(draw_id=draw.pk, now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(r"UPDATE draws_invitation SET opening = '\x03deadbeef00'")
            cursor.execute("SET LOCAL session_replication_role = origin")
        problem = runner.get(f"/draws/{draw.pk}/names")
    assert_problem(problem, 409, "unreadable")
    (line,) = [text for text in caplog.messages if "altered data" in text]
    assert line.startswith(f"GET of api:name_list {{'draw_id': '{draw.pk}'}} met altered data")
    assert not any(expert.name in line for expert in experts)


def test_a_draw_whose_rule_was_changed_is_told_and_logged(
    runner: Caller, experts: list[Expert], caplog: pytest.LogCaptureFixture
) -> None:
    draw = make_draw(now=timezone.now(), operator=runner.user)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE draws_draw SET rule = '[1]' WHERE id = %s", [draw.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert_problem(runner.get(f"/draws/{draw.pk}"), 409, "record-differs")
    (line,) = [text for text in caplog.messages if "altered data" in text]
    assert f"{{'draw_id': '{draw.pk}'}}" in line
    assert "EngineError" in line
