"""The pages of 人工抽取 and 专家分配, from the setting to the sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState
from expertpool.draws.models import Draw, Invitation, PickRequest
from expertpool.draws.queries.asked_fields import UNSEEN
from expertpool.draws.queries.shown import otherwise_in, told_of
from expertpool.draws.rules import IS_PUBLIC
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import agree_to_picks, read_picks, request_more
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sheets import build_sheet
from expertpool.projects.settings import ALLOWED
from tests.factories.answers import record_answer
from tests.factories.draws import EVERYBODY, make_draw, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.fields import make_field
from tests.factories.picks import allow_manual_ways, ask_for, make_list
from tests.fixtures import login

pytestmark = pytest.mark.django_db
FILLED = {"reason": "技术特别复杂", "approval_number": "批〔2026〕7号"}


@pytest.fixture
def experts():
    return [make_expert(f"专家{at}") for at in range(4)]


@pytest.fixture
def project(experts):
    return make_ready_project(now=timezone.now(), seats=2)


@pytest.fixture
def allowed(admin):
    allow_manual_ways()


def picked(*experts):
    return [f"g1:{expert.pk}" for expert in experts]


@pytest.mark.shows("DRAW-04")
def test_it_is_switched_on_where_the_rules_are_set(client, admin, project):
    login(client, admin)
    plan = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    address = reverse("draws:pick", args=[project.pk, "manual"])
    assert address not in client.get(plan).content.decode()
    assert client.get(address).status_code == 302
    assert "只能随机抽取" in client.get(plan).content.decode()
    rules = reverse("projects:rules")
    # What is allowed counts a day later, see tests/attacks/test_loosened_rules.py.
    with time_machine.travel(timezone.now() - timedelta(hours=25), tick=False):
        before = login(Client(), admin)
        assert before.post(rules, {"options": ["tender.manual_ways"]}).status_code == 302
        assert 'value="tender.manual_ways"' in before.get(rules).content.decode()
    assert value_of(ALLOWED["tender"]) == ("manual_ways",)
    assert address in client.get(plan).content.decode()
    assert "这不是随机抽取" in client.get(address).content.decode()
    assert Entry.objects.filter(action="draw.pick_look", actor=admin).count() == 1


@pytest.mark.shows("DRAW-04")
def test_one_chooses_and_another_confirms(
    client, admin, supervisor, operator, project, experts, allowed
):
    address = reverse("draws:pick", args=[project.pk, "manual"])
    assert login(client, operator).get(address).status_code == 403
    login(client, admin)
    assert IS_PUBLIC in client.get(address).content.decode()
    kept = client.post(address, {**FILLED, "approval_number": "", "pick": picked(*experts[:2])})
    assert kept.status_code == 422
    assert kept.content.decode().count(" checked") == 2
    refusal = client.post(address, {**FILLED, "pick": picked(experts[0])})
    assert "应选 2 人，已选 1 人" in refusal.content.decode()
    assert client.post(address, {**FILLED, "pick": picked(*experts[:2])}).status_code == 302
    draw, asked = Draw.objects.get(), PickRequest.objects.get()
    page = reverse("draws:detail", args=[draw.pk])
    agree = reverse("workflow:request_agree", args=["draws.picks", asked.pk])
    text = client.get(page).content.decode()
    assert "人选等待确认" in text
    assert experts[0].name not in text
    assert client.post(agree).status_code == 409  # not by himself
    login(client, supervisor)
    assert page in client.get(reverse("portal:home")).content.decode()
    drawer = client.get(reverse("draws:picks", args=[draw.pk, asked.pk])).content.decode()
    assert experts[0].name in drawer
    assert agree in drawer
    assert client.post(agree).status_code == 204
    assert Invitation.objects.count() == 2
    text = client.get(page).content.decode()
    assert "人工抽取" in text
    assert "批〔2026〕7号" in text
    assert "封存值" not in text


@pytest.mark.shows("DRAW-19")
def test_an_allocation_proposes_the_first_of_the_recommendation(
    client, admin, project, experts, allowed
):
    best = make_expert("正高专家", title_level=4)
    address = reverse("draws:pick", args=[project.pk, "allocated"])
    text = login(client, admin).get(address).content.decode()
    assert text.count(" checked") == 2
    assert f'value="g1:{best.pk}"' in text.split(" checked")[0]
    assert "第 1 级次，职称级别 正高，365 天内参评 0 次" in text


def test_a_proposal_keeps_to_the_unit_cap_over_all_groups(client, admin, allowed):
    """It can be handed in as it stands, though the first of the order work for one unit."""
    unit = make_unit("同一单位")
    for at in range(22):
        make_expert(f"同事{at}", title_level=4, employer=unit)
    for at in range(3):
        make_expert(f"外单位{at}", title_level=1, employer=make_unit(f"外单位{at}"))
    groups = [GroupInput("技术", 2, [EVERYBODY]), GroupInput("经济", 2, [EVERYBODY])]
    project = make_ready_project(now=timezone.now(), groups=groups, unit_cap=1)
    address = reverse("draws:pick", args=[project.pk, "allocated"])
    text = login(client, admin).get(address).content.decode()
    proposed = re.findall(r'value="(g\d:\d+)"[^>]* checked', text)
    assert len(proposed) == 4
    assert client.post(address, {**FILLED, "pick": proposed}).status_code == 302


def test_who_may_not_see_a_condition_is_not_told_what_of_it_is_gone(client, admin, allowed):
    field = make_field("宽选", options=("乙级", "丁级"))
    asked = {"field": field.code, "op": "in", "value": ["乙级", "丁级"]}
    project = make_ready_project(now=timezone.now(), groups=[GroupInput("技术", 1, [asked])])
    data = FieldData("宽选", ("乙级",), readers=["operator"])
    change_field(field=field, data=data, actor=None, now=timezone.now())
    address = reverse("draws:pick", args=[project.pk, DrawKind.MANUAL])
    plan_page = login(client, admin).get(address, follow=True).content.decode()
    assert UNSEEN in plan_page
    assert "没有“丁级”这一项" not in plan_page


def test_a_search_keeps_what_was_chosen(client, admin, project, experts, allowed):
    address = reverse("draws:pick", args=[project.pk, "manual"])
    data = {"op": "search", "q": "专家3", "pick": picked(experts[0])}
    text = login(client, admin).post(address, data).content.decode()
    assert text.count(" checked") == 1
    assert "专家0" in text
    assert "专家3" in text
    assert "专家1" not in text
    assert not Draw.objects.exists()


@pytest.mark.shows("DRAW-19")
def test_after_a_decline_the_page_asks_for_another(
    client, admin, supervisor, project, experts, allowed
):
    draw = make_list(
        project,
        experts[:2],
        actor=admin,
        second=supervisor,
        now=timezone.now(),
        kind=DrawKind.ALLOCATED,
    )
    record_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.DECLINED,
        reason="电话",
        actor=admin,
        now=timezone.now(),
        entropy=SeededEntropy(1),
    )
    more = reverse("draws:pick_more", args=[draw.pk])
    login(client, admin)
    assert reverse("draws:detail", args=[draw.pk]) in (
        client.get(reverse("portal:home")).content.decode()
    )
    assert more in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    short = "缺 1 人。人工选定的名单不会自动递补。"
    result = reverse("projects:detail", args=[project.pk]) + "?tab=draw"
    for address in (reverse("draws:detail", args=[draw.pk]), result):
        page = " ".join(client.get(address).content.decode().split())
        assert "人数不足" in page
        assert short in page
    with time_machine.travel(draw.reveal_at, tick=False):
        sheet = build_sheet(draw=draw, actor=admin, now=timezone.now())
    assert dict(sheet.head)["缺额"].endswith("缺 1 人")
    text = client.get(more).content.decode()
    assert "批准文号" not in text
    assert f"g1:{experts[0].pk}" not in text
    response = client.post(more, {"reason": "一人拒绝", "pick": picked(experts[2])})
    assert response.status_code == 302
    assert PickRequest.objects.filter(draw=draw).count() == 2
    assert "有人选等待确认" in client.get(more, follow=True).content.decode()
    withdraw = PickRequest.objects.get(decided_at=None)
    address = reverse("workflow:request_withdraw", args=["draws.picks", withdraw.pk])
    assert client.post(address).status_code == 204
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING


@pytest.mark.shows("DRAW-04")
def test_who_looked_before_the_review_was_moved_looks_again(
    client, admin, operator, supervisor, project, experts, allowed
):
    now = timezone.now()
    draw = make_list(project, experts[:2], actor=admin, second=supervisor, now=now)
    record_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.DECLINED,
        reason="电话",
        actor=admin,
        now=now,
        entropy=SeededEntropy(1),
    )
    picks = [Pick(experts[2].pk, "g1")]
    asked = request_more(draw=draw, picks=picks, reason="一人拒绝", actor=admin, now=now)
    look = reverse("draws:picks", args=[draw.pk, asked.pk])
    agree = reverse("workflow:request_agree", args=["draws.picks", asked.pk])
    login(client, supervisor)
    before = client.get(look).content.decode()
    old = project.opening_at
    assert f"评审时间、地点：{moment_text(old)}，{project.place}。" in before
    assert "提交之后改期" not in before
    new = NewMeeting(project.pk, old + timedelta(days=2), "新楼 301 室")
    reschedule(
        draw=draw,
        meetings=[new],
        reason="场地占用",
        actor=operator,
        now=timezone.now(),
        entropy=SeededEntropy(2),
    )
    refused = client.post(agree)
    assert refused.status_code == 409
    moved = f"{moment_text(old)}，{project.place} → {moment_text(new.opening_at)}，新楼 301 室"
    said = f"您查看人选之后评审改期了（{moved}），请重新查看人选，再确认。"
    assert said in refused.content.decode()
    asked.refresh_from_db()
    assert asked.decided_at is None
    again = client.get(look).content.decode()
    assert "提交之后改期" in again
    assert moved in again
    assert client.post(agree).status_code == 204
    assert draw.invitations.count() == 3


def test_a_second_person_may_turn_it_down(client, admin, supervisor, project, experts, allowed):
    asked = ask_for(project, experts[:2], actor=admin, now=timezone.now())
    address = reverse("workflow:request_turn_down", args=["draws.picks", asked.pk])
    login(client, supervisor)
    assert client.post(address).status_code == 409
    assert client.post(address, {"reason": "应随机抽取"}).status_code == 204
    text = client.get(reverse("draws:detail", args=[asked.draw_id])).content.decode()
    assert "应随机抽取" in text
    assert "未确认" in text


@pytest.mark.shows("DRAW-04")
def test_it_is_marked_wherever_it_is_shown(client, admin, supervisor, project, experts, allowed):
    now = timezone.now()
    draw = make_list(project, experts[:2], actor=admin, second=supervisor, now=now)
    make_draw(now=now, seats=1, opens_in_hours=200)
    text = client.get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "这不是随机抽取" in text
    assert client.get(reverse("draws:verify_record", args=[draw.public_id])).status_code == 404
    login(client, admin)
    text = client.get(reverse("draws:list")).content.decode()
    assert "随机抽取 1 次，人工抽取 1 次，专家分配 0 次" in text
    only = client.get(reverse("draws:list"), {"kind": "manual"}).context["page"]
    assert list(only) == [draw]
    text = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "draw"})
    assert "人工抽取" in text.content.decode()
    assert client.get(reverse("draws:room", args=[draw.pk])).status_code == 404


def test_the_reason_is_public_once_another_has_confirmed_the_list(
    client, admin, supervisor, project, experts, allowed
):
    asked = ask_for(project, experts[:2], actor=admin, now=timezone.now())
    draw = Draw.objects.get(pk=asked.draw_id)
    public = reverse("draws:verify_draw", args=[draw.public_id])
    before = Client().get(public).content.decode()
    assert "等待另一人确认" in before
    assert draw.rule.reason not in before
    assert draw.rule.approval_number not in before
    read_picks(request=asked, actor=supervisor, now=timezone.now())
    agree_to_picks(request=asked, actor=supervisor, now=timezone.now(), entropy=SeededEntropy(1))
    after = Client().get(public).content.decode()
    assert "等待另一人确认" not in after
    assert draw.rule.reason in after
    assert draw.rule.approval_number in after


def test_whose_hand_a_list_needed_is_public_and_on_the_sheet(
    admin, supervisor, project, experts, allowed
):
    now = timezone.now()
    draw = make_list(project, experts[:2], actor=admin, second=supervisor, now=now)
    record_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.DECLINED,
        reason="电话",
        actor=admin,
        now=now,
        entropy=SeededEntropy(1),
    )
    more = request_more(
        draw=draw, picks=[Pick(experts[2].pk, "g1")], reason="一人退出", actor=admin, now=now
    )
    public = reverse("draws:verify_draw", args=[draw.public_id])
    assert "一人退出" not in Client().get(public).content.decode()
    read_picks(request=more, actor=supervisor, now=now)
    agree_to_picks(request=more, actor=supervisor, now=now, entropy=SeededEntropy(1))
    page = Client().get(public).content.decode()
    assert "经另一人确认；理由：一人退出" in page
    assert "2 次（代登记答复 1 次、另选专家 1 次）" in page
    with time_machine.travel(draw.reveal_at, tick=False):
        head = dict(build_sheet(draw=draw, actor=admin, now=timezone.now()).head)
    assert head["人工干预"] == "2 次（代登记答复 1 次、另选专家 1 次）"
    told = told_of(draw)
    assert otherwise_in(told) is None
    # Counted and never logged: what rows say alone.
    assert (
        otherwise_in(replace(told, hands={**told.hands, "另选专家": 2})) == "人工干预（另选专家）"
    )
    assert head["另选专家"].endswith(f"{supervisor} 确认；理由：一人退出")
    # What was taken before names were looked for in it.
    PickRequest.objects.filter(pk=more.pk).update(reason="专家1已同意，另选一人")
    page = Client().get(public).content.decode()
    assert "专家1" not in page
    assert "其中写出了专家是谁，不公开" in page


@pytest.mark.shows("DRAW-04")
def test_its_pages_lead_to_the_public_one_and_promise_no_record(
    client, admin, supervisor, project, experts, allowed
):
    draw = make_list(project, experts[:2], actor=admin, second=supervisor, now=timezone.now())
    public = reverse("draws:verify_draw", args=[draw.public_id])
    login(client, admin)
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert f'href="{public}"' in page
    asked = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "evidence"})
    tab = asked.content.decode()
    assert f'href="{public}"' in tab
    assert "抽取结束后有抽取记录" not in tab


def test_roles_are_set_in_a_drawer(client, operator, admin, experts):
    draw = make_draw(now=timezone.now(), seats=2, operator=operator)
    address = reverse("draws:panel_roles", args=[draw.pk])
    first, second = draw.invitations.order_by("line").values_list("pk", flat=True)[:2]
    login(client, operator)
    assert "第 1 位专家" in client.get(address).content.decode()
    wrong = client.post(address, {f"line-{first}": "leader", f"line-{second}": "leader"})
    assert wrong.status_code == 422
    assert "只能有一名组长" in wrong.content.decode()
    assert (
        client.post(address, {f"line-{first}": "leader", f"line-{second}": "member"}).status_code
        == 204
    )
    text = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "组长" in text
    assert "委员" in text
    assert not Entry.objects.filter(action="draw.names").exists()
