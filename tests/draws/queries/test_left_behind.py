"""Whoever disables an account is told what of draws hangs on it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
ALONE = "他是唯一能监督抽取的人"


def test_running_draws_and_the_only_supervisor_are_told_before(
    client: Client, admin: User, operator: User, supervisor: User
) -> None:
    for n in range(6):
        make_expert(f"专家{n}")
    for _ in range(2):
        make_draw(now=NOW, operator=operator, seats=1)
    # Who approved the projects supervises, too.
    others = User.objects.filter(roles__code="supervisor").exclude(pk=supervisor.pk)
    others.update(is_active=False)
    page = login(client, admin).get("/users/").content.decode()
    # Before he is disabled, and before he is put on the blacklist.
    assert page.count("他经办的 2 个抽取还在进行") == 2
    assert page.count(ALONE) == 2
    make_user("supervisor")
    assert ALONE not in client.get("/users/").content.decode()
