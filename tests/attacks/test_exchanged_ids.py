"""Two lines exchange what they are found by: nobody's answer counts for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.exceptions import RoleInUse
from expertpool.accounts.models import Role, User
from expertpool.accounts.services.roles import delete_role
from expertpool.core.grants import withheld
from expertpool.draws.models import Draw, Hold, Invitation, RevealRule
from expertpool.experts.models import Expert
from tests.draws.views.letters import lines
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def draw(operator: User, time_machine: Any) -> Draw:
    time_machine.move_to(NOW, tick=False)
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2)


@pytest.fixture
def attacker(draw: Draw) -> Client:
    """He sits on the first line, and writes rows."""
    expert = Expert.objects.get(pk=expert_id_of(lines(draw)[0]))
    user = make_user("expert", name=expert.name)
    give_account(expert, user)
    return login(Client(), user)


@contextmanager
def writing() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE draws_draw SET id = id + 1000",
        "UPDATE draws_invitation SET id = id + 1000",
        "UPDATE draws_replylink SET invitation_id = invitation_id + 1000",
        "UPDATE experts_expert SET id = id + 1000",
        "UPDATE accounts_user SET id = id + 1000",
        "UPDATE accounts_role SET id = id + 1000",
        "UPDATE accounts_role SET code = code || '2'",
    ],
)
def test_ids_are_not_exchanged(draw: Draw, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never changes"), writing() as cursor:
        cursor.execute(statement)


def test_a_hold_led_to_another_line_answers_nothing(draw: Draw, attacker: Client) -> None:
    own, other = lines(draw)
    assert attacker.get(reverse("selfservice:review", args=[own.pk])).status_code == 200
    with writing() as cursor:
        cursor.execute("DELETE FROM draws_hold WHERE invitation_id = %s", [other.pk])
        cursor.execute("UPDATE draws_hold SET invitation_id = %s", [other.pk])
    assert {hold.invitation_id for hold in Hold.objects.all()} == {other.pk}
    assert attacker.get(reverse("selfservice:review", args=[other.pk])).status_code == 404
    said = {"answer": "accept"}
    answered = attacker.post(reverse("selfservice:review_answer", args=[other.pk]), said)
    assert answered.status_code == 404
    assert Invitation.objects.get(pk=other.pk).state == "invited"


@pytest.mark.parametrize("table", ["accounts_user", "experts_expert"])
def test_nobody_is_taken_out_to_come_back_under_another_id(table: str) -> None:
    """Foreign keys are looked at when a transaction ends: a row may be gone meanwhile."""
    assert "DELETE" in withheld()[table]


def test_a_time_to_read_names_is_led_to_no_other_role(admin: User) -> None:
    role = Role.objects.create(code="panel", name="评标室")
    RevealRule.objects.create(role=role, hours=24)
    with pytest.raises(RoleInUse, match="别处用到"):
        delete_role(role=role, actor=admin, now=NOW)
    with pytest.raises(IntegrityError, match="stays"), writing() as cursor:
        cursor.execute("DELETE FROM accounts_role WHERE id = %s", [role.pk])
