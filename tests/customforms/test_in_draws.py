"""Custom fields in plans that are not drawn yet; text as a condition of draws; bounds of numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.criteria import parse, schema
from expertpool.core.importing import CellRefused
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.customforms.queries.declared import declare
from expertpool.customforms.services.fields import FieldData, change_field, retire_field
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.conditions import SUBJECT as CONDITION
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.prequery import run_prequery
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.models import Project
from tests.factories.draws import make_ready_project
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-05")]


def asking(field: CustomField, op: str, value: object) -> Project:
    """A project whose plan asks ``field``, not drawn yet."""
    leaf = {"field": field.code, "op": op, "value": value}
    return make_ready_project(now=NOW, groups=[GroupInput("甲组", 1, [leaf])])


def retire_page(client: Client, field: CustomField) -> str:
    address = reverse("customforms:field_edit", args=[field.pk])
    seen = read_version(client, address)
    answer = client.post(address, seen | {"label": field.label})
    return answer.content.decode()


def test_plans_that_are_not_drawn_are_named_before_it_is_retired(
    client: Client, admin: User
) -> None:
    field = make_field("驾龄", FieldKind.NUMBER)
    other = make_field("身高", FieldKind.NUMBER)
    make_expert("甲", extra={field.code: 12})
    project = asking(field, "gte", 10)
    login(client, admin)
    page = retire_page(client, field)
    assert f"项目“{project}”的抽取方案" in page
    assert f"项目“{project}”的抽取方案" not in retire_page(client, other)
    plan, operator = DrawPlan.objects.get(project=project), admin
    assert run_prequery(plan=plan, actor=operator, now=NOW).total == 1
    retire_field(field=field, actor=admin, now=NOW)
    with pytest.raises(DrawNotReady, match="“驾龄”已停用，请修改抽取方案"):
        run_prequery(plan=plan, actor=operator, now=NOW)
    with pytest.raises(DrawNotReady, match="“驾龄”已停用"):
        start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))


def test_one_that_a_running_draw_names_is_refused_before_anything_is_asked(
    client: Client, admin: User
) -> None:
    field = make_field("驾龄", FieldKind.NUMBER)
    make_expert("甲", extra={field.code: 12})
    draw = start_draw(
        project=asking(field, "gte", 10), actor=admin, now=NOW, entropy=SeededEntropy(1)
    )
    page = retire_page(login(client, admin), field)
    # Nobody can change what is sealed: not told to.
    assert f"字段“驾龄”正在使用：抽取 {draw.number} 的条件。请待抽取结束，再停用。" in page
    assert "再保存一次" not in page
    field.refresh_from_db()
    assert field.active


def test_a_draw_asks_text_of_one_line(admin: User) -> None:
    line, long = make_field("行业", FieldKind.TEXT), make_field("业绩", FieldKind.LONG_TEXT)
    codes = {one["code"] for one in schema(CONDITION, viewer=admin)["fields"]}
    assert line.code in codes
    assert long.code not in codes
    make_expert("甲", extra={line.code: "公路桥梁"})
    make_expert("乙", extra={line.code: "水利"})
    project = asking(line, "contains", "桥梁")
    plan = DrawPlan.objects.get(project=project)
    assert run_prequery(plan=plan, actor=admin, now=NOW).total == 1
    draw = start_draw(project=project, actor=admin, now=NOW, entropy=SeededEntropy(1))
    assert "行业" in draw.rule.groups[0].conditions[0]
    assert "“桥梁”" in draw.rule.groups[0].conditions[0]


def test_a_number_has_bounds_everywhere(client: Client, admin: User) -> None:
    field = make_field("获奖数", FieldKind.NUMBER, least=Decimal(0), most=Decimal(50))
    kind = declare(field).kind
    for wrong in (-5, 51):
        with pytest.raises(CellRefused) as refused:
            kind.clean(wrong)
        assert "0 至 50" in str(refused.value.sentence("获奖数"))
    assert kind.clean("12") == 12
    # What was asked before there were bounds reads as before.
    assert parse(CONDITION, {"field": field.code, "op": "gte", "value": 60})
    with pytest.raises(ValidationError, match="最小值（5）大于最大值（1）"):
        change_field(
            field=field,
            data=FieldData(label="获奖数", least=Decimal(5), most=Decimal(1)),
            actor=admin,
            now=NOW,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomField.objects.filter(pk=field.pk).update(least=100)
    login(client, admin)
    page = client.get(reverse("customforms:field_edit", args=[field.pk])).content.decode()
    assert "最小值" in page
    # Read from the database it has three places; it is shown as it was typed.
    assert 'value="50"' in page
    assert "50.000" not in page
    text = make_field("介绍人", FieldKind.TEXT)
    page = client.get(reverse("customforms:field_edit", args=[text.pk])).content.decode()
    assert "最小值" not in page
    assert make_field("备忘", FieldKind.TEXT, least=Decimal(1)).least is None
