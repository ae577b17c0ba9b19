"""Whoever answers for a record is told of each change of it, once, and can compare it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.core.subjects import Owner
from expertpool.experts.enums import ChangeVia
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.owners import owner_of
from expertpool.experts.models import ExpertVersion, UntoldVersion
from expertpool.experts.services.announcing import announce_changes
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import OWN_FIELDS
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login


def later(seconds: int = 60) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def told_to(user: User) -> list[Message]:
    rows = Message.objects.filter(occasion="expert.changed").order_by("pk")
    return [one for one in rows if one.recipient_key == recipient_key(user.username)]


@pytest.fixture
def colleague(db: None) -> User:
    return make_user("admin", name="李四")


@pytest.mark.shows("PORT-13", "EXP-15")
def test_a_change_is_told_to_the_others_who_answer_for_the_record(
    client: Client, admin: User, colleague: User
) -> None:
    role = make_role("experts.edit", "experts.view", scope=Scope.DEPARTMENT)
    stranger = make_user(roles=(role,), department=make_department("别的部门"))
    expert = make_expert("王小明", department=make_department("采购中心"))
    update_expert(expert=expert, values={"title": "工程师"}, actor=admin, now=timezone.now())
    assert announce_changes(now=timezone.now()) == 0  # somebody may still be at it
    assert announce_changes(now=later()) == 1
    assert announce_changes(now=later()) == 0
    (message,) = told_to(colleague)
    assert told_to(admin) == told_to(stranger) == []
    assert "王小明" in message.subject
    assert "职称" in message.body
    address = f"{reverse('experts:versions', args=[expert.pk])}?from=1&to=2"
    assert address in message.body
    login(client, colleague)
    page = client.get(address).content.decode()
    assert "<ins>工程师</ins>" in page
    assert "页面修改" in page


@pytest.mark.shows("EXP-15")
def test_what_one_does_to_many_is_one_message(client: Client, admin: User, colleague: User) -> None:
    now = timezone.now()
    for at in range(5):
        expert = make_expert(f"专家{at}")
        update_expert(
            expert=expert,
            values={"title": "工程师"},
            actor=admin,
            now=now,
            via=ChangeVia.IMPORT,
            note="名单.xlsx",
        )
    assert announce_changes(now=later()) == 5
    (message,) = told_to(colleague)
    assert "等 5 位专家" in message.body
    assert "批量更新：名单.xlsx" in message.body
    login(client, colleague)
    found = client.get(reverse("experts:changes"), {"via": "import", "by": admin.name})
    assert found.context["total"] == 5
    assert "批量更新：名单.xlsx" in found.content.decode()
    assert client.get(reverse("experts:changes"), {"field": "employer"}).context["total"] == 0


def test_a_change_that_is_undone_leaves_nothing_to_tell(admin: User) -> None:
    update_expert(expert=make_expert(), values={"title": ""}, actor=admin, now=timezone.now())
    assert not UntoldVersion.objects.exists()
    assert not ExpertVersion.objects.exists()


@pytest.mark.shows("PORT-11", "PORT-12")
def test_an_office_moves_fields_between_own_and_asked_for_within_what_is_safe(db: None) -> None:
    fields = {one.code: one for one in EXPERT.built_in}
    movable = {
        code: one.label
        for code, one in fields.items()
        if one.owner != Owner.OFFICE and not one.always_asked
    }
    offered = {code: label.partition("（")[0] for code, label in OWN_FIELDS.kind.options}  # type: ignore[attr-defined]
    assert offered == movable
    assert {code for code in movable if fields[code].owner == Owner.OWN} == set(OWN_FIELDS.default)
    assert owner_of(fields["education"]) == Owner.CONTROLLED
    configure(OWN_FIELDS, ("education",))
    assert owner_of(fields["education"]) == Owner.OWN
    assert owner_of(fields["address"]) == Owner.CONTROLLED
    for code in ("name", "id_number", "phone", "email", "employer", "title", "specialties"):
        assert owner_of(fields[code]) == Owner.CONTROLLED
    assert owner_of(fields["remark"]) == Owner.OFFICE
