"""A plan whose condition names a word that is gone: it is read, mended and deleted, and nothing is drawn by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, change_field, retire_field
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawNotReady, PickRefused
from expertpool.draws.models import ConditionLevel, ConditionTemplate, DrawPlan
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.picking import agree_to_picks, read_picks
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.plan_approval import submit_plan
from expertpool.draws.services.prequery import run_prequery
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.templates import save_template
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.leave import file_leave
from expertpool.projects.models import Project
from tests.architecture.forms import forms_of
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.fields import make_field
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.projects import avoid
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-08")]
GONE = "已不在选项中"


def asking(leaf: dict[str, Any], actor: User) -> Project:
    groups = [GroupInput("甲组", 1, [leaf])]
    return make_ready_project(now=timezone.now(), groups=groups, actor=actor)


def option_removed(actor: User) -> Project:
    field = make_field("丁选", options=("子", "寅"))
    make_expert(extra={field.code: "子"})
    project = asking({"field": field.code, "op": "in", "value": ["子", "寅"]}, actor)
    change_field(field=field, data=FieldData("丁选", ["子"]), actor=None, now=timezone.now())
    return project


def entry_renamed(actor: User) -> Project:
    item = DictionaryItem.objects.create(dictionary=DictionaryCode.EXPERT_TYPE, name="寅")
    make_expert(expert_type="寅")
    project = asking({"field": "expert_type", "op": "eq", "value": "寅"}, actor)
    DictionaryItem.objects.filter(pk=item.pk).update(name="卯")
    return project


def specialty_gone(actor: User) -> Project:
    project = asking({"all": []}, actor)
    leaf = {"field": "specialty", "op": "in", "value": ["987654"]}
    ConditionLevel.objects.filter(group__plan__project=project).update(criteria=leaf)
    return project


WAYS = [option_removed, entry_renamed, specialty_gone]


@pytest.mark.parametrize("make", WAYS)
def test_it_is_read_and_not_drawn_and_deleted(
    client: Client, operator: User, supervisor: User, make: Callable[[User], Project]
) -> None:
    project = make(operator)
    address = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    assert GONE in login(client, supervisor).get(address).content.decode()
    assert client.get(reverse("draws:exclusions", args=[project.pk])).status_code == 200
    login(client, operator)
    assert GONE in client.get(address).content.decode()
    page = client.get(reverse("draws:plan", args=[project.pk])).content.decode()
    assert GONE.encode("unicode_escape").decode() in page  # the builder offers it by that name
    told = client.post(reverse("draws:prequery", args=[project.pk]), follow=True)
    assert "条件组「甲组」第 1 级次的条件" in told.content.decode()
    plan = plan_for(project)
    assert plan is not None
    now = timezone.now()
    for act in (
        lambda: run_prequery(plan=plan, actor=operator, now=now),
        lambda: submit_plan(project=project, version=1, actor=operator, now=now),
        lambda: start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1)),
    ):
        with pytest.raises(DrawNotReady, match="请修改抽取方案"):
            act()
    deleted = client.post(reverse("draws:plan_delete", args=[project.pk, plan.version]))
    assert deleted.status_code == 204
    assert not ConditionLevel.objects.filter(group__plan=plan).exists()


def test_a_right_condition_takes_its_place(client: Client, operator: User) -> None:
    project = option_removed(operator)
    field = CustomField.objects.get()
    address = reverse("draws:plan", args=[project.pk])
    sent = read_version(client=login(client, operator), address=address)
    plan = DrawPlan.objects.get(project=project)
    leaf = {"field": field.code, "op": "in", "value": ["子"]}
    posted = sent | {
        "group": ["1"],
        "g1-name": "甲组",
        "g1-seats": "1",
        "g1-level": ["1"],
        "frequency_days": "365",
        "reply_minutes": "90",
        "leave_hours": "4",
        "reveal_hours": "3",
        "channels": ["site"],
        "contributors": list(plan.contributors),
    }
    stays = {"g1-l1-criteria": json.dumps(leaf | {"value": ["子", "寅"]})}
    refused = client.post(address, posted | stays)
    assert refused.status_code == 422
    assert "没有“寅”这一项" in refused.content.decode()
    saved = client.post(address, posted | {"g1-l1-criteria": json.dumps(leaf)})
    assert saved.status_code == 302
    assert run_prequery(plan=plan, actor=operator, now=timezone.now()).total == 1


def test_whoever_may_not_see_the_condition_keeps_it(
    client: Client, operator: User, admin: User
) -> None:
    project = option_removed(operator)
    field = CustomField.objects.get()
    stored = ConditionLevel.objects.get().criteria
    data = FieldData("丁选", ["子"], readers=["operator"])
    change_field(field=field, data=data, actor=None, now=timezone.now())
    address = reverse("draws:plan", args=[project.pk])
    page = login(client, admin).get(address).content.decode()
    assert f"&quot;{field.code}&quot;" not in page  # alone it may stand in what is shut
    shown = forms_of(page)[-1].values
    seats = next(one for one in shown if one.endswith("-seats"))
    assert client.post(address, shown | {seats: "2"}).status_code == 302
    level = ConditionLevel.objects.get()
    assert (level.group.seats, level.criteria) == (2, stored)
    kept = shown | {"template_name": "丙模板"}
    assert client.post(reverse("draws:template_keep"), kept).status_code == 204
    assert ConditionTemplate.objects.get().groups[0]["levels"] == [stored]
    # Who may see it is told what to mend.
    login(client, operator)
    page = client.get(address).content.decode()
    named = "丁选（只对部分角色可见，不用于抽取）"
    assert named.encode("unicode_escape").decode() in page
    own = forms_of(page)[-1].values
    wrong = "“丁选”只对部分角色可见，不用于抽取，请删除该条件"
    assert wrong in client.post(address, own).content.decode()
    told = client.post(reverse("draws:template_keep"), own | {"template_name": "丁模板"})
    assert f"条件组「甲组」第 1 级次：字段{wrong}" in told.content.decode()


def test_plans_and_templates_are_named_before_a_word_or_the_field_goes(
    client: Client, operator: User, admin: User
) -> None:
    field = make_field("丁选", options=("子", "寅"))
    leaf = {"field": field.code, "op": "in", "value": ["寅"]}
    project = asking(leaf, operator)
    groups = [GroupInput("甲组", 1, [leaf])]
    now = timezone.now()
    save_template(name="丙模板", groups=groups, shared=True, actor=operator, now=now)
    named = (f"项目“{project}”的抽取方案", f"{operator}的抽取条件模板“丙模板”")
    address = reverse("customforms:field_edit", args=[field.pk])
    seen = read_version(login(client, admin), address) | {"label": field.label}
    page = client.post(address, seen | {"options": "子\n寅"}).content.decode()
    assert all(one in page for one in named)  # it is retired by that
    assert client.post(address, seen | {"options": "寅", "active": "on"}).status_code == 204
    seen = read_version(client, address) | {"label": field.label, "active": "on"}
    asked = client.post(address, seen | {"options": "卯"})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert all(one in page for one in named)
    assert "删除后须修改的" in page


def test_the_page_before_the_button_leads_back_where_a_field_is_retired(
    client: Client, operator: User
) -> None:
    project = option_removed(operator)
    field = CustomField.objects.get()
    retire_field(field=field, actor=None, now=timezone.now())
    login(client, operator)
    page = client.get(reverse("draws:start", args=[project.pk]), follow=True)
    assert "请修改抽取方案" in page.content.decode()
    plan = plan_for(project)
    assert plan is not None
    with pytest.raises(DrawNotReady, match="请修改抽取方案"):
        submit_plan(project=project, version=plan.version, actor=operator, now=timezone.now())


def test_hand_picked_names_are_not_agreed_to_by_conditions_whose_word_is_gone(
    client: Client, operator: User, admin: User, supervisor: User
) -> None:
    """The button says so before: who was chosen is held against the conditions once more."""
    allow_manual_ways()
    item = DictionaryItem.objects.create(dictionary=DictionaryCode.EXPERT_TYPE, name="寅")
    chosen = make_expert(expert_type="寅")
    project = asking({"field": "expert_type", "op": "eq", "value": "寅"}, operator)
    now = timezone.now()
    asked = ask_for(project, [chosen], actor=admin, now=now)
    agree = ActionCode.AGREE_PICKS
    assert not actions_for(asked.draw, supervisor, now=now)[agree].why_not
    DictionaryItem.objects.filter(pk=item.pk).update(name="卯")
    gone = "没有“寅”这一项"
    assert gone in actions_for(asked.draw, supervisor, now=now)[agree].why_not
    read_picks(request=asked, actor=supervisor, now=now)
    with pytest.raises(PickRefused, match=gone):
        agree_to_picks(request=asked, actor=supervisor, now=now, entropy=SeededEntropy(1))
    drawer = reverse("draws:picks", args=[asked.draw_id, asked.pk])
    page = login(client, supervisor).get(drawer)
    assert f"{gone}，请重新选择。请修改抽取方案。请先退回这些人选" in page.content.decode()


@pytest.mark.parametrize("since", ["on leave", "blacklisted", "avoided", "no longer fits"])
def test_what_came_between_choosing_and_agreeing_is_asked_again(
    admin: User, operator: User, supervisor: User, since: str
) -> None:
    allow_manual_ways()
    field, unit = make_field("丁选", options=("子", "寅")), make_unit("甲院")
    chosen = make_expert(extra={field.code: "子"}, employer=unit)
    project = asking({"field": field.code, "op": "in", "value": ["子"]}, operator)
    now = timezone.now()
    asked = ask_for(project, [chosen], actor=admin, now=now)
    read_picks(request=asked, actor=supervisor, now=now)
    if since == "on leave":
        away = now + timedelta(days=90)
        file_leave(expert=chosen, start=now, end=away, reason="出国", actor=admin, now=now)
    elif since == "blacklisted":
        add_to_blacklist(expert=chosen, reason="泄露名单", actor=admin, now=now)
    elif since == "avoided":
        avoid(project, subject="unit", unit=unit)
    else:
        Expert.objects.filter(pk=chosen.pk).update(extra={field.code: "寅"})
    with pytest.raises(PickRefused, match=r"不能选"):
        agree_to_picks(request=asked, actor=supervisor, now=now, entropy=SeededEntropy(1))
    assert not asked.draw.invitations.exists()
