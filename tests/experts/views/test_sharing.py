from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.experts.models import Sharing
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-51")]
PAGE = reverse("experts:sharing")


@pytest.fixture
def department() -> Department:
    return make_department("水务局")


@pytest.fixture
def keeper(department: Department) -> User:
    """Manages the experts of his department and of those below it."""
    role = make_role("experts.sharing", scope=Scope.DEPARTMENT_AND_BELOW)
    return make_user(roles=(role,), department=department)


def test_the_list_says_what_holds_for_each_department(keeper: User, department: Department) -> None:
    below = make_department("水务一所", parent=department)
    other = make_department("交通局")
    client = login(Client(), keeper)
    page = client.get(PAGE).content.decode()
    assert "水务一所" in page
    assert "交通局" not in page
    assert "全部部门" in page
    address = reverse("experts:sharing_edit", args=[department.pk])
    done = client.post(address, {"mode": "chosen", "borrowers": [other.pk]}, follow=True)
    assert done.status_code in {200, 204}
    table = client.get(PAGE).context["table"]
    assert [(line["department"], line["rule"].words, line["own"]) for line in table] == [
        (department, "交通局", True),
        (below, "交通局", False),
    ]
    version = client.get(address).context["editing"].version
    client.post(address, {"mode": "", "version": version})
    assert {line["rule"] for line in client.get(PAGE).context["table"]} == {None}


@pytest.mark.parametrize("off", ["", "none", "all"])
def test_switched_off_and_on_it_has_its_list(
    keeper: User, department: Department, off: str
) -> None:
    chosen = [make_department(name) for name in ("交通局", "林业局")]
    keys = {"borrowers": [one.pk for one in chosen]}
    client, address = login(Client(), keeper), reverse("experts:sharing_edit", args=[department.pk])

    def save(**typed: Any) -> None:
        shown = client.get(address).context
        kept = shown["form"].initial.get("borrowers", [])
        sent = {"borrowers": [one.pk for one in kept]} | typed
        assert client.post(address, sent | {"version": shown["editing"].version}).status_code < 400

    save(mode="chosen", **keys)
    save(mode=off)
    rule = client.get(PAGE).context["table"][0]["rule"]
    assert rule is None if not off else rule.words == {"none": "不共享", "all": "全部部门"}[off]
    assert rule is None or rule.opens_to(chosen[0].path) is (off == "all")
    save(mode="chosen")
    rule = client.get(PAGE).context["table"][0]["rule"]
    assert rule.words == "交通局、林业局"
    told = Entry.objects.filter(action="expert.sharing").latest("id")
    assert told.after == {
        "共享给": "指定部门",
        "可以抽取的部门（含下级）": "交通局、林业局",
    } | ({"其他部门可见联系方式": "否"} if not off else {})


def test_what_is_missing_is_said_and_nothing_stored(keeper: User, department: Department) -> None:
    address = reverse("experts:sharing_edit", args=[department.pk])
    answer = login(Client(), keeper).post(address, {"mode": "chosen", "contacts": "on"})
    assert answer.status_code == 422
    assert "请选择可以抽取的部门" in answer.content.decode()
    assert answer.context["form"]["contacts"].value()
    assert not Sharing.objects.exists()


def test_other_departments_are_not_his_to_share(keeper: User) -> None:
    address = reverse("experts:sharing_edit", args=[make_department("交通局").pk])
    assert login(Client(), keeper).post(address, {"mode": "none"}).status_code == 404
    assert not Sharing.objects.exists()
