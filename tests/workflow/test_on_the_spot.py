"""当面确认: a second person agrees in the window of whoever asked, by what only he knows."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome, Scope
from expertpool.accounts.models import LoginRecord, Role, User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw, VoidRequest
from expertpool.draws.services.voiding import request_void
from expertpool.workflow.enums import Proof
from tests.factories.accounts import PASSWORD, make_department, make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, ask_for
from tests.fixtures import login

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def draw(now: datetime, operator: User) -> Draw:
    for _ in range(2):
        make_expert()
    return make_draw(now=now, seats=1, operator=operator, opens_in_hours=400)


@pytest.fixture
def asked(draw: Draw, operator: User, now: datetime) -> VoidRequest:
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)


@pytest.fixture
def address(asked: VoidRequest) -> str:
    return reverse("workflow:request_confirm", args=["draws.void", asked.pk])


def entered(user: User, password: str = PASSWORD) -> dict[str, str]:
    return {"identifier": user.username, "password": password}


def test_a_supervisor_agrees_in_the_window_of_the_operator(
    client: Client, operator: User, supervisor: User, draw: Draw, asked: VoidRequest, address: str
) -> None:
    login(client, operator)
    assert address in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "回避单位漏填" in client.get(address).content.decode()
    assert client.post(address, entered(supervisor)).status_code == 204
    draw.refresh_from_db()
    asked.refresh_from_db()
    assert draw.status == DrawStatus.VOID
    assert (asked.decided_by, asked.agreed, asked.proof) == (supervisor, True, Proof.PASSWORD)
    # Both persons stand in the log, and no session but the operator's is open.
    entry = Entry.objects.get(action="request.on_the_spot")
    assert entry.actor_id == supervisor.pk
    assert {"申请人": operator.name, "确认人": supervisor.name}.items() <= entry.after.items()
    assert LoginRecord.objects.get(user=supervisor).outcome == LoginOutcome.CONFIRMED
    assert not Entry.objects.filter(action="user.sign_in", actor_id=supervisor.pk).exists()
    assert client.session["_auth_user_id"] == str(operator.pk)


def test_a_wrong_password_counts_as_a_failed_sign_in(
    client: Client, operator: User, supervisor: User, draw: Draw, address: str
) -> None:
    login(client, operator)
    for _ in range(5):
        answer = client.post(address, entered(supervisor, "wrong"))
        assert answer.status_code == 422
        assert "账号或密码不对" in answer.content.decode()
    # Locked by now: the right one is refused, too.
    assert client.post(address, entered(supervisor)).status_code == 422
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    outcomes = list(LoginRecord.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == [*[LoginOutcome.WRONG_PASSWORD] * 5, LoginOutcome.LOCKED]
    assert Entry.objects.filter(action="user.lock").exists()


def test_neither_the_asker_nor_who_may_not_decide_can_confirm(
    client: Client, operator: User, draw: Draw, address: str
) -> None:
    login(client, operator)
    role = Role.objects.create(code="elsewhere", name="外部门")
    role.permissions.create(code="draws.void", scope=Scope.DEPARTMENT)
    outsider = make_user(roles=(role,), department=make_department("外部"))
    for user in (operator, make_user("finance"), outsider):
        assert client.post(address, entered(user)).status_code == 422, user
    disabled = make_user("supervisor", is_active=False)
    once = make_user("supervisor", must_change_password=True)
    for user in (disabled, once):
        assert client.post(address, entered(user)).status_code == 422, user
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING


def test_only_in_the_window_of_whoever_asked(
    client: Client, supervisor: User, asked: VoidRequest, address: str
) -> None:
    other = make_user("operator")
    login(client, other)
    assert client.post(address, entered(supervisor)).status_code == 404
    assert not LoginRecord.objects.filter(user=supervisor).exists()


def test_what_must_be_looked_at_first_is_not_confirmed_so(
    client: Client, operator: User, supervisor: User, now: datetime
) -> None:
    allow_manual_ways()
    project = make_ready_project(now=now, opens_in_hours=300, seats=1)
    admin = make_user("admin")
    picks = ask_for(project, [make_expert()], actor=admin, now=now)
    login(client, admin)
    address = reverse("workflow:request_confirm", args=["draws.picks", picks.pk])
    assert client.post(address, entered(supervisor)).status_code == 404
