"""Showing a field to some roles alone asks first, as retiring it does: no draw goes on by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.customforms.models import CustomField
from expertpool.draws.models import ConditionTemplate
from expertpool.draws.services.plan import GroupInput
from expertpool.projects.fields import PROJECT
from tests.factories.automation import make_rule
from tests.factories.draws import make_ready_project
from tests.factories.fields import make_field
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db


def save(client: Client, field: CustomField, **typed: Any) -> HttpResponse:
    address = reverse("customforms:field_edit", args=[field.pk])
    kept = {"label": field.label, "options": "\n".join(field.options), "active": "on"}
    return client.post(address, read_version(client, address) | kept | typed)


def again(client: Client, field: CustomField, page: HttpResponse, **typed: Any) -> HttpResponse:
    return save(client, field, asked=page.context["form"]["asked"].value(), **typed)


def leaf(field: CustomField, *words: str) -> dict[str, Any]:
    return {"field": field.code, "op": "in", "value": list(words)}


def test_who_uses_it_is_named_before_only_some_see_it(client: Client, admin: User) -> None:
    field = make_field("宽选", options=("甲级", "乙级"))
    groups = [GroupInput("技术", 1, [leaf(field, "甲级")])]
    project = make_ready_project(now=timezone.now(), groups=groups)
    ConditionTemplate.objects.create(
        name="常用",
        owner=admin,
        groups=[{"name": "技术", "seats": 1, "levels": [leaf(field, "甲级")]}],
        updated_at=timezone.now(),
    )
    login(client, admin)
    asked = save(client, field, readers=["operator", "supervisor"])
    assert asked.status_code == 422
    (said,) = asked.context["form"].errors["readers"]
    assert f"项目“{project}”的抽取方案" in said
    assert "抽取条件模板“常用”" in said
    assert "要改掉这个条件才能抽取" in said
    field.refresh_from_db()
    assert field.readers == []
    # Others than those who were asked about are asked about anew.
    assert again(client, field, asked, readers=["operator"]).status_code == 422
    assert again(client, field, asked, readers=["operator", "supervisor"]).status_code == 204
    field.refresh_from_db()
    assert set(field.readers) == {"operator", "supervisor"}
    assert save(client, field, readers=["operator", "supervisor", "admin"]).status_code == 204
    assert save(client, field).status_code == 204  # everybody, again


def test_options_and_readers_are_asked_about_at_once(client: Client, admin: User) -> None:
    field = make_field("宽选", options=("甲级", "乙级"))
    make_ready_project(
        now=timezone.now(), groups=[GroupInput("技术", 1, [leaf(field, "甲级", "乙级")])]
    )
    typed = {"options": "甲级", "readers": ["operator"]}
    asked = save(login(client, admin), field, **typed)
    assert set(asked.context["form"].errors) == {"options", "readers"}
    assert again(client, field, asked, **typed).status_code == 204


def test_a_field_that_nothing_asks_is_shut_at_once(client: Client, admin: User) -> None:
    field = make_field("宽选", options=("甲级",))
    assert save(login(client, admin), field, readers=["operator"]).status_code == 204


def test_of_a_field_of_projects_nothing_is_said_of_draws(client: Client, admin: User) -> None:
    field = make_field("来源", options=("财政", "自筹"), subject=PROJECT.code)
    rule = make_rule(condition=leaf(field, "财政"))
    login(client, admin)
    (said,) = save(client, field, readers=["operator"]).context["form"].errors["readers"]
    assert str(rule) in said
    pages = [
        said,
        client.get(reverse("customforms:field_list"), {"subject": PROJECT.code}).content.decode(),
        client.get(reverse("customforms:field_edit", args=[field.pk])).content.decode(),
    ]
    for page in pages:
        assert "抽取条件" not in page
        assert "抽取方案" not in page
    experts = client.get(reverse("customforms:field_list")).content.decode()
    assert "筛选条件和抽取条件中" in experts
