"""Somebody with live SQL writes rows of reviews: until when and how far it is scored, who leads, who scores what. What this
system did not write counts for nothing, and no step of the office makes it count (docs/decisions/0310)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services.health import find_forged
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.fees.models import FeeRate
from expertpool.notifications.models import Message
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ScoreSheet
from expertpool.reviews.queries.assignments import record_of
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import sign_in
from expertpool.reviews.services.organising import Terms, change_terms, open_stage
from expertpool.reviews.services.returning import decide_hand_back, request_hand_back
from expertpool.reviews.services.watching import tell_altered
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_rate
from tests.factories.scoring import (
    fill_in,
    left,
    make_assigned,
    make_open,
    make_submitted,
    reviewer_of,
    submit,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def expert(db: None) -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def written(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE reviews_review SET due_at = now() + interval '9 days'",
        "UPDATE reviews_review SET stages = 2",
    ],
)
def test_nobody_scores_by_terms_that_somebody_wrote(
    client: Client, operator: User, expert: Expert, what: str
) -> None:
    """Neither was in its proof: one statement closed a review, opened it again or opened the next stage."""
    review = make_open(
        operator, now=NOW, pool=(expert,), by_stage=True, due_at=NOW + timedelta(days=1)
    )
    written(what)
    reviewer = reviewer_of(review, expert)
    for step in (
        lambda: fill_in(reviewer, now=NOW),
        lambda: change_terms(review=review, terms=Terms(), actor=operator, now=NOW),
        lambda: open_stage(review=review, actor=operator, now=NOW),
    ):
        with pytest.raises(ReviewRefused, match="系统之外"):
            step()
    assert Review.objects.get().is_altered
    assert "评审 1 项" in find_forged(timezone.now()).figure
    page = login(client, operator).get(reverse("reviews:detail", args=[review.pk]))
    assert "截止时间在系统之外被改动过" in page.content.decode()


def test_no_step_of_the_office_vouches_for_a_leader_whom_somebody_wrote(
    operator: User, supervisor: User, expert: Expert
) -> None:
    """Noting that he came wrote the row anew, and with it the proof that he leads."""
    review = make_open(operator, now=NOW, pool=(expert, make_expert("李四")))
    reviewer = reviewer_of(review, expert)
    Reviewer.objects.filter(pk=reviewer.pk).update(is_leader=True)
    sign_in(reviewer=reviewer, actor=operator, now=NOW)
    assert Reviewer.objects.get(pk=reviewer.pk).is_altered
    with pytest.raises(ReviewRefused, match="系统之外"):
        left(reviewer, by=operator, second=supervisor, now=NOW)


def test_a_sheet_that_was_handed_back_goes_on_saying_that_somebody_wrote_it(
    operator: User, expert: Expert
) -> None:
    row = make_submitted(operator, expert, now=NOW)
    # As the owner of the tables, without its triggers.
    written("SET LOCAL session_replication_role = replica")
    written("""UPDATE reviews_submission SET content = '{"T-1": {}}'""")
    written("SET LOCAL session_replication_role = origin")
    asked = request_hand_back(subject=row, reason="评分有误，须重评", actor=operator, now=NOW)
    later, second = NOW + timedelta(hours=1), make_user("operator")
    decide_hand_back(request=asked, agree=True, note="", actor=second, now=later)
    row.refresh_from_db()
    assert row.returned_at
    assert row.is_altered


@pytest.mark.parametrize(
    "what",
    [
        "DELETE FROM reviews_scoresheet WHERE id = (SELECT min(id) FROM reviews_scoresheet)",
        "UPDATE reviews_reviewer SET left_at = now() WHERE place = 2",
    ],
)
def test_what_somebody_left_out_is_missed_at_the_end(
    operator: User, expert: Expert, what: str
) -> None:
    """The sheet of one item deleted after it was submitted: its scores fell out of the result, and nothing said so."""
    review = make_open(operator, now=NOW, pool=(expert, make_expert("李四")))
    for reviewer in review.reviewers.select_related("expert__user", "review__project"):
        if reviewer.expert.user is None:
            give_account(reviewer.expert, make_user("expert"))
        if reviewer.place == 1 or "DELETE" in what:
            fill_in(reviewer, now=NOW)
            submit(reviewer, now=NOW)
    written(what)
    with pytest.raises(ReviewRefused, match="系统之外"):
        end_review(review=review, actor=operator, now=NOW)
    assert not Review.objects.filter(ended_at__isnull=False).exists()


def test_a_score_sheet_of_another_shape_is_told_and_breaks_no_page(
    client: Client, operator: User, expert: Expert
) -> None:
    review = make_open(operator, now=NOW, pool=(expert,))
    reviewer = reviewer_of(review, expert)
    ScoreSheet.objects.filter(reviewer=reviewer).update(scores={"1.1": 7, "2.1.1": [None], "x": []})
    page = login(client, expert.user)
    for name in ("own_review", "own_submit"):
        assert page.get(reverse(f"reviews:{name}", args=[reviewer.pk])).status_code == 200


def test_a_rate_of_another_shape_breaks_no_page_and_pays_nothing(
    client: Client, admin: User
) -> None:
    """One inserted row, and nobody opened the page of rates any more."""
    rate = make_rate()
    FeeRate.objects.bulk_create(
        [FeeRate(name=rate.name, version=2, effective_on=rate.effective_on, stages="x", at=NOW)]
    )
    FeeRate.objects.filter(version=2).update(proof=b"no")
    row = FeeRate.objects.get(version=2)
    page = login(client, admin)
    for url in (
        reverse("fees:rates"),
        reverse("fees:rate_versions", args=[row.pk]),
        reverse("fees:rate_edit", args=[row.pk]),
        reverse("fees:trial") + f"?hours=3&outcome=completed&rate={row.pk}",
    ):
        assert page.get(url).status_code == 200, url
    assert "数据被改动过" in page.get(reverse("fees:rates")).content.decode()


@pytest.mark.shows("OVW-12")
@pytest.mark.parametrize(
    "what",
    [
        """events = jsonb_set(events, '{0,at}', '"2026-11-24T08:00:00+08:00"')""",
        """reveals = jsonb_set(reveals, '{1,value}', '"00"'), events = '{"0": 5}'""",
    ],
)
def test_an_assignment_that_somebody_wrote_is_told(
    client: Client, operator: User, supervisor: User, what: str
) -> None:
    """The proof names the last hash and the seed alone: what stands before them was told to nobody."""
    row = make_assigned(operator, supervisor, now=NOW)
    assert forged_rows(now=NOW) == {}
    written(f"UPDATE reviews_itemassignment SET {what}")  # noqa: S608 (ours)
    assert forged_rows(now=NOW) == {"评审对象分配": 1}
    assert tell_altered(now=NOW) == 1
    told = Message.objects.filter(occasion="reviews.altered")
    assert {one.recipient for one in told} >= {supervisor.name, operator.name}
    assert all("评审对象分配在系统之外被改动过" in one.body for one in told)
    login(client, operator)
    for page in ("assignment", "detail"):
        found = client.get(reverse(f"reviews:{page}", args=[row.review_id]))
        assert "被改动过" in found.content.decode()
    with pytest.raises(ReviewRefused, match="改动过"):
        record_of(ItemAssignment.objects.get(), named=False)
