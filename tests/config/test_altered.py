"""Data that somebody changed in the database is answered in plain words, on pages and interface."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import DrawAlarm
from expertpool.draws.services.checking import check_record
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOTHING_CHANGED = "没有改动任何内容"


@pytest.fixture
def signed_in(client: Client, admin: User) -> Client:
    return login(client, admin)


@pytest.fixture
def account() -> User:
    """One whose phone cannot be opened."""
    user = make_user("operator", name="王一", phone="13900001111")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE accounts_user SET phone = '\x03deadbeef' || substr(phone, 6) WHERE id = %s",
            [user.pk],
        )
    return user


def test_what_cannot_be_opened_is_told_and_logged_without_names(
    signed_in: Client, account: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = signed_in.get(reverse("accounts:user_edit", args=[account.pk]))
    text = page.content.decode()
    assert page.status_code == 409
    assert "数据无法解密" in text
    assert NOTHING_CHANGED in text
    assert "系统管理员" in text
    line = next(text for text in caplog.messages if "altered data" in text)
    assert "accounts:user_edit" in line
    assert str(account.pk) in line
    assert "王一" not in line


def test_htmx_is_told_by_a_message(signed_in: Client, account: User) -> None:
    answer = signed_in.get(
        reverse("accounts:user_edit", args=[account.pk]), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert not answer.content
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["level"] == "danger"
    assert NOTHING_CHANGED in toast["message"]


@pytest.mark.parametrize("rule", ["null", "[1]", '{"hash": 1}'])
def test_a_draw_whose_rule_was_changed_is_told(signed_in: Client, rule: str) -> None:
    make_expert()
    draw = make_draw(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE draws_draw SET rule = %s::jsonb WHERE id = %s", [rule, draw.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    page = signed_in.get(reverse("draws:detail", args=[draw.pk]))
    assert page.status_code == 409
    assert "与封存时不同" in page.content.decode()
    jobs = ProcrastinateJob.objects.filter(task_name="draws.check_record", args__anew=True)
    assert jobs.get().args["draw_id"] == draw.pk  # the check that raises the alarm
    assert check_record(**jobs.get().args, now=timezone.now())
    assert DrawAlarm.objects.get(draw=draw).kind == AlarmKind.RECORD
