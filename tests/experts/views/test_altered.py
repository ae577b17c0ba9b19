"""One value that cannot be opened any more takes no page down that shows many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def altered(db: None) -> Expert:
    expert = make_expert("王小明", phone="13800138000", email="wang@example.cn")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE experts_expert SET phone = '\x03deadbeef' || substr(phone, 6) WHERE id = %s",
            [expert.pk],
        )
    return expert


def test_the_list_says_so_in_its_cell(
    client: Client, admin: User, altered: Expert, caplog: pytest.LogCaptureFixture
) -> None:
    make_expert("李二", phone="13900139000")
    page = login(client, admin).get(reverse("experts:list"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("无法读取") == 1
    assert "李二" in text
    assert any(f"phone of experts.Expert {altered.pk}" in line for line in caplog.messages)


def test_the_panorama_says_so_too(client: Client, admin: User, altered: Expert) -> None:
    page = login(client, admin).get(reverse("experts:detail", args=[altered.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "无法读取" in text
    assert "王小明" in text
