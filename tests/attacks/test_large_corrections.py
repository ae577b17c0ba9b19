"""A fee of some hundred yuan is not made a hundred thousand by a slip that two persons do not see: the form asks, and whoever agrees
reads what comes of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.fees.models import CorrectionRequest
from tests.factories.accounts import make_user
from tests.factories.fees import make_paid_to, pay
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def test_what_a_large_correction_comes_to_is_asked_and_shown(
    client: Client, operator: User
) -> None:
    now, finance = timezone.now(), make_user("finance")
    line = pay(make_paid_to(operator, now=now, minutes=540), finance, now=now)
    assert line.gross == 1000
    address = reverse("fees:correct", args=[line.pk])
    data = {"gross": "1e5", "reason": "少算一小时"}
    asked = login(client, finance).post(address, data)
    assert asked.status_code == 422
    assert (
        "更正后应发 101,000.00 元（现在 1,000.00 元），为原来的 101.0 倍" in asked.content.decode()
    )
    assert not CorrectionRequest.objects.exists()
    said = {"asked": asked.context["form"].data["asked"]}
    # Another sum is asked about anew.
    assert client.post(address, data | said | {"gross": "2e4"}).status_code == 422
    assert client.post(address, data | said).status_code == 204
    page = login(Client(), make_user("finance")).get(reverse("fees:detail", args=[line.pk]))
    assert "为原来的 101.0 倍" in page.content.decode()


def test_a_usual_one_is_not(client: Client, operator: User) -> None:
    now, finance = timezone.now(), make_user("finance")
    line = pay(make_paid_to(operator, now=now, minutes=540), finance, now=now)
    address = reverse("fees:correct", args=[line.pk])
    data = {"gross": "200", "reason": "少算一小时"}
    assert login(client, finance).post(address, data).status_code == 204
