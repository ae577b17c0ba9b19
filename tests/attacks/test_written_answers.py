"""Somebody with live SQL answers what an expert asked about his data, or alters what the office answered: it is shown to nobody as an
answer, told, and the expert may ask again (docs/decisions/0483)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.privacy.models import DataRequest
from expertpool.privacy.queries.requests import requests_of, requests_waiting
from expertpool.privacy.services.answering import answer_data_request
from expertpool.privacy.tables import OWN
from tests.factories.experts import make_expert
from tests.factories.privacy import make_data_request
from tests.fixtures import login

pytestmark = pytest.mark.django_db
ANSWER = "均为随机抽取，没有人工指定"
DAY = timedelta(days=1)
INVALID = "答复无效"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def as_owner(statement: str, *values: Any) -> None:
    """As who owns the tables writes, past all triggers."""
    write("SET LOCAL session_replication_role = replica")
    write(statement, *values)
    write("SET LOCAL session_replication_role = origin")


@pytest.fixture
def asked() -> DataRequest:
    return make_data_request(make_expert("罗某"), now=timezone.now() - DAY)


def seen(expert: Expert, admin: User) -> list[str]:
    """His own page, his download, and the list of the office."""
    assert expert.user is not None
    own = login(Client(), expert.user).get(reverse("privacy:own")).content.decode()
    office = login(Client(), admin).get(reverse("privacy:requests") + "?tab=answered")
    rows = OWN[0].rows(expert, timezone.now())
    return [own, str(list(rows)), office.content.decode()]


def test_what_nobody_answered_here_is_no_answer_and_he_may_ask_again(
    asked: DataRequest, admin: User
) -> None:
    write(
        "UPDATE privacy_datarequest SET agreed = false, answered_by_id = %s, answered_at = now()",
        admin.pk,
    )
    now, expert = timezone.now(), asked.expert
    assert forged_rows(now=now) == {"个人信息请求的答复": 1}
    for text in seen(expert, admin):
        assert INVALID in text
        assert "不作数" in text
        assert "未同意" not in text.partition("不作数")[2].partition("</tr>")[0]
    again = make_data_request(expert, now=now)
    assert list(requests_of(expert)) == [again, asked]
    assert not requests_waiting(admin).filter(pk=asked.pk).exists()


@pytest.mark.parametrize(
    "change", ["agreed = false", "answer = ''", "answered_at = answered_at - interval '3 days'"]
)
def test_nor_what_was_altered(asked: DataRequest, admin: User, change: str) -> None:
    now, expert = timezone.now(), asked.expert
    answer_data_request(request=asked, agree=True, answer=ANSWER, actor=admin, now=now)
    assert all(ANSWER in text and INVALID not in text for text in seen(expert, admin))
    assert forged_rows(now=now) == {}
    if "answer =" not in change:
        with pytest.raises(DatabaseError), transaction.atomic():
            write(f"UPDATE privacy_datarequest SET {change}")  # noqa: S608 (ours)
    connection.check_constraints()
    as_owner(f"UPDATE privacy_datarequest SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=now) == {"个人信息请求的答复": 1}
    assert all(INVALID in text and ANSWER not in text for text in seen(expert, admin))


def test_answers_from_before_count_as_they_stand(asked: DataRequest, admin: User) -> None:
    now = timezone.now()
    answer_data_request(request=asked, agree=True, answer=ANSWER, actor=admin, now=now)
    write("UPDATE privacy_datarequest SET answer_proof = ''")
    move = import_module("expertpool.privacy.migrations.0006_answers_have_proofs")
    with connection.schema_editor() as editor:
        move.vouch_answers(apps, editor)
    assert forged_rows(now=now) == {}
    assert DataRequest.objects.get().readable_answer == ANSWER
