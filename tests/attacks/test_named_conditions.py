"""Whoever keeps the lists of words, and has no right to projects, learns of no plan, template or search of others by what asks for a word:
he is told how many there are (docs/decisions/0479). So is whoever keeps the fields, by what refuses to let one go."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.automation.services.rules import ActionData
from expertpool.customforms.models import CustomField
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.fields import EXPERT
from expertpool.workflow.models import FlowStep, FlowVersion
from tests.attacks.test_rights import make_role
from tests.draws.views.test_named_words import ask_everywhere, entry
from tests.factories.accounts import make_user
from tests.factories.automation import make_rule
from tests.factories.draws import make_draw
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_user(roles=(make_role("directory.edit", "directory.view"),))


@pytest.mark.parametrize("door", ["item_delete", "item_edit"])
def test_what_one_may_not_see_is_counted_alone(
    client: Client, operator: User, clerk: User, door: str
) -> None:
    item = entry("子类")
    named = ask_everywhere({"field": "expert_type", "op": "eq", "value": "子类"}, operator)
    address = reverse(f"directory:{door}", args=[item.pk])
    login(client, clerk)
    data = {"dictionary": "expert_type", "name": "丑类", "order": "0", "active": "on"}
    if door == "item_edit":
        data |= read_version(client, address)
    page = client.post(address, data).content.decode()
    # Templates and searches that are shared are for everybody.
    assert "另有 3 处您看不到的" in page
    hidden = [one for one in named if one.startswith(("项目", "年检", "事件规则"))]
    assert len(hidden) == 3
    assert [one for one in hidden if one in page] == []
    assert [one for one in named if one not in hidden and one not in page] == []
    project = hidden[0].removeprefix("项目“").partition("”")[0]
    assert project not in page


@pytest.fixture
def keeper() -> User:
    """Of the fields alone."""
    return make_user(roles=(make_role("customforms.manage"),))


@pytest.mark.parametrize("change", ["retire", "option"])
def test_what_refuses_to_let_a_field_go_is_counted_alone(
    client: Client, admin: User, keeper: User, change: str
) -> None:
    field = make_field("资格", options=("一级", "二级"))
    leaf = {"field": field.code, "op": "in", "value": ["一级"]}
    make_expert(extra={field.code: "一级"})
    draw = make_draw(now=NOW, groups=[GroupInput("注册", 1, [leaf])])
    version = FlowVersion.objects.create(subject=EXPERT.code, number=9, created_at=NOW)
    FlowStep.objects.create(version=version, order=1, name="总工", condition={"all": [leaf]})
    make_rule(
        ActionData("automation.errand", {"role": "operator", "errand": "看看「{{专家姓名}}」"}),
        name="寅规则",
        event="experts.approved",
        condition=leaf,
    )
    names = (draw.number, "总工", "寅规则")
    pages = {user: refused(client, user, field, change) for user in (keeper, admin)}
    assert "有 3 处您看不到的" in pages[keeper]
    assert [one for one in names if one in pages[keeper]] == []
    assert [one for one in names if one not in pages[admin]] == []
    assert "您看不到的" not in pages[admin]


def refused(client: Client, user: User, field: CustomField, change: str) -> str:
    address = reverse("customforms:field_edit", args=[field.pk])
    login(client, user)
    data = {"label": "资格", "options": "一级\n二级", "active": "on", "order": "10"}
    if change == "retire":
        del data["active"]
    else:
        data["options"] = "二级"
    return client.post(address, data | read_version(client, address)).content.decode()
