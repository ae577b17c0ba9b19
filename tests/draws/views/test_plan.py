from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.settings import (
    ALL_PRESENT,
    OWN_NUMBERS,
    PANEL_BITS,
    REPLY_SHORTEST,
    REPLY_USUAL,
    REVEAL_BY,
    REVEAL_LATEST,
    REVEAL_USUAL,
)
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project
from tests.api.caller import Caller, assert_problem
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_department
from tests.factories.draws import make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.projects import avoid, make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
WOMEN = json.dumps({"all": [{"field": "sex", "op": "eq", "value": "female"}]})


@pytest.fixture
def project(operator):
    return make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())


def posted_by(page):
    return forms_of(page.content.decode())[-1].values


def posted(**changes):
    return {
        "version": "0",
        "group": ["2", "1"],
        "g2-name": "技术",
        "g2-seats": "3",
        "g2-level": ["1", "4"],
        "g2-l1-criteria": WOMEN,
        "g2-l4-criteria": "",
        "g1-name": "经济",
        "g1-seats": "2",
        "g1-level": ["1"],
        "g1-l1-criteria": "",
        "unit_cap": "1",
        "frequency_days": "365",
        "contributors": ["operator", "supervisor"],
        "reply_minutes": "90",
        "leave_hours": "4",
        "reveal_hours": "3",
        "channels": ["sms", "site"],
    } | changes


@pytest.mark.shows("DRAW-08", "DRAW-10")
def test_groups_and_levels_are_saved_in_the_order_of_the_page(client, operator, project):
    response = login(client, operator).post(reverse("draws:plan", args=[project.pk]), posted())
    assert response.status_code == 302
    plan = plan_for(project)
    assert [(group.name, group.seats) for group in plan.groups.all()] == [("技术", 3), ("经济", 2)]
    levels = plan.groups.all()[0].levels.all()
    assert [level.criteria for level in levels] == [json.loads(WOMEN)["all"][0], {"all": []}]
    assert plan.contributors == ["operator", "supervisor"]
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "plan"})
    for text in ("技术", "性别 是 女", "经办人、监督人", "90 分钟", "开始抽取"):
        assert text in page.content.decode()


@pytest.mark.shows("DRAW-08")
def test_of_two_at_one_plan_the_second_is_told_and_decides(client, admin, operator, project):
    address = reverse("draws:plan", args=[project.pk])
    login(client, operator).post(address, posted())
    login(client, admin).post(address, posted(version="1", unit_cap="2"))

    late = login(client, operator).post(address, posted(version="1", unit_cap="3"))
    page = late.content.decode()
    assert late.status_code == 422
    assert plan_for(project).unit_cap == 2
    for text in (f"{admin} 于 ", "同一单位最多人数：1 → 2", "仍按我填写的保存", "重新读取"):
        assert text in page
    assert client.post(address, posted(version="2", unit_cap="3")).status_code == 302
    assert plan_for(project).unit_cap == 3


def test_groups_that_only_the_other_changed_stay_his(client, admin, operator, project):
    address = reverse("draws:plan", args=[project.pk])
    login(client, operator).post(address, posted())
    read = client.get(address).context["editing"].read
    login(client, admin).post(address, posted(version="1", **{"g1-seats": "7"}))

    mine = posted(version="1", read=read, unit_cap="3")
    late = login(client, operator).post(address, mine)
    page = late.content.decode()
    assert "下面已是对方的新值）：条件组。" in page
    assert 'value="7"' in page
    again = client.post(address, posted_by(late))
    assert again.status_code == 302
    plan = plan_for(project)
    assert plan.unit_cap == 3
    assert [group.seats for group in plan.groups.all()] == [3, 7]


def test_a_plan_says_that_its_names_wait_for_everybody_to_sign_in(client, operator, project):
    address = reverse("draws:plan", args=[project.pk])
    assert "这一项不用" not in login(client, operator).get(address).content.decode()
    configure(REVEAL_BY, ALL_PRESENT)
    assert "全体到场签到后公开名单，这一项不用" in client.get(address).content.decode()


def test_the_plan_of_a_sealed_draw_says_when_its_own_names_open(client, operator):
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1, operator=operator)
    configure(REVEAL_BY, ALL_PRESENT)
    address = reverse("projects:detail", args=[draw.project_id]) + "?tab=plan"
    page = login(client, operator).get(address).content.decode()
    assert "全体到场签到后" not in page
    assert moment_text(draw.reveal_at) in page


def test_two_who_make_the_first_plan_are_told_as_well(client, operator, project):
    address = reverse("draws:plan", args=[project.pk])
    login(client, operator).post(address, posted())
    late = client.post(address, posted(unit_cap="3"))
    assert late.status_code == 422
    assert "首次保存" in late.content.decode()


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, operator, project):
    data = posted(**{"g2-name": "", "g1-seats": "0", "channels": []})
    response = login(client, operator).post(reverse("draws:plan", args=[project.pk]), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "请填写组名" in page
    assert "请至少选择一种邀请渠道" in page
    assert 'value="经济"' in page
    assert "female" in page
    assert not ConditionGroup.objects.exists()


@pytest.mark.shows("DRAW-05")
def test_a_condition_that_names_somebody_is_refused(client, operator, project):
    named = json.dumps({"all": [{"field": "name", "op": "eq", "value": "王明"}]})
    response = login(client, operator).post(
        reverse("draws:plan", args=[project.pk]), posted(**{"g2-l1-criteria": named})
    )
    assert response.status_code == 422
    assert not ConditionGroup.objects.exists()


def test_a_button_changes_the_page_and_saves_nothing(client, operator, project):
    data = posted(op="copy:2:1")
    page = login(client, operator).post(reverse("draws:plan_groups", args=[project.pk]), data)
    text = page.content.decode()
    assert text.count("第 3 级次") == 1
    assert text.count("female") == 2 + text.count("&quot;female&quot;, &quot;label&quot;")
    assert not DrawPlan.objects.exists()


@pytest.mark.shows("DRAW-02")
def test_the_live_count_tells_a_number_only(client, operator, project):
    make_expert("王丽", sex="female")
    make_expert("李强", sex="male")
    response = login(client, operator).post(
        reverse("draws:plan_count", args=[project.pk]),
        {"field": "g1-l1-criteria", "g1-l1-criteria": WOMEN},
    )
    page = response.content.decode()
    assert "当前条件 <strong>1</strong> 人，其中可抽取 <strong>1</strong> 人" in page
    assert "王丽" not in page


def test_the_live_count_leaves_out_who_is_avoided(client, operator, project):
    expert = make_expert("王丽", sex="female")
    avoid(project, subject="person", expert_number=expert.number)
    response = login(client, operator).post(
        reverse("draws:plan_count", args=[project.pk]), {"field": "x", "x": WOMEN}
    )
    assert "其中可抽取 <strong>0</strong> 人" in response.content.decode()


@pytest.mark.shows("DRAW-01", "DRAW-02")
def test_the_prequery_counts_logs_and_draws_nothing(client, supervisor, operator):
    project = make_ready_project(now=timezone.now(), seats=3)
    make_expert("王丽")
    make_expert("李强", status="frozen")
    page = login(client, operator).post(reverse("draws:prequery", args=[project.pk]))
    text = page.content.decode()
    assert "还缺 2 人" in text
    assert "排除的专家" not in text  # seen by holders of draws.see_exclusions
    assert "王丽" not in text
    assert Entry.objects.filter(action="draw.prequery").count() == 1
    assert not Draw.objects.exists()
    project.refresh_from_db()
    assert project.draw_state == DrawState.NOT_DRAWN


@pytest.mark.shows("DRAW-01", "DRAW-06")
def test_supervisors_see_reasons_and_paths_in_numbers(client, supervisor, operator):
    bidder = make_unit("甲公司")
    project = make_ready_project(now=timezone.now(), seats=1)
    avoid(project, subject="unit", unit=bidder)
    make_expert("王丽", employer=bidder)
    make_expert("李强", status="frozen")
    address = reverse("draws:prequery", args=[project.pk])

    text = login(client, supervisor).post(address).content.decode()
    assert "未正式入库或冻结" in text
    assert "回避的途径" in text
    assert "现任职单位" in text
    assert "回避单位 甲公司" in text
    assert "王丽" not in text
    assert "李强" not in text

    text = login(client, operator).post(address).content.decode()
    assert "回避单位 甲公司" in text  # his own setting, and what it costs
    assert "未正式入库或冻结" not in text
    assert "回避的途径" not in text


def test_the_prequery_warns_of_panels_that_can_be_guessed(client, operator):
    project = make_ready_project(now=timezone.now(), seats=1)
    make_expert()
    address = reverse("draws:prequery", args=[project.pk])
    configure(PANEL_BITS, 0)  # what the office does not ask for
    assert "名单容易被猜到" not in login(client, operator).post(address).content.decode()
    configure(PANEL_BITS, 3)
    assert "名单容易被猜到" in login(client, operator).post(address).content.decode()


def test_a_sealed_plan_is_not_changed(client, operator):
    project = make_ready_project(now=timezone.now(), seats=1)
    make_expert()
    login(client, operator)
    client.post(reverse("draws:start", args=[project.pk]), {"version": 1})
    response = client.post(reverse("draws:plan", args=[project.pk]), posted(version="1"))
    assert "方案不能再改" in response.content.decode()
    assert [group.name for group in plan_for(project).groups.all()] == ["综合"]


def test_findings_of_the_seats_name_the_article(client, operator, project):
    make_plan(project, seats=4, now=timezone.now())
    page = login(client, operator).get(
        reverse("projects:detail", args=[project.pk]), {"tab": "plan"}
    )
    assert "招标投标法第三十七条" in page.content.decode()


@pytest.fixture
def bounds():
    configure(REPLY_SHORTEST, 30)
    configure(REPLY_USUAL, 45)
    configure(REVEAL_LATEST, 4)
    configure(REVEAL_USUAL, 6)


def test_a_new_plan_begins_with_what_the_office_usually_gives(client, operator, project, bounds):
    page = login(client, operator).get(reverse("draws:plan", args=[project.pk]))
    form = page.context["form"]
    assert [form[name].value() for name in ("reply_minutes", "reveal_hours")] == [45, 6]
    save_plan(
        project=project,
        settings=PlanInput(),
        groups=[GroupInput("组", 1, [{"all": []}])],
        actor=operator,
        now=timezone.now(),
    )
    plan = plan_for(project)
    assert (plan.reply_minutes, plan.reveal_hours) == (45, 6)


def test_a_new_plan_opens_with_times_that_its_regime_takes(client, operator, project):
    configure(OWN_NUMBERS[REPLY_SHORTEST.code, project.regime], 120)
    page = login(client, operator).get(reverse("draws:plan", args=[project.pk]))
    assert page.context["form"]["reply_minutes"].value() == 120


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reply_minutes": "29"}, "应为 30 分钟至 43200 分钟，由站点设置规定"),
        ({"reply_minutes": "99999"}, "应为 30 分钟至 43200 分钟"),
        ({"reveal_hours": "3"}, "应为 4 小时至 720 小时"),
    ],
)
def test_times_outside_the_bounds_of_the_office_are_refused(
    client, operator, project, bounds, changes, words
):
    data = posted(reveal_hours="5") | changes
    answer = login(client, operator).post(reverse("draws:plan", args=[project.pk]), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ConditionGroup.objects.exists()


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"unit_cap": "0"}, "应为 1 至 99。"),
        ({"unit_cap": "100"}, "应为 1 至 99。"),
        ({"unit_cap": "99999"}, "应为 1 至 99。"),
        ({"frequency_cap": "0"}, "应为 1 至 999。"),
        ({"frequency_days": "0"}, "应为 1 至 3650。"),
        ({"frequency_days": "3651"}, "应为 1 至 3650。"),
        ({"leave_hours": "721"}, "应为 0 至 720。"),
        ({"reply_minutes": "0"}, "应为 1 分钟至 43200 分钟，由站点设置规定。"),
    ],
)
def test_page_and_interface_have_the_same_bounds_in_the_same_words(
    client, operator, project, entered, words
):
    login(client, operator)
    page = client.post(reverse("draws:plan", args=[project.pk]), posted(**entered))
    assert page.status_code == 422
    assert words in page.content.decode()
    ((name, value),) = entered.items()
    groups = [{"name": "综合", "seats": 1, "levels": [{"all": []}]}]
    plan = {"version": 0, "groups": groups, name: int(value)}
    answer = Caller(operator).put(f"/projects/{project.pk}/plan", plan)
    assert_problem(answer, 422, "invalid-values")
    assert answer.json()["errors"] == [{"field": name, "message": words}]
    assert plan_for(project) is None


def test_a_plan_has_a_bounded_number_of_groups_and_levels(client, operator, project):
    login(client, operator)
    keys = [str(key) for key in range(1, 22)]
    groups = {"group": keys}
    for key in keys:
        names = (f"g{key}-name", f"g{key}-seats", f"g{key}-level", f"g{key}-l1-criteria")
        groups |= dict(zip(names, (f"组 {key}", "1", ["1"], ""), strict=True))
    page = client.post(reverse("draws:plan", args=[project.pk]), posted(**groups))
    assert "条件组最多 20 个" in page.content.decode()
    many = {"name": "综合", "seats": 1, "levels": [{"all": []}] * 21}
    answer = Caller(operator).put(f"/projects/{project.pk}/plan", {"version": 0, "groups": [many]})
    assert_problem(answer, 422, "invalid-values")
    assert "最多 20 个级次" in answer.json()["detail"]
    assert plan_for(project) is None


def test_two_groups_of_one_name_are_refused_by_page_and_interface(client, operator, project):
    words = "已有名为「技术」的条件组，请换一个组名。"
    page = login(client, operator).post(
        reverse("draws:plan", args=[project.pk]), posted(**{"g1-name": " 技术 "})
    )
    assert page.status_code == 422
    assert page.content.decode().count(words) == 1
    groups = [{"name": name, "seats": 1, "levels": [{"all": []}]} for name in ("技术", "技术 ")]
    answer = Caller(operator).put(f"/projects/{project.pk}/plan", {"version": 0, "groups": groups})
    assert_problem(answer, 422, "invalid-values")
    assert answer.json()["errors"] == [{"field": "groups", "message": words}]
    assert plan_for(project) is None


def test_the_inputs_of_a_plan_tell_their_bounds(client, operator, project):
    login(client, operator)
    page = client.get(reverse("draws:plan", args=[project.pk])).content.decode()
    field = re.search(r'<input[^>]*name="unit_cap"[^>]*>', page)
    assert field
    assert 'min="1"' in field[0]
    assert 'max="99"' in field[0]


def test_the_plan_of_a_sealed_draw_is_no_form(client, operator):
    for _ in range(4):
        make_expert()
    draw = make_draw(now=timezone.now(), operator=operator, seats=2)
    page = login(client, operator).get(reverse("draws:plan", args=[draw.project_id]), follow=True)
    assert page.redirect_chain
    assert "已经封存抽取，方案不能再改" in page.content.decode()


def test_nobody_counts_for_an_archived_project(client, operator):
    make_expert()
    project = make_ready_project(now=timezone.now())
    address = reverse("draws:prequery", args=[project.pk])
    tab = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    login(client, operator)
    assert address in client.get(tab).content.decode()
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    assert address not in client.get(tab).content.decode()
    assert "项目已归档，不再抽取" in client.post(address, follow=True).content.decode()
    assert Caller(operator).post(f"/projects/{project.pk}/prequery", {}).status_code == 409
    assert not Entry.objects.filter(action="draw.prequery").exists()


def test_what_the_rules_find_is_said_once(client, operator):
    now = timezone.now()
    project = make_ready_project(now=now, opens_in_hours=24 * 30)
    Project.objects.filter(pk=project.pk).update(regime="procurement")
    address = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    page = login(client, operator).get(address).content.decode()
    assert page.count("抽取专家原则上不得早于评审活动开始前") == 1
