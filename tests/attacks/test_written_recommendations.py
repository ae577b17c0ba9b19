"""Somebody with live SQL recommends somebody in the name of an expert, or lets a used link live again: it leads nowhere, stands on no page,
counts for no limit, and is told (docs/decisions/0505)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.core import mandates
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.joining.exceptions import JoiningRefused, LinkInvalid
from expertpool.joining.models import Recommendation
from expertpool.joining.queries.recommendations import recommendations_of
from expertpool.joining.services.recommending import (
    Colleague,
    recommend,
    recommendation_for,
    revoke,
)
from expertpool.joining.services.registering import claim
from expertpool.joining.settings import RECOMMENDATIONS_PER_DAY
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.joining.services.test_recommending import link_of

pytestmark = pytest.mark.django_db
FORGED = {"同行推荐": 1}
WORDS = "同事二十年"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王推荐")
    give_account(row, make_user("expert"))
    return row


def recommended(expert: Expert, phone: str = "13511110001") -> Recommendation:
    assert expert.user is not None
    colleague = Colleague("赵同行", phone, "zhao@example.cn", WORDS)
    return recommend(expert=expert, colleague=colleague, actor=expert.user, now=timezone.now())


def forge(expert: Expert, digest: bytes, *, many: int = 1) -> None:
    assert expert.user is not None
    write(
        "INSERT INTO joining_recommendation (uid, recommender_id, name, phone, email, contact_index, reason, digest,"
        " sent_at, expires_at, created_by_id) SELECT gen_random_uuid(), %s, 'x', 'x', '', %s, '',"
        " CASE n WHEN 1 THEN %s ELSE decode(md5(n::text), 'hex') END, now(), now() + interval '9 days', %s"
        " FROM generate_series(1, %s) n",
        *(expert.pk, uuid4().bytes, digest, expert.user_id, many),
    )


def test_a_link_that_was_used_up_does_not_live_again(expert: Expert) -> None:
    row, now = recommended(expert), timezone.now()
    token, digest = link_of(row), bytes(row.digest)
    claim(row, now=now)
    assert forged_rows(now=now) == {}
    write("UPDATE joining_recommendation SET digest = %s", uuid4().bytes)
    connection.check_constraints()
    forge(expert, digest)
    assert forged_rows(now=now) == {"同行推荐": 2}
    with pytest.raises(LinkInvalid):
        recommendation_for(token, now=now)
    with pytest.raises(JoiningRefused):
        claim(Recommendation.objects.get(digest=digest), now=now)


def test_what_he_did_not_recommend_is_not_his_and_takes_no_place(expert: Expert) -> None:
    configure(RECOMMENDATIONS_PER_DAY, 1)
    now = timezone.now()
    forge(expert, uuid4().bytes)
    assert forged_rows(now=now) == FORGED
    assert expert.user is not None
    page = login(Client(), expert.user).get(reverse("joining:recommendations"))
    assert not page.context["rows"]
    with pytest.raises(JoiningRefused):
        revoke(row=Recommendation.objects.get(), actor=expert.user, now=now)
    row = recommended(expert)
    assert recommendations_of(expert) == [row]


@pytest.mark.parametrize(
    "change",
    [
        "used_at = now()",
        "revoked_at = now()",
        "expires_at = expires_at + interval '9 days'",
        "phone = 'x'",
        "name = 'x'",
    ],
)
def test_what_was_altered_is_told_and_leads_nowhere(expert: Expert, change: str) -> None:
    row, now = recommended(expert), timezone.now()
    token = link_of(row)
    assert recommendation_for(token, now=now) == row
    write(f"UPDATE joining_recommendation SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=now) == FORGED
    with pytest.raises(LinkInvalid):
        recommendation_for(token, now=now + timedelta(seconds=1))
    assert not recommendations_of(expert)


def test_his_page_reads_so_many_of_them(expert: Expert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.joining.views.recommendations.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    forge(expert, uuid4().bytes, many=400)
    row = recommended(expert)
    read, prove = 0, mandates.vouched

    def counted(rows: Any) -> list[Any]:
        nonlocal read
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    mandates._forged.clear()
    assert expert.user is not None
    page = login(Client(), expert.user).get(reverse("joining:recommendations"))
    assert [one for one, *_ in page.context["rows"]] == [row]
    assert read <= 100


def test_those_from_before_count_as_they_stand(expert: Expert) -> None:
    row = recommended(expert)
    write("UPDATE joining_recommendation SET proof = NULL")
    connection.check_constraints()
    assert not recommendations_of(expert)
    module = import_module("expertpool.joining.migrations.0012_recommendations_have_proofs")
    with connection.schema_editor() as editor:
        for operation in module.Migration.operations:
            if hasattr(operation, "code"):
                operation.code(apps, editor)
    assert recommendations_of(expert) == [row]
    assert forged_rows(now=timezone.now()) == {}
