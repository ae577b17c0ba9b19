"""From a panel that fell short to the one that is complete, on the pages."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import explain, parse
from expertpool.core.home import todos_for
from expertpool.draws.models import ConditionLevel, Draw, DrawPlan, Invitation, WideningRequest
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.draws import with_counts
from expertpool.draws.rules import IS_PUBLIC_LATER
from expertpool.draws.services.names import release
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.notifications.models import Message
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.reports.queries.exposure import exposures_in
from tests.api.caller import Caller
from tests.factories.accounts import make_phone, make_user
from tests.factories.draws import EVERYBODY, end_review
from tests.factories.widening import (
    OTHER,
    REASON,
    SENIOR,
    accept_all,
    make_short_panel,
    people,
    widen_to_everybody,
)
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = pytest.mark.django_db
STARTED = {"reason": REASON}


@pytest.fixture
def base(operator: User) -> Draw:
    return make_short_panel(now=timezone.now(), operator=operator)


@pytest.fixture
def widened(base: Draw, operator: User) -> Draw:
    draw = widen_to_everybody(base, now=timezone.now(), actor=operator)
    accept_all(draw, now=timezone.now())
    return draw


def tab(client: Client, project: Project, name: str) -> str:
    address = reverse("projects:detail", args=[project.pk])
    return client.get(f"{address}?tab={name}").content.decode()


def posted(*levels: dict[str, Any], version: int = 1, **more: str) -> dict[str, Any]:
    keys = range(1, len(levels) + 1)
    criteria = {f"g1-l{n}-criteria": json.dumps(one) for n, one in enumerate(levels, 1)}
    return {"g1-level": [str(key) for key in keys], **criteria, "version": version, **more}


@pytest.mark.shows("DRAW-31", "DRAW-34")
def test_a_widened_expert_is_a_supplement_everywhere(
    client: Client, operator: User, base: Draw, widened: Draw
) -> None:
    rows = Invitation.objects.filter(draw=widened)
    assert {row.origin_label for row in rows} == {"补抽"}
    login(client, operator)
    page = client.get(reverse("draws:detail", args=[widened.pk])).content.decode()
    assert page.count('data-label="类型">补抽') == rows.count() > 0
    assert 'data-label="类型">补抽' in tab(client, base.project, "draw")
    api = Caller(operator).get(f"/draws/{widened.pk}").json()
    assert {line["origin"] for line in api["lines"]} == {"supplement"}
    assert with_counts(Draw.objects.filter(pk=widened.pk)).get().supplement_count == rows.count()
    told = {row["抽取编号"]: row["是否补抽"] for row in export(client, "draws.draws")}
    assert told == {base.number: "否", widened.number: "是"}
    (row,) = export(client, "projects.projects")
    assert row["补抽人数"] == row["参与专家"].count("，补抽，") == rows.count()
    with time_machine.travel(widened.reveal_at, tick=False):
        release(draw_id=widened.pk, now=timezone.now())
        sheet = build_sheet(draw=widened, actor=operator, now=timezone.now())
        assert all("补抽" in row.remark for row in sheet.rows)
    found = exposures_in(Draw.objects.filter(pk=widened.pk))
    assert sum(one.supplemented for one in found.values()) == rows.count()
    assert sum(one.drawn for one in found.values()) == 0


@pytest.mark.shows("DRAW-31", "DRAW-33", "DRAW-34")
def test_from_short_to_complete(client: Client, operator: User, base: Draw) -> None:
    login(client, operator)
    detail = reverse("draws:detail", args=[base.pk])
    conditions = reverse("draws:widen_plan", args=[base.project_id])
    start = reverse("draws:widen", args=[base.pk])
    page = client.get(detail).content.decode()
    assert "技术缺 1 人" in page
    assert conditions in page

    form = client.get(conditions).content.decode()
    assert "技术　缺 1 人" in form
    assert "经济" not in form
    saved = client.post(conditions, posted(SENIOR, EVERYBODY))
    assert saved.status_code == 302
    assert [level.criteria for level in ConditionLevel.objects.filter(group__order=1)] == [
        SENIOR,
        EVERYBODY,
    ]
    text = tab(client, base.project, "plan")
    assert start in text
    seen = {"version": DrawPlan.objects.get(project=base.project).version}
    assert f'value="{seen["version"]}"' in client.get(start).content.decode()
    assert client.post(start, seen | {"reason": ""}).status_code == 422
    assert client.post(start, STARTED | {"version": 1}).status_code == 422  # another plan
    assert client.post(start, STARTED | seen).status_code == 204
    assert not Draw.objects.filter(widens=base).exists()  # it waits for a second person
    asked = WideningRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["draws.widening", asked.pk])
    assert client.post(agree).status_code == 403
    assert login(Client(), make_user("supervisor")).post(agree).status_code == 204
    draw = Draw.objects.get(widens=base)

    later = client.get(detail).content.decode()
    assert reverse("draws:detail", args=[draw.pk]) in later
    assert start not in later
    new = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert detail in new
    assert REASON in new
    accept_all(draw, now=timezone.now())
    assert (
        "抽取成功（补抽）"
        in client.get(reverse("projects:detail", args=[base.project_id])).content.decode()
    )


def test_a_short_panel_waits_on_the_operators_home_page(
    client: Client, operator: User, base: Draw
) -> None:
    (todo,) = [one for one in todos_for(operator, now=timezone.now()) if "补足专家" in one.title]
    login(client, operator)
    assert (
        reverse("draws:widen_plan", args=[base.project_id]) in client.get(todo.url).content.decode()
    )
    widen_to_everybody(base, now=timezone.now(), actor=operator)
    assert not [one for one in todos_for(operator, now=timezone.now()) if "专家" in one.title]


def test_names_and_seats_stand_fixed_and_levels_come_and_go(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    groups = reverse("draws:widen_groups", args=[base.project_id])
    data = posted(SENIOR, **{"g1-seats": "9", "g1-name": "别的", "group": "2", "op": "copy:1:1"})
    page = client.post(groups, data).content.decode()
    assert page.count('name="g1-level"') == 2
    assert "别的" not in page
    assert "经济" not in page
    data["op"] = "remove:1"
    assert client.post(groups, data).content.decode().count('name="g1-level"') == 1
    wrong = client.post(reverse("draws:widen_plan", args=[base.project_id]), posted({"field": "x"}))
    assert wrong.status_code == 422


def test_conditions_that_somebody_else_widened_meanwhile_are_not_overwritten(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    address = reverse("draws:widen_plan", args=[base.project_id])
    first = client.get(address).content.decode()
    assert '<input type="hidden" name="version" value="1">' in first
    assert client.post(address, posted(SENIOR, EVERYBODY)).status_code == 302
    late = client.post(address, posted(SENIOR, OTHER, version=1))
    told = late.content.decode()
    assert late.status_code == 422
    assert "有人改过这里" in told
    assert "仍按我填写的保存" in told
    assert '<input type="hidden" name="version" value="2">' in told


def test_live_counts_and_prequery_do_not_tell_who_sits_in_the_panel(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    count = reverse("draws:plan_count", args=[base.project_id])
    counts = client.post(count, {"field": "x", "x": json.dumps(EVERYBODY)}).context["counts"]
    assert (counts.fitting, counts.available) == (7, 7)
    few = client.post(count, {"field": "x", "x": json.dumps(SENIOR)})
    assert few.context["counts"].available == 2  # both of them sit in the panel
    client.post(reverse("draws:widen_plan", args=[base.project_id]), posted(SENIOR, OTHER))
    page = client.post(reverse("draws:prequery", args=[base.project_id]))
    assert page.context["result"].seats == 1
    assert page.context["result"].total == 6
    assert "包括本项目已抽的" in page.content.decode()


def test_a_complete_panel_offers_nothing_to_widen(
    client: Client, operator: User, base: Draw, widened: Draw
) -> None:
    login(client, operator)
    for draw in (base, widened):
        assert (
            client.get(
                reverse("draws:widen", args=[draw.pk]), headers={"HX-Request": "true"}
            ).status_code
            == 409
        )
    conditions = reverse("draws:widen_plan", args=[base.project_id])
    assert client.get(conditions).status_code == 302
    assert conditions not in tab(client, base.project, "plan")


@pytest.mark.shows("PRJ-13", "PRJ-14", "DRAW-34")
def test_the_project_shows_one_panel(
    client: Client, operator: User, base: Draw, widened: Draw
) -> None:
    login(client, operator)
    project = base.project
    assert "第 4 位专家" in tab(client, project, "experts")
    result = tab(client, project, "draw")
    assert base.number in result
    assert widened.number in result
    with time_machine.travel(base.reveal_at + timedelta(minutes=1), tick=False):
        login(client, operator)
        release(draw_id=base.pk, now=timezone.now())
        overview = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
        assert "另有 1 人的姓名密封" in overview
        release(draw_id=widened.pk, now=timezone.now())
        overview = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
        assert "姓名密封" not in overview
    assert len(people(base, widened)) == 4


@pytest.mark.shows("DRAW-36", "DRAW-37")
def test_the_records_say_which_draw_it_completes(
    client: Client, operator: User, base: Draw, widened: Draw
) -> None:
    login(client, operator)
    page = client.get(reverse("draws:list") + "?supplement=yes")
    assert [draw.number for draw in page.context["page"]] == [widened.number]
    assert f"补充 {base.number}" in page.content.decode()


@pytest.mark.shows("DRAW-34")
def test_anybody_finds_the_way_between_the_two_on_the_public_pages(
    base: Draw, widened: Draw
) -> None:
    visitor = Client()
    addresses = {
        draw: reverse("draws:verify_draw", args=[draw.public_id]) for draw in (base, widened)
    }
    # The conditions, and how many were excluded, come with the names.
    assert "已抽中过（本项目）" not in visitor.get(addresses[widened]).content.decode()
    for draw in (base, widened):
        release(draw_id=draw.pk, now=draw.reveal_at)
    assert REASON not in visitor.get(addresses[widened]).content.decode()
    end_review(base)
    first = visitor.get(addresses[base]).content.decode()
    assert addresses[widened] in first
    widened.refresh_from_db()
    # Nobody is told that a draw which still runs, or came short again, has filled the panel.
    assert f"另抽（{widened.status_label}）" in first
    assert "已另抽补足" not in first
    page = visitor.get(addresses[widened]).content.decode()
    assert addresses[base] in page
    assert REASON in page
    assert "已抽中过（本项目）" in page
    record = visitor.get(reverse("draws:verify_record", args=[widened.public_id])).json()
    assert record["rule"]["widens_seal"] == base.seal


@pytest.mark.shows("DRAW-34")
def test_old_and_new_conditions_stand_side_by_side_before_saving_and_before_the_draw(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    address = reverse("draws:widen_compare", args=[base.project_id])
    assert (
        address in client.get(reverse("draws:widen_plan", args=[base.project_id])).content.decode()
    )
    wider = client.post(address, posted(SENIOR, EVERYBODY)).content.decode()
    for text in (base.number, "不到 5 人符合", " 7 人符合", "原来封存的条件"):
        assert text in wider
    assert "这不是放宽" not in wider
    narrower = client.post(address, posted(OTHER)).content.decode()
    assert "这不是放宽" in narrower
    wrong = client.post(address, posted({"all": "x"})).content.decode()
    assert "条件组「技术」第 1 级次：条件不是有效的格式" in wrong
    saved = client.post(reverse("draws:widen_plan", args=[base.project_id]), posted(OTHER))
    assert saved.status_code == 422
    assert "不是放宽" in saved.content.decode()
    drawer = client.get(reverse("draws:widen", args=[base.pk])).content.decode()
    assert "新旧条件对照" in drawer


@pytest.mark.shows("DRAW-34")
def test_whoever_decides_sees_old_and_new_conditions(
    client: Client, operator: User, supervisor: User, base: Draw
) -> None:
    levels = {"g1": [SENIOR, OTHER]}
    asked = request_widening(
        base=base, reason=REASON, version=1, actor=operator, now=timezone.now(), levels=levels
    )
    login(client, supervisor)
    for address in (
        reverse("draws:detail", args=[base.pk]),
        reverse("workflow:request_look", args=["draws.widening", asked.pk]),
    ):
        shown = client.get(address).content.decode()
        assert "新旧条件对照" in shown
        assert "第 2 级次：" in shown
    login(client, make_user("auditor"))
    assert (
        "新旧条件对照" not in client.get(reverse("draws:detail", args=[base.pk])).content.decode()
    )


def test_who_agrees_by_a_code_is_told_the_old_and_the_new_conditions(
    client: Client, operator: User, base: Draw
) -> None:
    """A code was a yes to a number of a version."""
    second = make_user("supervisor", phone=make_phone())
    levels = {"g1": [SENIOR, OTHER]}
    asked = request_widening(
        base=base, reason=REASON, version=1, actor=operator, now=timezone.now(), levels=levels
    )
    login(client, operator)
    address = reverse("workflow:request_code", args=["draws.widening", asked.pk])
    old, new = (explain(parse(SUBJECT, one)) for one in (SENIOR, OTHER))
    words = f"原条件「{old}」，现条件「{old} / {new}」"
    assert words in client.get(address).content.decode()
    sent = client.post(address, {"step": "choose", "person": second.pk})
    assert words in sent.content.decode()
    letter = Message.objects.get(occasion="request.code", channel="sms").body
    assert words in letter
    assert "按方案第 2 版" in letter
    found = re.search(r"验证码 (\d{6}) ", letter)
    assert found
    widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=timezone.now()
    )
    late = client.post(address, {"step": "enter", "code": found[1]})
    assert "该申请已终止：抽取方案已改为第 3 版" in late.content.decode()


def test_a_refused_request_carries_the_plan_that_it_now_shows(
    client: Client, operator: User, base: Draw
) -> None:
    """Whoever had read an older plan was refused for ever, however often he read the new one."""
    login(client, operator)
    address = reverse("draws:widen", args=[base.pk])
    older = DrawPlan.objects.get(project=base.project).version
    widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=timezone.now()
    )
    assert IS_PUBLIC_LATER in client.get(address).content.decode()  # before anything is typed
    refused = client.post(address, {"reason": REASON, "version": older})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert REASON in page
    assert f'name="version" value="{older + 1}"' in page
    again = {"reason": REASON, "version": older + 1}
    assert client.post(address, again).status_code == 204


def test_a_request_ends_with_the_plan_that_it_asks_for(
    client: Client, operator: User, supervisor: User, base: Draw
) -> None:
    levels = {"g1": [SENIOR, OTHER]}
    asked = request_widening(
        base=base, reason=REASON, version=1, actor=operator, now=timezone.now(), levels=levels
    )
    widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=timezone.now()
    )
    login(client, supervisor)
    assert "确认补抽" not in client.get(reverse("draws:detail", args=[base.pk])).content.decode()
    listed = client.get(reverse("workflow:request_list"), {"tab": "settled"}).content.decode()
    assert "抽取方案已改为第 3 版" in listed
    assert "已撤回" not in listed
    asked.refresh_from_db()
    assert asked.outcome == "overtaken"


def test_an_archived_project_takes_nothing_for_its_plan(
    client: Client, operator: User, base: Draw
) -> None:
    now = timezone.now()
    login(client, operator)
    plan = widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=now
    )
    submit = reverse("draws:plan_submit", args=[base.project_id, plan.version])
    assert submit in tab(client, base.project, "plan")
    Project.objects.filter(pk=base.project_id).update(status=ProjectStatus.ARCHIVED)
    refusal = client.post(submit)
    assert "项目已归档，不能再更改" in refusal.content.decode()
    with time_machine.travel(base.project.opening_at + timedelta(minutes=1), tick=False):
        login(client, operator)
        page = tab(client, base.project, "plan")
    assert submit not in page
    # The version that the draw sealed, and not the one that came after it.
    assert f"{base.number} 按第 1 版方案封存" in page
    assert "第\n            2 版" in page or "第 2 版" in page
    assert "已按此方案封存" not in page
