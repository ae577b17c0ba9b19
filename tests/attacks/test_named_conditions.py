"""Whoever keeps the lists of words, and has no right to projects, learns of no plan, template or search of others by what asks for a word:
he is told how many there are (docs/decisions/0479)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from tests.attacks.test_rights import make_role
from tests.draws.views.test_named_words import ask_everywhere, entry
from tests.factories.accounts import make_user
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
