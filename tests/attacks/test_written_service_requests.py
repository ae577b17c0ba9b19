"""Somebody with live SQL asks for a service in the name of an expert, or answers what one asked: nobody answers it, nobody reads it as
genuine, it takes no place, and is told (docs/decisions/0505)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core import mandates
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import Benefit, BenefitRequest
from expertpool.points.queries.requests import requests_of
from expertpool.points.services.benefits import answer_request, ask_benefit
from expertpool.points.services.erasing import ERASERS
from expertpool.points.tables import OWN
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.points import make_benefit, make_request
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS = "已安排车辆"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def as_owner(statement: str, *values: Any) -> None:
    connection.check_constraints()
    write("SET LOCAL session_replication_role = replica")
    write(statement, *values)
    write("SET LOCAL session_replication_role = origin")


@pytest.fixture
def expert() -> Expert:
    row = make_expert("罗某")
    give_account(row, make_user("expert"))
    return row


@pytest.fixture
def benefit() -> Benefit:
    return make_benefit("评审用车")


def forge(expert: Expert, benefit: Benefit, many: int = 1) -> BenefitRequest:
    write(
        "INSERT INTO points_benefitrequest (expert_id, benefit_id, uid, text, asked_at, answer)"
        " SELECT %s, %s, gen_random_uuid(), 'x', now() - interval '2 days', '' FROM generate_series(1, %s)",
        *(expert.pk, benefit.pk, many),
    )
    return BenefitRequest.objects.latest("pk")


def seen(expert: Expert, admin: User) -> list[str]:
    """His own page, his download, and both lists of the office."""
    assert expert.user is not None
    own, office = login(Client(), expert.user), login(Client(), admin)
    lists = [
        own.get(reverse("points:own")),
        office.get(reverse("points:request_list")),
        office.get(reverse("points:request_list") + "?tab=answered"),
    ]
    mine, *others = [one.content.decode() for one in lists]
    return [mine, str(list(OWN[1].rows(expert, timezone.now()))), "".join(others)]


def test_what_nobody_asked_is_answered_by_nobody_and_takes_no_place(
    expert: Expert, benefit: Benefit, admin: User
) -> None:
    now = timezone.now()
    forged = forge(expert, benefit)
    assert forged_rows(now=now) == {"服务申请": 1}
    assert "评审用车" not in seen(expert, admin)[1]
    assert "待答复" not in seen(expert, admin)[0]
    window = reverse("points:answer", args=[forged.pk])
    assert login(Client(), admin).get(window).status_code == 404
    with pytest.raises(PointsRefused, match="不是专家在系统中提出"):
        answer_request(request=forged, agree=True, answer=WORDS, actor=admin, now=now)
    # Nor does it keep his data from being erased.
    assert not ERASERS[0].holds(expert)
    terms = {"expert": expert, "benefit": benefit, "text": "周二接站", "now": now - DAY}
    assert expert.user is not None
    real = ask_benefit(actor=expert.user, **terms)  # type: ignore[arg-type]
    assert list(requests_of(expert)) == [real]
    with pytest.raises(PointsRefused, match="请等待答复"):
        ask_benefit(actor=expert.user, **terms)  # type: ignore[arg-type]
    assert all("评审用车" in text for text in seen(expert, admin))
    assert ERASERS[0].holds(expert)


@pytest.mark.parametrize("change", ["text = ''", "text = 'x'"])
def test_nor_what_was_altered(expert: Expert, admin: User, change: str) -> None:
    asked = make_request(expert, now=timezone.now() - DAY)
    write(f"UPDATE points_benefitrequest SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=timezone.now()) == {"服务申请": 1}
    assert not requests_of(expert).exists()
    window = reverse("points:answer", args=[asked.pk])
    assert login(Client(), admin).get(window).status_code == 404


def test_an_answer_that_nobody_gave_is_none_and_he_may_ask_again(
    expert: Expert, benefit: Benefit, admin: User
) -> None:
    make_request(expert, benefit=benefit, now=timezone.now() - DAY)
    write(
        "UPDATE points_benefitrequest SET agreed = false, answer = '没有车', answered_by_id = %s,"
        " answered_at = now()",
        admin.pk,
    )
    assert forged_rows(now=timezone.now()) == {"服务申请的答复": 1}
    for text in seen(expert, admin):
        assert "答复无效" in text
        assert "没有车" not in text
    again = make_request(expert, benefit=benefit, now=timezone.now())
    assert requests_of(expert).first() == again


@pytest.mark.parametrize(
    "change",
    ["agreed = false", "answer = '没有车'", "answered_at = answered_at - interval '3 days'"],
)
def test_nor_is_one_that_was_altered(
    expert: Expert, benefit: Benefit, admin: User, change: str
) -> None:
    now = timezone.now()
    asked = make_request(expert, benefit=benefit, now=now - DAY)
    answer_request(request=asked, agree=True, answer=WORDS, actor=admin, now=now)
    assert forged_rows(now=now) == {}
    assert all(WORDS in text and "答复无效" not in text for text in seen(expert, admin))
    if "answer =" not in change:
        with pytest.raises(DatabaseError), transaction.atomic():
            write(f"UPDATE points_benefitrequest SET {change}")  # noqa: S608 (ours)
    as_owner(f"UPDATE points_benefitrequest SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=now) == {"服务申请的答复": 1}
    assert all("答复无效" in text and WORDS not in text for text in seen(expert, admin))


@pytest.mark.parametrize("is_forged", [True, False])
def test_erasing_vouches_for_no_answer(expert: Expert, admin: User, is_forged: bool) -> None:
    now = timezone.now()
    asked = make_request(expert, now=now - DAY)
    answer_request(request=asked, agree=True, answer=WORDS, actor=admin, now=now)
    if is_forged:
        write("UPDATE points_benefitrequest SET answer = '没有车'")
    told = {"服务申请的答复": 1} if is_forged else {}
    assert forged_rows(now=now) == told
    ERASERS[0].erase(expert, None, now)
    assert forged_rows(now=now) == told


def test_a_page_reads_so_many_of_them(
    expert: Expert, benefit: Benefit, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.points.queries.requests.A_LOOK", 60)
    monkeypatch.setattr("expertpool.points.views.own.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    make_request(expert, benefit=benefit, now=timezone.now() - DAY)
    forge(expert, benefit, 400)
    read, prove = 0, mandates.vouched

    def counted(rows: QuerySet[BenefitRequest]) -> list[BenefitRequest]:
        nonlocal read
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    assert expert.user is not None
    for user, page in ((expert.user, "points:own"), (admin, "points:request_list")):
        mandates._forged.clear()
        read = 0
        assert "周二" in login(Client(), user).get(reverse(page)).content.decode()
        assert read <= 100


def test_those_from_before_count_as_they_stand(expert: Expert, admin: User) -> None:
    now = timezone.now()
    answered = make_request(expert, now=now - DAY)
    answer_request(request=answered, agree=True, answer=WORDS, actor=admin, now=now)
    make_request(expert, now=now - DAY)
    write("UPDATE points_benefitrequest SET proof = NULL, answer_proof = NULL")
    connection.check_constraints()
    assert not requests_of(expert).exists()
    migration = import_module("expertpool.points.migrations.0004_requests_have_proofs").Migration
    with connection.schema_editor() as editor:
        for operation in migration.operations:
            if hasattr(operation, "code"):
                operation.code(apps, editor)
    assert forged_rows(now=now) == {}
    assert [one.state_label for one in requests_of(expert)] == ["待答复", "已同意"]
