"""What a review came to is sealed when it ends."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.reviews.calculation import Indicator, Kind, RuleTree, Stage, verify
from expertpool.reviews.calculation.tree import Formula
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ReviewResult
from expertpool.reviews.queries.results import Summary, results_visible_to, roles_of
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Terms, change_terms, open_review
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import GOOD, fill_in, make_open, make_review, reviewer_of, submit

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def panel() -> list[Expert]:
    rows = [make_expert("王立新"), make_expert("李建国")]
    for row in rows:
        give_account(row, make_user("expert"))
    return rows


def scored(operator: User, panel: list[Expert]) -> Review:
    """A review of which all have submitted: 50 and 45 of 60, and 15 of 20 each."""
    review = make_open(operator, now=NOW, pool=panel)
    for expert, value in zip(panel, ("50", "45"), strict=True):
        reviewer = reviewer_of(review, expert)
        fill_in(reviewer, now=NOW + MINUTE, scores=GOOD | {"2.1.1": [value, ""]})
        submit(reviewer, now=NOW + MINUTE)
    return review


@pytest.mark.shows("OVW-15")
def test_the_end_seals_what_everybody_can_recompute(operator: User, panel: list[Expert]) -> None:
    review = end_review(review=scored(operator, panel), actor=operator, now=NOW + 2 * MINUTE)
    row = ReviewResult.objects.get(review=review)
    assert verify.differences(row.content) == []
    assert verify.digest(row.content) == row.digest
    log = Entry.objects.filter(action="review.seal").latest("id")
    assert (log.after or {})["结果摘要"] == row.digest
    summary = Summary(row)
    assert summary.agrees
    assert [one.row.total for one in summary.lines] == [Decimal("62.50")] * 2
    assert [one.row.rank for one in summary.lines] == [1, 1]
    assert summary.lines[0].notes == ["与 T-2 同分"]


def test_nobody_changes_what_was_sealed(operator: User, panel: list[Expert]) -> None:
    end_review(review=scored(operator, panel), actor=operator, now=NOW + 2 * MINUTE)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_reviewresult SET content = "
            "jsonb_set(content, '{result,rows,0,total}', '\"99.00\"')"
        )
    again = ReviewResult.objects.get()
    assert again.is_altered
    assert not Summary(again).agrees
    assert forged_rows(now=NOW) == {}  # which looks at the digest alone
    ReviewResult.objects.update(digest=verify.digest(again.content))
    assert forged_rows(now=NOW) == {"评审结果": 1}
    assert ReviewResult.objects.get().is_altered


def test_what_somebody_else_has_written_is_not_sealed(operator: User, panel: list[Expert]) -> None:
    review = scored(operator, panel)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_submission SET content = '{}'")
    Reviewer.objects.filter(review=review, place=1).update(is_leader=True)
    with pytest.raises(ReviewRefused, match="评分表在系统之外被改动过"):
        end_review(review=review, actor=operator, now=NOW + 2 * MINUTE)
    assert not ReviewResult.objects.exists()


def test_there_is_no_result_before_all_have_submitted(operator: User, panel: list[Expert]) -> None:
    review = make_open(operator, now=NOW, pool=panel)
    with pytest.raises(ReviewRefused, match="2 位专家没有提交"):
        end_review(review=review, actor=operator, now=NOW + MINUTE)
    assert not results_visible_to(operator).exists()


def test_results_are_seen_in_the_scope_of_who_may(operator: User, panel: list[Expert]) -> None:
    end_review(review=scored(operator, panel), actor=operator, now=NOW + 2 * MINUTE)
    assert results_visible_to(operator).count() == 1
    assert not results_visible_to(make_user("finance")).exists()


def test_roles_are_the_leader_and_the_group(operator: User, panel: list[Expert]) -> None:
    review = scored(operator, panel)
    reviewer = reviewer_of(review, panel[0])
    assert roles_of(reviewer) == [
        reviewer.invitation.draw.rule.group_names[reviewer.invitation.group]
    ]
    reviewer.is_leader = True
    assert "组长" in roles_of(reviewer)


def test_a_rule_with_a_price_asks_for_prices_before_it_opens(operator: User) -> None:
    review = make_review(operator, now=NOW)
    rule = review.rule
    assert rule is not None
    price = Indicator("1.1", "报价", Kind.PRICE, high=Decimal(30), formula=Formula())
    tree = RuleTree((Stage("评分", (price,)),))
    rule.pk, rule.version, rule.content = None, rule.version + 1, tree.as_json()
    rule.save(force_insert=True)
    change_terms(review=review, terms=Terms(rule), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="填写每个评审对象的报价"):
        open_review(review=review, actor=operator, now=NOW)
