"""Before a word of a list that the office keeps goes, what asks for it is named."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.services.rules import ActionData
from expertpool.core.criteria import CRITERIA_USES, criteria_fields
from expertpool.core.models import SavedSearch
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem, Title
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.templates import save_template
from expertpool.experts.models import Tag
from tests.draws.views.test_gone_words import asking
from tests.factories.automation import make_rule
from tests.factories.experts import make_specialty
from tests.factories.inspections import make_round
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-08")]
LOOK = ActionData("automation.errand", {"role": "operator", "errand": "看看「{{专家姓名}}」"})


def ask_everywhere(leaf: dict[str, object], operator: User) -> list[str]:
    """Let a plan, a template, two saved searches, a rule and a yearly check ask ``leaf``; return how each is named."""
    now = timezone.now()
    project = asking(leaf, operator)
    groups = [GroupInput("甲组", 1, [leaf])]
    save_template(name="丙模板", groups=groups, shared=True, actor=operator, now=now)
    value = leaf["value"]
    first = value[0] if isinstance(value, list) else value
    queries = {"子查询": {"where": json.dumps(leaf)}, "丑查询": {leaf["field"]: first}}
    for name, query in queries.items():
        SavedSearch.objects.create(
            page="experts",
            name=name,
            query=urlencode(query),
            owner=operator,
            shared=True,
            created_at=now,
        )
    make_rule(LOOK, name="寅规则", event="experts.approved", condition=leaf)
    make_round(name="卯年检", criteria=leaf)
    return [
        f"项目“{project}”的抽取方案",
        f"{operator}的抽取条件模板“丙模板”",
        "年检“卯年检”的条件",
        "事件规则「寅规则」",
        *(f"{operator}的常用查询“{name}”" for name in queries),
    ]


def entry(name: str) -> DictionaryItem:
    return DictionaryItem.objects.create(dictionary=DictionaryCode.EXPERT_TYPE, name=name)


@pytest.mark.parametrize("change", [{"name": "辰"}, {"active": ""}])
def test_it_is_asked_once_before_an_entry_is_renamed_or_put_out_of_use(
    client: Client, operator: User, admin: User, change: dict[str, str]
) -> None:
    item = entry("子类")
    ask_everywhere({"field": "expert_type", "op": "eq", "value": "子类"}, operator)
    address = reverse("directory:item_edit", args=[item.pk])
    seen = read_version(login(client, admin), address) | {
        "dictionary": "expert_type",
        "name": "子类",
        "order": "0",
        "active": "on",
    }
    assert client.post(address, seen | {"order": "3"}).status_code == 204  # nothing goes by that
    seen |= {"order": "3"} | read_version(client, address) | change
    asked = client.post(address, seen)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "后须修改的" in page
    assert "等 6 处" in page
    item.refresh_from_db()
    assert (item.name, item.active) == ("子类", True)
    said = {"asked": asked.context["form"].data["asked"]}
    assert client.post(address, seen | said).status_code == 204


@pytest.mark.parametrize("kind", ["title", "item", "tag", "specialty"])
def test_it_is_asked_once_before_a_word_is_deleted(
    client: Client, operator: User, admin: User, kind: str
) -> None:
    row: models.Model
    if kind == "title":
        row = Title.objects.create(name="巳师", level=3)
        leaf = {"field": "title", "op": "in", "value": ["巳师"]}
    elif kind == "item":
        row = entry("子类")
        leaf = {"field": "expert_type", "op": "in", "value": ["子类"]}
    elif kind == "tag":
        row = Tag.objects.create(name="午组")
        leaf = {"field": "tag", "op": "in", "value": [row.pk]}
    else:
        row = make_specialty("Q1")
        leaf = {"field": "specialty", "op": "in", "value": [str(row.pk)]}
    named = ask_everywhere(leaf, operator)
    app = "experts" if kind == "tag" else "directory"
    address = reverse(f"{app}:{kind}_delete", args=[row.pk])
    asked = login(client, admin).post(address)
    page = asked.content.decode()
    assert asked.headers["HX-Retarget"] == "#drawer"
    assert all(one in page for one in named[:5])
    assert kind == "title" or "等 6 处" in page  # no list filters by a title
    assert type(row)._default_manager.filter(pk=row.pk).exists()
    told = dict(asked.context["posted"])
    assert client.post(address, told).status_code == 204
    assert not type(row)._default_manager.filter(pk=row.pk).exists()


def test_of_a_word_that_nothing_asks_for_nothing_is_asked(client: Client, admin: User) -> None:
    item = entry("子类")
    address = reverse("directory:item_delete", args=[item.pk])
    assert login(client, admin).post(address).status_code == 204


def test_every_word_and_every_keeper_has_its_place() -> None:
    fields = {one.code: one.kept_list for one in criteria_fields("experts.expert")}
    kept = ("specialty", "title", "education", "expert_type", "tag", "division")
    assert all(fields[code] for code in kept)
    keepers = {one.code for one in CRITERIA_USES}
    assert keepers == {
        "searches",
        "draws.plans",
        "automation.rules",
        "workflow.flows",
        "inspections",
    }
