"""Entering or changing one expert tells few numbers of the pool to whoever may not see them plain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.experts.settings import TAKEN_PER_HOUR
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_id_number, make_phone
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def known() -> Expert:
    """Somebody in the pool."""
    return make_expert("王大为", phone=make_phone(), id_number=make_id_number(serial=61))


@pytest.fixture
def clerk() -> User:
    """He enters and edits, and sees telephone numbers masked and ID card numbers not at all."""
    return make_user(roles=(make_role("experts.add", "experts.edit", "experts.view"),))


def enter(client: Client, phone: str, **more: Any) -> tuple[int, str]:
    answer = client.post("/experts/new/", {"name": "甲", "sex": "", "phone": phone} | more)
    return answer.status_code, answer.content.decode()


def test_a_refusal_names_nobody_and_is_logged(known: Expert, clerk: User) -> None:
    status, page = enter(login(Client(), clerk), known.phone)
    assert status == 422
    assert "手机号在专家库中已有" in page
    assert known.name not in page
    assert known.number not in page
    entry = Entry.objects.get(action="expert.taken")
    assert (entry.actor, entry.note) == (clerk, "手机号")
    assert known.phone not in str(entry.__dict__)


def test_whoever_typed_name_and_number_is_led_to_the_record(known: Expert, clerk: User) -> None:
    _, page = enter(login(Client(), clerk), known.phone, name=known.name)
    assert f"已属于专家{known}" in page
    assert Entry.objects.filter(action="expert.taken").count() == 1


def test_nothing_is_looked_up_beside_another_fault(known: Expert, clerk: User) -> None:
    """So nobody asked with a form that is never saved, without a trace."""
    client = login(Client(), clerk)
    for phone in (known.phone, make_phone()):
        status, page = enter(client, phone, birth_date="2025-01-01")
        assert status == 422
        assert "在专家库中已有" not in page
    assert not Entry.objects.filter(action="expert.taken").exists()


@pytest.mark.parametrize("edits", [False, True])
def test_nobody_asks_without_end(
    known: Expert, clerk: User, edits: bool, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    configure(TAKEN_PER_HOUR, 3)
    client = login(Client(), clerk)
    own = make_expert("乙", phone=make_phone(), department=clerk.department)

    def ask(phone: str) -> str:
        if not edits:
            return enter(client, phone)[1]
        form = client.get(f"/experts/{own.pk}/edit/?section=basic").context["form"]
        data = {name: form[name].value() or "" for name in form.fields} | {"phone": phone}
        return client.post(f"/experts/{own.pk}/edit/?section=basic", data).content.decode()

    for _ in range(3):
        assert "在专家库中已有" in ask(known.phone)
    assert Entry.objects.filter(action="expert.taken").count() == 3
    # From then on a number that is taken and one that is not get the same answer.
    answers = {"已有 3 次与库中重复" in ask(phone) for phone in (known.phone, make_phone())}
    assert answers == {True}
    time_machine.move_to(NOW + timedelta(minutes=61), tick=False)
    assert "与库中重复" not in ask(make_phone())


def test_who_sees_a_number_plain_is_told_whose_it_is(known: Expert, admin: User) -> None:
    """The administrator sees telephone numbers, no ID card numbers."""
    client = login(Client(), admin)
    assert f"已属于专家{known}" in enter(client, known.phone)[1]
    assert not Entry.objects.filter(action="expert.taken").exists()
    assert "证件号码在专家库中已有" in enter(client, make_phone(), id_number=known.id_number)[1]
    assert Entry.objects.filter(action="expert.taken").count() == 1


def test_the_record_merged_into_is_named_to_who_may_see_it(known: Expert) -> None:
    """The number's own record he may see; where it went is another department's."""
    own, other = make_department("甲处"), make_department("乙处")
    role = make_role("experts.add", "experts.view", scope=Scope.DEPARTMENT)
    client = login(Client(), make_user(roles=(role,), department=own))
    into = make_expert("李并入", department=other)
    closed = {"status": "deleted", "deleted_at": NOW, "merged_into": into, "department": own}
    Expert.objects.filter(pk=known.pk).update(**closed)
    _, page = enter(client, known.phone, name=known.name, department=own.pk)
    assert "不在您的查看范围内" in page
    assert into.name not in page
    Expert.objects.filter(pk=into.pk).update(department=own)
    assert into.name in enter(client, known.phone, name=known.name, department=own.pk)[1]
