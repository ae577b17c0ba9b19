"""Who sees names and employers of experts masked learns them neither by searching nor by an order, a filter, a condition, a
number beside a name, a photograph or a history; a single one he has shown for a reason, which is logged."""

from __future__ import annotations

import html
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RoleField, RolePermission, User
from expertpool.audit.models import Entry
from expertpool.core.visibility import EMPLOYER, NAME
from expertpool.draws.queries.avoided_numbers import why_not_avoided
from expertpool.experts.models import Expert
from expertpool.experts.queries.veils import employer_for, mask_name, name_for
from expertpool.experts.services.profile import update_expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Avoidance, Project
from tests.factories.accounts import make_token, make_user
from tests.factories.experts import make_expert, make_unit
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-39")]
LIST = reverse("experts:list")


def make_clerk(level: str = "masked", code: str = "clerk") -> User:
    role = Role.objects.create(code=code, name=code)
    for right in ("experts.view", "experts.reveal", "projects.edit"):
        RolePermission.objects.create(role=role, code=right, scope=Scope.ALL)
    for field in (NAME, EMPLOYER):
        RoleField.objects.create(role=role, field=field, level=level)
    return make_user(roles=(role,))


@pytest.fixture
def clerk(db: None) -> User:
    return make_clerk()


@pytest.fixture
def expert(db: None) -> Expert:
    unit = make_unit("蓝鲸设计院", uscc="91430000183764212Y")
    return make_expert("欧阳修", number="ZJT7654321", employer=unit, remark="蓝鲸的欧阳修")


def listed(user: User, **query: str) -> list[int]:
    response = login(Client(), user).get(LIST, query)
    assert response.status_code == 200
    return [row.pk for row in response.context["page"].object_list]


@pytest.mark.parametrize(
    "asked", ["欧阳修", "欧阳", "修", "oyx", "ouyangxiu", "蓝鲸", "蓝鲸设计院"]
)
def test_nobody_is_found_by_what_is_masked(clerk: User, expert: Expert, asked: str) -> None:
    for place in ("experts:options", "core:search"):
        page = login(Client(), clerk).get(reverse(place), {"q": asked}).content.decode()
        assert expert.number not in page
    assert listed(clerk, q=asked) == []
    assert listed(clerk, q=f"{asked} {expert.number}") == []


@pytest.mark.parametrize("asked", ["欧阳修", "修", "蓝鲸", "ZJT7654321"])
def test_who_sees_them_finds_by_them(expert: Expert, asked: str) -> None:
    """Negative control."""
    make_expert("李娜")
    assert listed(make_clerk("plain"), q=asked) == [expert.pk]


def test_by_his_number_he_is_found(clerk: User, expert: Expert) -> None:
    assert listed(clerk, q=expert.number) == [expert.pk]


def test_the_order_of_names_is_not_shown(clerk: User) -> None:
    for name in ("丙丁", "甲乙", "乙丙"):
        make_expert(name)
    usual = listed(clerk)
    assert [listed(clerk, sort=sort) for sort in ("name", "-name")] == [usual, usual]
    plain = make_clerk("plain", "plain")
    assert listed(plain, sort="name") == listed(plain, sort="-name")[::-1] != usual


def test_neither_a_filter_nor_a_condition_asks_for_them(clerk: User, expert: Expert) -> None:
    other = make_expert("李娜", employer=make_unit("白鹭设计院"))
    both = {expert.pk, other.pk}
    unit = str(expert.employer_id)
    plain = make_clerk("plain", "plain")
    assert listed(plain, employer=unit) == [expert.pk]
    assert set(listed(clerk, employer=unit)) == both
    for field, op, value in (
        ("name", "contains", "欧阳"),
        ("employer", "in", [unit]),
        ("remark", "contains", "欧阳"),
    ):
        where = json.dumps({"field": field, "op": op, "value": value})
        assert listed(plain, where=where) == [expert.pk]
        assert listed(clerk, where=where) == []  # refused, whatever it asks


def test_a_typed_name_beside_a_number_is_not_answered(clerk: User, expert: Expert) -> None:
    plain = make_clerk("plain", "plain")
    assert "不叫「李娜」" in why_not_avoided(expert.number, "李娜", plain)
    assert why_not_avoided(expert.number, "李娜", clerk) == ""
    assert why_not_avoided("ZJT0000000", "李娜", clerk) == why_not_avoided(
        "ZJT0000000", "李娜", plain
    )


def test_what_tells_it_in_many_words_is_closed(clerk: User, admin: User, expert: Expert) -> None:
    update_expert(expert=expert, values={"position": "院长"}, actor=admin, now=timezone.now())
    address = reverse("experts:detail", args=[expert.pk])
    closed = ("历史变更", "附件", "回避单位", "履历论著")
    plain = make_clerk("plain", "plain")
    for user, seen in ((plain, True), (clerk, False)):
        client = login(Client(), user)
        page = html.unescape(client.get(address).content.decode())
        assert [f"?tab={tab}" in page for tab in ("history", "files", "avoidances", "life")] == [
            seen
        ] * len(closed)
        status = 200 if seen else 403
        assert client.get(reverse("experts:employers")).status_code == status
        assert client.get(reverse("experts:versions", args=[expert.pk])).status_code == status
        changes = client.get(reverse("experts:changes"), {"by": admin.name[:1]})
        assert ("欧阳修" in changes.content.decode()) is seen
        assert (admin.name in changes.content.decode()) is seen
        (row,) = changes.context["page"]
        assert row.expert == expert
    assert len(client.get(reverse("experts:changes"), {"by": "无此人"}).context["rows"]) == 1


def test_one_is_shown_for_a_reason_which_is_logged(clerk: User, expert: Expert) -> None:
    client = login(Client(), clerk)
    page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "欧**" in page
    assert "欧阳修" not in page
    assert "91430000183764212Y" not in page  # of his employer
    for field, value in (("name", "欧阳修"), ("employer", "蓝鲸设计院")):
        address = reverse("experts:reveal", args=[expert.pk, field])
        assert address in page
        assert client.post(address, {"reason": ""}).status_code == 409
        shown = client.post(address, {"reason": "核对来电"})
        assert (shown.status_code, shown.content.decode()) == (200, value)
    entries = Entry.objects.filter(action="expert.reveal", actor=clerk)
    assert {entry.after["内容"] for entry in entries} == {"姓名", "工作单位"}


def test_his_own_name_everybody_reads(expert: Expert) -> None:
    clerk = make_clerk()
    own = make_expert("李娜", employer=expert.employer, user=clerk)
    assert (name_for(clerk, own), employer_for(clerk, own)) == ("李娜", "蓝鲸设计院")
    assert (name_for(clerk, expert), employer_for(clerk, expert)) == ("欧**", "******")


def test_a_role_without_the_veil_takes_it_off(expert: Expert) -> None:
    clerk = make_clerk()
    assert name_for(clerk, expert) == "欧**"
    clerk.roles.add(Role.objects.create(code="other", name="其他"))
    assert name_for(User.objects.get(pk=clerk.pk), expert) == "欧阳修"


def test_a_mask_tells_no_length() -> None:
    assert {mask_name("欧阳"), mask_name("欧阳修"), mask_name("欧阳震华")} == {"欧**"}
    assert mask_name("修") == "**"


@pytest.fixture
def avoiding(expert: Expert) -> Project:
    """A project that avoids him by number, name and employer, and somebody who is no expert by name alone."""
    project = make_project(ProjectStatus.DRAFT)
    for name, unit, number in (("欧阳修", "蓝鲸设计院", expert.number), ("李娜", "某公司", "")):
        Avoidance.objects.create(
            project=project, subject="person", name=name, unit_name=unit, expert_number=number
        )
    return project


def read(user: User, project: Project) -> list[str]:
    """Return the page of a project and what the interface says that it avoids, as ``user`` reads them."""
    page = login(Client(), user).get(reverse("projects:detail", args=[project.pk]))
    token = {"Authorization": f"Bearer {make_token(user).text}"}
    told = Client().get(f"/api/v1/projects/{project.pk}/avoidances", headers=token)
    assert page.status_code == told.status_code == 200
    return [page.content.decode(), str(told.json())]


@pytest.mark.parametrize("level", ["masked", "hidden"])
def test_a_project_that_avoids_somebody_by_his_number_does_not_say_who_has_it(
    expert: Expert, avoiding: Project, level: str
) -> None:
    clerk = make_clerk(level)
    clerk.roles.get().permissions.create(code="projects.view", scope=Scope.ALL)
    shown = "欧**" if level == "masked" else "无权查看"
    for text in read(clerk, avoiding):
        assert "欧阳修" not in text
        assert "蓝鲸" not in text
        assert f"{shown}，{expert.number}，" in text
        assert "李娜，某公司" in text


def test_nor_is_it_found_by_his_name(avoiding: Project) -> None:
    where = json.dumps({"field": "avoidance", "op": "contains", "value": "欧阳修"})
    for level, found in (("plain", [avoiding.pk]), ("masked", [])):
        user = make_clerk(level, code=level)
        user.roles.get().permissions.create(code="projects.view", scope=Scope.ALL)
        page = login(Client(), user).get(reverse("projects:list"), {"where": where})
        assert [one.pk for one in page.context["page"].object_list] == found


def test_who_sees_names_reads_whom_a_project_avoids(expert: Expert, avoiding: Project) -> None:
    """Negative control."""
    user = make_clerk("plain")
    user.roles.get().permissions.create(code="projects.view", scope=Scope.ALL)
    assert all(f"欧阳修，{expert.number}，蓝鲸设计院" in one for one in read(user, avoiding))
