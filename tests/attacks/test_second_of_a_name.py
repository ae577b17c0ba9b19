"""Somebody enters, or names, his employer by its name and another code: a unit of its own, whose people nothing keeps away from
what the known one buys. Whoever enters him or decides on it is asked first."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.changes.services.requests import change_own
from expertpool.changes.services.values import NamedEmployer
from expertpool.directory.models import Unit
from expertpool.experts.models import AvoidanceUnit
from tests.factories import joining
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, give_account, make_expert, make_unit, make_uscc
from tests.factories.joining import typed
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-04")]
NAME = "省水利设计院"


@pytest.fixture
def known() -> Unit:
    return make_unit(NAME, uscc=make_uscc(1))


def test_the_form_of_an_expert_asks(client: Client, admin: User, known: Unit) -> None:
    login(client, admin)
    data = {"name": "王小明", "phone": "13800138000", "employer_name": NAME}
    asked = client.post(reverse("experts:create"), data | {"employer_uscc": make_uscc(2)})
    assert asked.status_code == 422
    assert f"的代码是 {known.uscc}" in asked.content.decode()
    # Its own code, or none, is no question.
    assert client.post(reverse("experts:create"), data).status_code == 204
    said = {"asked": asked.context["form"]["asked"].value(), "phone": "13800138001"}
    entered = data | {"employer_uscc": make_uscc(2), "name": "李小红"} | said
    assert client.post(reverse("experts:create"), entered).status_code == 204
    assert Unit.objects.filter(name=NAME).count() == 2
    # Once both are known nobody is asked.
    more = {"name": "张三丰", "phone": "13800138002", "employer_uscc": make_uscc(2)}
    assert client.post(reverse("experts:create"), data | more).status_code == 204


def test_so_does_that_of_what_he_is_tied_to(client: Client, admin: User, known: Unit) -> None:
    login(client, admin)
    address = reverse("experts:avoidance_add", args=[make_expert().pk])
    data = {"kind": "declared", "unit_name": NAME}
    asked = client.post(address, data | {"uscc": make_uscc(2)})
    assert f"的代码是 {known.uscc}" in asked.content.decode()
    assert not AvoidanceUnit.objects.exists()
    assert client.post(address, data | {"uscc": known.uscc}).status_code == 204


def test_whoever_decides_on_a_change_reads_it(client: Client, admin: User, known: Unit) -> None:
    login(client, admin)
    for code in (make_uscc(2), known.uscc):
        expert, user = make_expert(), make_user("expert")
        give_account(expert, user)
        values = {"employer": NamedEmployer(NAME, code)}
        _, request = change_own(expert=expert, values=values, actor=user, now=NOW)
        assert request is not None
        page = client.get(reverse("changes:decide", args=[request.pk])).content.decode()
        assert (f"的代码是 {known.uscc}" in page) == (code != known.uscc)


def test_and_on_an_application(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "长沙市建筑设计研究院"
    make_unit(name, uscc=make_uscc(1))
    login(client, admin)
    for code, asked in (("", False), (make_uscc(1), False), (make_uscc(2), True)):
        monkeypatch.setattr(joining, "typed", partial(_typed, code))
        row = joining.make_application()
        page = client.get(reverse("joining:approve", args=[row.pk])).content.decode()
        assert ("同名的代码不同" in page) == asked, code


def _typed(code: str, at: int) -> dict[str, dict[str, Any]]:
    steps = typed(at)
    steps["profession"]["employer_uscc"] = [code]
    return steps
