"""Wider conditions whose words are gone, or which only some may see: refused in words, kept, and not counted by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.draws.models import ConditionLevel, Draw, DrawPlan, WideningRequest
from expertpool.draws.services.widening import request_widening, widen_plan
from tests.architecture.forms import forms_of
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.widening import REASON, SENIOR, make_short_panel
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-34")]
GONE = "条件组「技术」第 2 级次的条件“宽选”：没有“丁级”这一项"
FOR_SOME = "字段“宽选”只对部分角色可见"


@pytest.fixture
def field() -> CustomField:
    field = make_field("宽选", options=("乙级", "丁级"))
    make_expert(title_level=1, extra={field.code: "乙级"})
    return field


def leaf(field: CustomField) -> dict[str, Any]:
    return {"field": field.code, "op": "in", "value": ["丁级", "乙级"]}


@pytest.fixture
def base(operator: User, field: CustomField) -> Draw:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    widen_plan(project=base.project, levels={"g1": [SENIOR, leaf(field)]}, actor=operator, now=now)
    return base


def ask(base: Draw, actor: User) -> WideningRequest:
    version = DrawPlan.objects.get(project=base.project).version
    return request_widening(
        base=base, reason=REASON, version=version, actor=actor, now=timezone.now()
    )


def change(field: CustomField, *, options: tuple[str, ...] = ("乙级", "丁级"), **more: Any) -> None:
    data = FieldData("宽选", options, **more)
    change_field(field=field, data=data, actor=None, now=timezone.now())


def plan_page(client: Client, base: Draw) -> str:
    address = reverse("projects:detail", args=[base.project_id]) + "?tab=plan"
    return client.get(address).content.decode()


def test_conditions_whose_word_is_gone_are_refused_when_they_are_asked_for(
    client: Client, operator: User, base: Draw, field: CustomField
) -> None:
    login(client, operator)
    assert "不能抽取" not in plan_page(client, base)
    drawer = reverse("draws:widen", args=[base.pk])
    shown = read_version(client, drawer)
    change(field, options=("乙级",))
    refused = client.post(drawer, shown | {"reason": REASON})
    assert refused.status_code == 422
    assert GONE in refused.content.decode()
    assert not WideningRequest.objects.exists()
    assert GONE in plan_page(client, base)


def test_a_word_that_goes_while_the_request_waits_is_told_to_whoever_agrees(
    client: Client, operator: User, supervisor: User, base: Draw, field: CustomField
) -> None:
    asked = ask(base, operator)
    change(field, options=("乙级",))
    login(client, supervisor)
    agree = reverse("workflow:request_agree", args=["draws.widening", asked.pk])
    refused = client.post(agree)
    assert refused.status_code == 409
    assert GONE in refused.content.decode()
    assert not Draw.objects.filter(widens=base).exists()


def test_the_plan_and_what_is_asked_for_by_it_are_named_before_a_word_goes(
    client: Client, operator: User, admin: User, base: Draw, field: CustomField
) -> None:
    address = reverse("customforms:field_edit", args=[field.pk])
    seen = read_version(login(client, admin), address) | {"label": "宽选", "active": "on"}
    named = f"项目“{base.project}”的抽取方案"
    page = client.post(address, seen | {"options": "乙级"}).content.decode()
    assert named in page
    assert "放宽条件补抽申请" not in page
    ask(base, operator)
    page = client.post(address, seen | {"options": "乙级"}).content.decode()
    assert f"{named}（有待确认的放宽条件补抽申请）" in page
    base.project.opening_at = timezone.now()
    base.project.save()
    assert client.post(address, seen | {"options": "乙级"}).status_code == 204  # it has sat


def test_what_no_draw_asks_is_refused_before_a_second_person_is_asked(
    client: Client, operator: User, base: Draw, field: CustomField
) -> None:
    drawer = reverse("draws:widen", args=[base.pk])
    shown = read_version(login(client, operator), drawer)
    change(field, readers=["operator"])
    refused = client.post(drawer, shown | {"reason": REASON})
    assert refused.status_code == 422
    assert FOR_SOME in refused.content.decode()
    assert not WideningRequest.objects.exists()
    assert FOR_SOME in plan_page(client, base)


def test_whoever_may_not_see_a_condition_whose_word_is_gone_keeps_it(
    client: Client, admin: User, base: Draw, field: CustomField
) -> None:
    change(field, options=("乙级",), readers=["operator"])
    address = reverse("draws:widen_plan", args=[base.project_id])
    shown = forms_of(login(client, admin).get(address).content.decode())[-1].values
    compared = client.post(reverse("draws:widen_compare", args=[base.project_id]), shown)
    assert "新旧条件对照" in compared.content.decode()
    wider = {"field": "title_level", "op": "eq", "value": 2}
    more = {"g1-level": [*shown["g1-level"], "3"], "g1-l3-criteria": json.dumps(wider)}
    saved = client.post(address, shown | more)
    assert saved.status_code == 302
    kept = ConditionLevel.objects.filter(group__order=1).values_list("criteria", flat=True)
    assert list(kept) == [SENIOR, leaf(field), wider]


def test_nobody_counts_by_what_he_may_not_see(
    client: Client, operator: User, supervisor: User, admin: User, base: Draw, field: CustomField
) -> None:
    asked = ask(base, operator)
    change(field, readers=["operator"])
    drawer = reverse("draws:widen", args=[base.pk])
    address = reverse("draws:widen_plan", args=[base.project_id])
    look = reverse("workflow:request_look", args=["draws.widening", asked.pk])
    assert "人符合" in login(client, operator).get(look).content.decode()
    told = [login(client, supervisor).get(look).content.decode()]
    login(client, admin)
    shown = forms_of(client.get(address).content.decode())[-1].values
    told.append(
        client.post(reverse("draws:widen_compare", args=[base.project_id]), shown).content.decode()
    )
    asked.delete()
    assert "人符合" not in client.get(drawer).content.decode()  # nobody asks by it
    for page in told:
        assert "新旧条件对照" in page
        assert "人符合" not in page
        assert "人数不显示：有一个条件您看不到" in page
    old = {"all": [SENIOR, {"field": "age", "op": "gte", "value": 120}]}
    refused = client.post(address, shown | {"g1-l1-criteria": json.dumps(old)})
    assert "有人不再符合新的条件，因为「年龄" in refused.content.decode()
