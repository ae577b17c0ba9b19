"""Scores that are far from the others': asked about before they are signed, and nothing told of the others'."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.reviews.calculation import FAILED
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ScoreSheet, Submission
from expertpool.reviews.queries.differences import remarks_in
from expertpool.reviews.queries.sheets import seen_mark, sheets_of
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.scoring import compare_sheets, submit_sheets
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import (
    GOOD,
    PICTURE,
    RULE,
    STROKES,
    fill_in,
    make_open,
    reviewer_of,
    submit,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
STRICT = {**GOOD, "2.1.1": ["20", ""]}  # 35 instead of 65 of 80 points
AT_TENTH = replace(RULE, far=Decimal(10))


def make_panel() -> list[Expert]:
    people = [make_expert(name) for name in ("王立新", "李四", "张三")]
    for at, one in enumerate(people):
        give_account(one, make_user("expert", username=f"pingshen{at}"))
    return people


@pytest.mark.shows("OVW-13")
def test_whoever_is_far_from_the_others_is_asked_once_and_decides(
    client: Client, operator: User
) -> None:
    now, people = timezone.now(), make_panel()
    review = make_open(operator, now=now, pool=people, seats=3, rule=AT_TENTH)
    strict, *others = (reviewer_of(review, one) for one in people)
    for one in others:
        fill_in(one, now=now)
    submit(others[0], now=now)
    user = strict.expert.user
    assert user
    fill_in(strict, now=now, scores=STRICT)
    login(client, user)
    page = reverse("reviews:own_submit", args=[strict.pk])
    assert "相差较大" not in client.get(page).content.decode()
    said = {"signature": STROKES, "seen": seen_mark(sheets_of(strict))}
    asked = client.post(page, said).content.decode()
    assert "有 2 个评审对象的评分与其他专家相差较大" in asked
    assert not re.search(r"(?<![\d.:])65(?!\d)", asked)  # what the others gave; a time may hold it
    assert "李四" not in asked
    # He changes his mind about one: it is not compared anew, so nobody finds out by trying.
    sheet = sheets_of(strict)[0]
    ScoreSheet.objects.filter(pk=sheet.pk).update(scores=GOOD)
    assert "相差较大" in client.get(page).content.decode()
    said |= {
        "seen": seen_mark(sheets_of(strict)),
        "far0": "核对后已修改。",
        "far1": "方案照抄范本。",
    }
    assert "已提交" in client.post(page, said, follow=True).content.decode()
    made = Submission.objects.get(reviewer=strict)
    assert list(made.remarks.values()) == ["核对后已修改。", "方案照抄范本。"]
    assert (
        "方案照抄范本"
        in client.get(reverse("reviews:own_review", args=[strict.pk])).content.decode()
    )
    submit(others[1], now=now)
    end_review(review=review, actor=operator, now=now)
    login(client, operator)
    assert (
        "方案照抄范本" in client.get(reverse("reviews:result", args=[review.pk])).content.decode()
    )
    # It is of the proof, and stays.
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_submission SET remarks = '{}'")
    assert len(remarks_in(review)) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute('UPDATE reviews_submission SET remarks = \'{"T-1": "x"}\'')
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert remarks_in(review) == {}


def test_of_one_other_alone_and_of_what_is_turned_down_nobody_is_asked(operator: User) -> None:
    now, people = timezone.now(), make_panel()
    review = make_open(operator, now=now, pool=people, seats=3, rule=AT_TENTH)
    first, second, third = (reviewer_of(review, one) for one in people)
    fill_in(second, now=now)
    fill_in(first, now=now, scores=STRICT)
    submit(first, now=now)
    assert not ScoreSheet.objects.filter(is_far=True).exists()
    fill_in(third, now=now, scores={**STRICT, "1.1": [FAILED, "没有执照。"]})
    user = third.expert.user
    assert user
    compare_sheets(reviewer=third, actor=user, now=now)
    assert set(ScoreSheet.objects.filter(reviewer=third).values_list("is_far", flat=True)) == {None}


def test_no_remark_no_submission(operator: User) -> None:
    now, people = timezone.now(), make_panel()
    review = make_open(operator, now=now, pool=people, seats=3, rule=AT_TENTH)
    strict, *others = (reviewer_of(review, one) for one in people)
    for one in others:
        fill_in(one, now=now)
    fill_in(strict, now=now, scores=STRICT)
    user = strict.expert.user
    assert user

    def sign(now: datetime, remark: str) -> Submission:
        return submit_sheets(
            reviewer=strict,
            seen=seen_mark(sheets_of(strict)),
            signature=PICTURE,
            signed_from="",
            remarks={one.item.alias: remark for one in sheets_of(strict)},
            actor=user,
            now=now,
        )

    compare_sheets(reviewer=strict, actor=user, now=now)
    for empty in ("", "……"):
        with pytest.raises(ReviewRefused, match="相差较大"):
            sign(now, empty)
    assert sign(now + timedelta(minutes=1), "两处方案雷同。").remarks
