"""What a new installation still needs: listed for whoever sets it up, struck out by the data, then gone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.experts.enums import ExpertStatus
from expertpool.notifications.channels import CHANNELS
from expertpool.portal.queries.first_hour import first_steps
from expertpool.portal.settings import FIRST_HOUR
from expertpool.siteconfig.models import SettingChange
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def done(user: User) -> dict[str, bool]:
    return {step.title: step.is_done for step in first_steps(user)}


@pytest.mark.shows("OPS-08")
def test_each_step_is_done_by_what_the_data_say(admin: User) -> None:
    is_reached = any(one.is_outward and one.is_configured() for one in CHANNELS)
    before = done(admin)
    assert before.pop("接通短信或邮件") == is_reached
    assert set(before.values()) == {False}
    make_department("工程建设部")
    assert done(admin)["建部门"]
    make_user("operator")
    assert not done(admin)["建用户、分角色"]  # nobody supervises yet
    make_user("supervisor")
    assert done(admin)["建用户、分角色"]
    make_expert(status=ExpertStatus.PENDING)
    assert not done(admin)["导入专家"]
    # Whoever sets the system up imports the list himself, and cannot admit whom he brought.
    assert not done(admin)["定谁审核入库"]
    make_user("admin")
    assert done(admin)["定谁审核入库"]
    make_expert()
    assert done(admin)["导入专家"]
    assert not done(admin)["抽第一次"]


def test_an_installation_in_use_shows_nothing(admin: User) -> None:
    make_department("工程建设部")
    make_expert()
    make_draw(now=timezone.now())
    for role in ("operator", "supervisor"):
        make_user(role)
    left = [title for title, is_done in done(admin).items() if not is_done]
    assert left in ([], ["接通短信或邮件"])


@pytest.mark.shows("OPS-08")
def test_nobody_has_to_admit_where_experts_are_in_the_pool(admin: User) -> None:
    assert not done(admin)["定谁审核入库"]
    make_expert()
    assert done(admin)["定谁审核入库"]


def test_who_does_not_set_the_system_up_sees_no_steps(operator: User) -> None:
    assert first_steps(operator) == []
    page = login(Client(), operator).get("/").content.decode()
    assert "开始使用" not in page


@pytest.mark.shows("OPS-08")
def test_they_are_put_away_for_all_and_brought_back_by_the_setting(admin: User) -> None:
    client = login(Client(), admin)
    assert "开始使用" in client.get("/").content.decode()
    assert client.post("/first-hour/dismiss/").status_code == 204
    assert value_of(FIRST_HOUR) is False
    assert "开始使用" not in client.get("/").content.decode()
    assert SettingChange.objects.get(code=FIRST_HOUR.code).actor == admin
    # Twice is once.
    assert client.post("/first-hour/dismiss/").status_code == 204
