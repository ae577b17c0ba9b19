"""What a browser may keep of what it was shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["experts:list", "experts:detail", "portal:home"])
def test_no_page_stays_behind_for_who_comes_next(client: Client, admin: User, name: str) -> None:
    args = [make_expert().pk] if name == "experts:detail" else []
    answer = login(client, admin).get(reverse(name, args=args))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")


def test_nor_does_an_answer_of_the_interface_or_a_refusal(client: Client) -> None:
    for url in ("/api/v1/experts", "/r/nobody/", "/nowhere/"):
        answer = client.get(url)
        assert (answer.status_code >= 400, answer["Cache-Control"]) == (True, "no-store"), url


def test_what_may_be_kept_says_so_itself(client: Client, operator: User) -> None:
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1, operator=operator)
    answer = login(client, operator).get(reverse("draws:qr", args=[draw.pk]))
    assert answer["Cache-Control"] == "private, max-age=3600"
