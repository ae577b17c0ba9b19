"""Somebody with live SQL empties what an expert wrote to the office: nobody takes an empty cell for his words, none decides on it, and it
is told (docs/decisions/0500)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import ChangeItem, ChangeRequest
from expertpool.changes.services.requests import change_own, decide_request, withdraw_request
from expertpool.core.fields import UNREADABLE
from expertpool.core.mandates import forged_rows
from expertpool.core.rekeying import count_shut
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.appeals import sound
from expertpool.experts.services.appeals import decide_appeal, file_appeal
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.queries.requests import requests_of, requests_visible_to
from expertpool.privacy.services.answering import answer_data_request
from expertpool.workflow.enums import Verdict
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_caution_objection, make_objection, make_rating
from tests.factories.experts import make_appeal, make_expert
from tests.factories.inspections import ask_one
from tests.factories.privacy import make_data_request
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEW = "13912349977"


def empty(table: str, column: str) -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = ''")  # noqa: S608 (ours)


def told() -> dict[str, int]:
    return forged_rows(now=timezone.now())


def test_a_request_about_data_without_its_words_is_answered_by_nobody(admin: User) -> None:
    row = make_data_request(make_expert("罗某"), now=timezone.now() - DAY)
    assert told() == {}
    empty("privacy_datarequest", "text")
    assert told() == {"个人信息请求": 1}
    assert count_shut() == 1
    assert not requests_visible_to(admin).exists()
    with pytest.raises(PrivacyRefused, match="不是专家在系统中提出的"):
        answer_data_request(
            request=row, agree=False, answer="请先说明要求", actor=admin, now=timezone.now()
        )
    # Nor does it keep him from asking.
    again = make_data_request(row.expert, now=timezone.now())
    assert list(requests_of(row.expert)) == [again]


def test_an_appeal_without_its_reason_is_turned_down_by_nobody(admin: User) -> None:
    now = timezone.now()
    appeal = make_appeal(make_user("admin", username="first"), now=now - 2 * DAY)
    assert told() == {}
    empty("experts_blacklistappeal", "reason")
    assert told() == {"黑名单申诉": 1}
    assert sound(appeal.entry.appeals.all()) == []
    with pytest.raises(ExpertRefused, match="不是专家在系统中提出"):
        decide_appeal(appeal=appeal, agree=False, note="没有理由", actor=admin, now=now)
    again = file_appeal(entry=appeal.entry, reason="两次都请过假，有记录", now=now)
    assert sound(appeal.entry.appeals.all()) == [again]


@pytest.fixture
def asked() -> ChangeRequest:
    expert = make_expert("王小明", user=make_user("expert"))
    _, request = change_own(
        expert=expert,
        values={"phone": NEW},
        reason="换了",
        actor=expert.user,
        now=timezone.now() - DAY,
    )
    assert request is not None
    return request


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("changes_changeitem", "after"),
        ("changes_changeitem", "before"),
        ("changes_changeitem", "value"),
        ("changes_changerequest", "reason"),
    ],
)
def test_a_change_that_does_not_read_as_it_was_asked_is_agreed_to_by_nobody(
    table: str, column: str, asked: ChangeRequest, admin: User
) -> None:
    """「→（空）」 was agreed to, and the number written that stood behind it; without a value the page failed."""
    assert told() == {}
    empty(table, column)
    assert told() == {"变更申请": 1}
    with pytest.raises(ChangeRefused, match="在系统之外被改动过"):
        decide_request(request=asked, agree=True, actor=admin, now=timezone.now())
    client = login(Client(), admin)
    url = reverse("changes:decide", args=[asked.pk])
    seen = client.get(url).context["form"]["seen"].value()
    answer = client.post(url, {"agree": "yes", "note": "", "seen": seen})
    assert "在系统之外被改动过" in answer.content.decode()
    assert Expert.objects.get(pk=asked.expert_id).phone != NEW
    page = client.get(reverse("changes:detail", args=[asked.pk])).content.decode()
    assert UNREADABLE in page or column == "value"
    # Its expert may take it back, and ask again.
    assert asked.expert.user is not None
    withdraw_request(request=asked, actor=asked.expert.user, now=timezone.now())


def _objection(rater: User) -> object:
    expert = make_expert(user=make_user("expert"))
    return make_objection(make_rating(expert, rater, now=timezone.now() - 2 * DAY))


@pytest.mark.parametrize(
    ("make", "table", "column", "label"),
    [
        (_objection, "evaluations_ratingobjection", "text", "评价申诉及其答复"),
        (
            lambda _: make_caution_objection(make_expert(user=make_user("expert"))),
            "evaluations_cautionobjection",
            "text",
            "警告申诉及其答复",
        ),
        (lambda _: ask_one(), "inspections_renewal", "reason", "续聘申请"),
    ],
)
def test_so_is_told_of_what_else_experts_write(
    make: Callable[[Any], object], table: str, column: str, label: str, operator: User
) -> None:
    make(operator)
    assert told() == {}
    empty(table, column)
    assert told() == {label: 1}


def test_what_an_earlier_version_left_empty_is_sealed(asked: ChangeRequest, admin: User) -> None:
    for table, column in (("changes_changeitem", "before"), ("changes_changerequest", "reason")):
        empty(table, column)
    for operation in import_module(
        "expertpool.changes.migrations.0006_empty_is_sealed"
    ).Migration.operations:
        operation.code(None, SimpleNamespace(connection=connection))
    assert count_shut() == 0
    assert ChangeItem.objects.get().before == ""
    verdict = decide_request(request=asked, agree=True, actor=admin, now=timezone.now())
    assert verdict == Verdict.APPROVED
