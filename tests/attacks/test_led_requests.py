"""Somebody with live SQL leads what an expert asked for to the record of another: nothing is changed by it, and
nobody reads there what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.changes.enums import RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import ChangeRequest
from expertpool.changes.services.requests import change_own, decide_request, withdraw_request
from expertpool.core.fields import UNREADABLE
from expertpool.experts.models import Expert
from expertpool.workflow.enums import Verdict
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NEW = "13912349977"  # ends in what no serial number comes to


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def own() -> Expert:
    return make_expert("王小明", user=make_user("expert"))


@pytest.fixture
def other() -> Expert:
    return make_expert("赵大力", user=make_user("expert"))


@pytest.fixture
def asked(own: Expert) -> ChangeRequest:
    _, request = change_own(
        expert=own, values={"phone": NEW}, reason="换了", actor=own.user, now=timezone.now()
    )
    assert request is not None
    return request


def agree(request: ChangeRequest, actor: User) -> Verdict:
    return decide_request(request=request, agree=True, actor=actor, now=timezone.now())


LED = {
    "the request": "UPDATE changes_changerequest SET expert_id = %(to)s",
    "the request with what it asks": (
        "UPDATE changes_changerequest SET expert_id = %(to)s;"
        "UPDATE changes_changeitem SET expert_id = %(to)s"
    ),
    "what it asks": "UPDATE changes_changeitem SET expert_id = %(to)s",
}


@pytest.mark.parametrize("what", LED)
def test_a_request_that_is_led_to_another_changes_nobody(
    asked: ChangeRequest, own: Expert, other: Expert, admin: User, what: str
) -> None:
    """His own phone was the other's once a clerk agreed, and with it the other's account."""
    for statement in LED[what].split(";"):
        sql(statement.replace("%(to)s", "%s"), other.pk)
    with pytest.raises(ChangeRefused, match="在系统之外被改动过"):
        agree(asked, admin)
    for one in (own, other):
        assert Expert.objects.get(pk=one.pk).phone != NEW
    page = login(Client(), admin).get(reverse("changes:detail", args=[asked.pk]))
    text = page.content.decode()
    assert UNREADABLE in text
    assert "在系统之外被改动过" in text
    assert NEW not in text
    assert NEW[-4:] not in text
    his = login(Client(), other.user).get(reverse("changes:file")).content.decode()
    assert NEW[-4:] not in his


def test_nor_one_whose_applicant_is_another(
    asked: ChangeRequest, other: Expert, admin: User
) -> None:
    sql("UPDATE changes_changerequest SET asked_by_id = %s", other.user_id)
    with pytest.raises(ChangeRefused, match="在系统之外被改动过"):
        agree(asked, admin)


def test_what_was_taken_back_does_not_wait_again(
    asked: ChangeRequest, own: Expert, admin: User
) -> None:
    assert own.user is not None
    withdraw_request(request=asked, actor=own.user, now=timezone.now())
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        ChangeRequest.objects.update(state=RequestState.WAITING, ended_at=None)
    sql("UPDATE changes_changerequest SET state = 'waiting', ended_at = NULL")
    sql("UPDATE changes_changeitem SET is_open = true")
    with pytest.raises(ChangeRefused):
        agree(asked, admin)


def test_what_nobody_touched_is_agreed_to(asked: ChangeRequest, own: Expert, admin: User) -> None:
    assert agree(asked, admin) == Verdict.APPROVED
    assert Expert.objects.get(pk=own.pk).phone == NEW
