"""Somebody with live SQL leads what an expert asked about his data to another, or writes a request that nobody made: it is read, answered
and counted by nobody, told, and takes no place (docs/decisions/0477)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.fees.models import CorrectionRequest
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import DataRequest, ErasureRequest
from expertpool.privacy.queries.requests import requests_of, requests_visible_to, requests_waiting
from expertpool.privacy.services.answering import answer_data_request
from expertpool.privacy.tables import OWN
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_paid_to, pay
from tests.factories.privacy import make_data_request
from tests.fixtures import login

pytestmark = pytest.mark.django_db
ANSWER = "均为随机抽取，没有人工指定"
DAY = timedelta(days=1)


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def lead(row: DataRequest, to: Expert, kind: str) -> None:
    """As the owner of the tables, who switches triggers off."""
    connection.check_constraints()
    write("ALTER TABLE privacy_datarequest DISABLE TRIGGER USER")
    write(
        "UPDATE privacy_datarequest SET expert_id = %s, kind = %s WHERE id = %s",
        *(to.pk, kind, row.pk),
    )
    connection.check_constraints()
    write("ALTER TABLE privacy_datarequest ENABLE TRIGGER USER")


@pytest.fixture
def asked() -> DataRequest:
    return make_data_request(make_expert("罗某"), now=timezone.now() - DAY)


@pytest.mark.parametrize(
    "change", ["expert_id = %s", "kind = 'erase'", "asked_at = now() - interval '3 days'"]
)
def test_what_was_asked_stays_whose_and_what_it_was(asked: DataRequest, change: str) -> None:
    values = [make_expert("另某").pk] if "%s" in change else []
    with pytest.raises(DatabaseError), transaction.atomic():
        write(f"UPDATE privacy_datarequest SET {change}", *values)  # noqa: S608 (ours)


def test_led_to_another_it_is_read_and_answered_by_nobody_and_told(
    asked: DataRequest, admin: User
) -> None:
    answer_data_request(request=asked, agree=True, answer=ANSWER, actor=admin, now=timezone.now())
    waits = make_data_request(asked.expert, kind="other", now=timezone.now() - DAY)
    reader = make_expert("另某")
    give_account(reader, make_user("expert"))
    assert forged_rows(now=timezone.now()) == {}
    for row in (asked, waits):
        lead(row, reader, "erase")
    assert list(requests_of(reader)) == []
    assert not requests_visible_to(admin).exists()
    assert not requests_waiting(admin).exists()
    assert list(OWN[0].rows(reader, timezone.now())) == []
    read = [(one.readable_text, one.opened_answer) for one in DataRequest.objects.order_by("pk")]
    assert read == [("无法读取", "无法读取"), ("无法读取", "")]
    client = login(Client(), admin)
    assert client.get(reverse("privacy:answer", args=[waits.pk])).status_code == 404
    with pytest.raises(PrivacyRefused, match="不是专家在系统中提出的"):
        answer_data_request(
            request=DataRequest.objects.get(pk=waits.pk),
            agree=False,
            answer=ANSWER,
            actor=admin,
            now=timezone.now(),
        )
    assert forged_rows(now=timezone.now()) == {"个人信息请求": 2}


def test_one_that_nobody_made_takes_no_place(admin: User) -> None:
    expert = make_expert("罗某")
    give_account(expert, make_user("expert"))
    write(
        "INSERT INTO privacy_datarequest (expert_id, kind, uid, text, asked_at, due_at, answer, proof)"
        " VALUES (%s, 'explain', %s, 'x', now() - interval '3 days', now(), '', 'x')",
        *(expert.pk, uuid4()),
    )
    own = make_data_request(expert, now=timezone.now() - DAY)
    assert list(requests_of(expert)) == [own]
    assert list(requests_waiting(admin)) == [own]
    with pytest.raises(PrivacyRefused, match="请等待答复"):
        make_data_request(expert, now=timezone.now())
    assert forged_rows(now=timezone.now()) == {"个人信息请求": 1}


def ask_by_sql(table: str, columns: str, values: list[Any], by: User) -> None:
    marks = ", ".join(["%s"] * len(values))
    write(
        f"INSERT INTO {table} ({columns}, reason, requested_by_id, requested_at, expires_at, note,"  # noqa: S608 (ours)
        f" asked_proof, proof) VALUES ({marks}, '算错', %s, now(), now() + interval '3 days', '', 'x', 'x')",
        *(*values, by.pk),
    )


def test_a_request_for_two_that_nobody_made_is_told_whatever_it_is_about(
    admin: User, operator: User
) -> None:
    now = timezone.now()
    line = pay(make_paid_to(operator, now=now), make_user("finance"), now=now)
    assert forged_rows(now=now) == {}
    ask_by_sql("fees_correctionrequest", "line_id, gross", [line.pk, 100], operator)
    ask_by_sql("privacy_erasurerequest", "expert_id, plan", [line.expert_id, "x"], operator)
    assert CorrectionRequest.objects.count() == ErasureRequest.objects.count() == 1
    assert forged_rows(now=now) == {"劳务费更正申请": 1, "抹去个人信息申请": 1}
