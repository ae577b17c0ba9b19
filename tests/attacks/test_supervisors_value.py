"""The supervisor's random value is the supervisor's: neither whoever started the draw gives it, by whatever
rights, nor an account of his."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import RolePermission, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.models import Draw
from expertpool.draws.services.sealing import contribute, start_draw
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import SeededEntropy, make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)


def sealed(operator: User, *roles: str, now: datetime = NOW) -> Draw:
    for _ in range(4):
        make_expert()
    project = make_ready_project(now=now, seats=2, contributors=list(roles))
    return start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))


def give(draw: Draw, role: str, actor: User) -> Draw:
    return contribute(
        draw=draw, role=role, value="骰子 3", actor=actor, now=SOON, entropy=SeededEntropy(2)
    )


def test_an_operator_is_neither_asked_for_it_nor_gives_it(
    client: Client, operator: User, supervisor: User
) -> None:
    draw = sealed(operator, "supervisor", now=timezone.now())
    login(client, operator)
    assert "提供随机值：" not in client.get("/").content.decode()
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "以监督人身份提供" not in page
    assert "请监督人用自己的账号登录后" in page
    address = reverse("draws:contribute", args=[draw.pk, "supervisor"])
    page = client.post(address, {"value": "42"}, follow=True).content.decode()
    assert "您没有以监督人身份提供随机值的权限" in page
    answer = Caller(operator).post(
        f"/draws/{draw.pk}/contributions", {"role": "supervisor", "value": "42"}
    )
    assert answer.status_code == 409
    draw.refresh_from_db()
    assert (draw.status, draw.reveals) == (DrawStatus.SEALED, [])
    assert (
        "以监督人身份提供"
        in login(client, supervisor).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    )
    client.post(address, {"value": "6"})
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING


def test_nor_one_who_also_has_the_supervisors_rights(client: Client, supervisor: User) -> None:
    both = make_user("operator")
    both.roles.add(ensure_demo_roles()["supervisor"])
    both = User.objects.get(pk=both.pk)
    draw = sealed(both, "supervisor", now=timezone.now())
    with pytest.raises(ContributionRefused, match="须由两人办理"):
        give(draw, "supervisor", both)
    page = login(client, both).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "以监督人身份提供" not in page
    assert "须由两人办理" in page  # told why
    assert give(draw, "supervisor", supervisor).status == DrawStatus.INVITING


def test_nor_an_account_that_he_let_himself_into(operator: User, supervisor: User) -> None:
    draw = sealed(operator, "operator", "supervisor")
    operator.roles.add(ensure_demo_roles()["admin"])
    reset_password(user=supervisor, actor=User.objects.get(pk=operator.pk), now=NOW)
    # He has signed in by the password that he was shown, and chosen another.
    User.objects.filter(pk=supervisor.pk).update(must_change_password=False)
    with pytest.raises(ContributionRefused, match="重置过密码"):
        give(draw, "supervisor", User.objects.get(pk=supervisor.pk))


def test_nor_does_the_supervisor_give_the_operators_by_an_account_that_he_made(
    operator: User, supervisor: User
) -> None:
    draw = sealed(operator, "operator", "supervisor")
    puppet = make_user("operator")
    supervisor.roles.add(ensure_demo_roles()["admin"])
    supervisor = User.objects.get(pk=supervisor.pk)
    reset_password(user=puppet, actor=supervisor, now=NOW)
    User.objects.filter(pk=puppet.pk).update(must_change_password=False)
    give(draw, "supervisor", supervisor)
    with pytest.raises(ContributionRefused, match="由抽取的经办人提供"):
        give(draw, "operator", User.objects.get(pk=puppet.pk))
    assert give(draw, "operator", operator).status == DrawStatus.INVITING


def test_no_role_has_the_right_of_before() -> None:
    ensure_demo_roles()
    assert not RolePermission.objects.filter(code="draws.contribute").exists()
