"""While names are sealed, nothing that the office sees of an expert's own acts says that he was at his account: no
number in a form, no clash, no row that goes, no mark that he has read (docs/decisions/0194).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.changes.services.requests import change_own
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
BEFORE, TOMORROW = NOW - timedelta(days=3), NOW + timedelta(hours=15)


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draw(db: None) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW - timedelta(hours=2), seats=2)


@pytest.fixture
def somebody(draw: Draw) -> Expert:
    expert = Expert.objects.get(pk=expert_id_of(draw.invitations.order_by("line")[0]))
    give_account(expert, make_user("expert", name=expert.name))
    return expert


def values_of(page: HttpResponse) -> dict[str, list[str]]:
    return forms_of(page.content.decode())[-1].values


def changes_his_address(expert: Expert) -> None:
    change_own(
        expert=expert, values={"address": "新路 2 号"}, actor=expert.user, now=timezone.now()
    )


def test_a_form_says_nothing_of_what_he_changed_and_overwrites_none_of_it(
    somebody: Expert, draw: Draw, admin: User, time_machine: Any
) -> None:
    update_expert(expert=somebody, values={"address": "旧路 1 号"}, actor=admin, now=BEFORE)
    address = reverse("experts:edit", args=[somebody.pk])
    office = login(Client(), admin)
    read = values_of(office.get(address))
    changes_his_address(somebody)
    assert values_of(office.get(address))["version"] == read["version"]
    assert office.post(address, read | {"address": "", "phone": "1"}).status_code == 422
    saved = office.post(address, read | {"position": "总工程师"})
    assert saved.status_code == 204, saved.content.decode()
    stands = Expert.objects.get(pk=somebody.pk)
    assert (stands.address, stands.position) == ("新路 2 号", "总工程师")

    # What both have changed is the office's; the versions have both.
    read = values_of(office.get(address))
    change_own(
        expert=somebody, values={"address": "他的路"}, actor=somebody.user, now=timezone.now()
    )
    assert office.post(address, read | {"address": "它的路"}).status_code == 204
    assert Expert.objects.get(pk=somebody.pk).address == "它的路"
    kept = "".join(one.snapshot for one in somebody.versions.all())
    assert "他的路" in kept
    assert "新路 2 号" in kept

    # With the names it is told as what anybody does.
    read = values_of(office.get(address))
    changes_his_address(somebody)
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    late = office.post(address, read | {"address": "再改"})
    assert late.status_code == 422
    assert f"{somebody.name} 于 " in late.content.decode()


def test_nor_does_that_of_his_account_and_his_own_second_device_is_told(
    somebody: Expert, admin: User
) -> None:
    own, again = login(Client(), somebody.user), login(Client(), somebody.user)
    address = reverse("changes:edit", args=["contact"])
    first, second = values_of(own.get(address)), values_of(again.get(address))
    assert own.post(address, first | {"address": "新路 2 号"}).status_code == 204
    late = again.post(address, second | {"address": "新路 3 号"})
    assert late.status_code == 422
    assert "有人改过这里" in late.content.decode()
