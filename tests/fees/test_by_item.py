"""What is paid by the item, and what the records of a review propose where fees are entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import FeeLine, FeeRate
from expertpool.fees.queries.workload import workload_of
from expertpool.fees.rules.pay import Labour, fee_for
from expertpool.fees.services.letters import letter_pdf
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.rates import save_rate
from expertpool.reviews.models import Reviewer
from expertpool.reviews.queries.reviews import review_of, standbys
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import appoint_leader, bring_in, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import LONG_AGO, entry, terms_of
from tests.factories.scoring import (
    fill_in,
    left,
    make_open,
    make_submitted,
    reviewer_of,
    submit,
    with_panel,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def by_item() -> FeeRate:
    return save_rate(
        name="课题评审",
        terms=replace(terms_of("shandong"), each=Decimal(50)),
        project_kind="",
        effective_on=LONG_AGO,
        source="",
        active=True,
        base=0,
        actor=None,
        now=NOW,
    )


@pytest.mark.shows("PRJ-28", "PRJ-29")
def test_items_are_paid_beside_the_time_by_whoever_finished(operator: User, expert: Expert) -> None:
    rate = by_item()
    assert "评审对象每件 50 元" in rate.more_words
    assert is_vouched(FeeRate.objects.get(pk=rate.pk))
    project = make_submitted(operator, expert, now=NOW).reviewer.review.project
    end_review(review=review_of(project), actor=operator, now=NOW)
    said = {pk: replace(entry(project), items=6) for pk in who_sat(project)}
    (row,) = enter_fees(project=project, rate=rate, entries=said, actor=operator, now=NOW)
    assert ["评审 6 件 × 50 元", "300.00"] in row.steps
    assert row.gross == Decimal(800)
    (sent,) = send_letters(project=project, actor=operator, now=NOW)
    assert letter_pdf(sent, at=NOW).startswith(b"%PDF")
    assert is_vouched(FeeLine.objects.get(pk=row.pk))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fees_feeline SET items = 60 WHERE id = %s", [row.pk])
    unfinished = Labour(FeeOutcome.UNFINISHED, items=6)
    assert fee_for(rate.terms, unfinished).total == 0


@pytest.mark.shows("PRJ-28")
def test_the_sign_in_the_submission_and_the_items_scored_are_proposed(
    client: Client, operator: User, expert: Expert
) -> None:
    by_item()
    review = make_open(operator, now=NOW, pool=(expert,), seats=1)
    project, row = review.project, reviewer_of(review, expert)
    came, done = project.opening_at + 10 * MINUTE, project.opening_at + 130 * MINUTE
    sign_in(reviewer=row, actor=operator, now=came)
    (found,) = workload_of(project).values()
    assert (found.started_at, found.ended_at, found.items) == (came, None, 0)
    fill_in(row, now=done)
    submit(row, now=done)
    (found,) = workload_of(project).values()
    assert (found.started_at, found.ended_at, found.items) == (came, done, 2)
    end_review(review=review, actor=operator, now=done)
    login(client, operator)
    page = client.get(reverse("fees:project", args=[project.pk])).content.decode()
    assert timezone.localtime(came).strftime("%H:%M") in page
    assert "评审对象（件）" in page
    # Of today nothing is told while names are sealed, and who came early is paid from the opening on.
    make_draw(now=NOW, operator=operator)
    if timezone.localdate(came) == timezone.localdate():
        (found,) = workload_of(project).values()
        assert found.started_at is None


@pytest.mark.shows("PRJ-28")
def test_who_came_in_for_another_is_paid_from_then_on_and_who_leads_now_as_leader(
    operator: User,
) -> None:
    first, other = with_panel(operator, NOW, seats=2, standbys=1)
    review = first.review
    appoint_leader(reviewer=first, actor=operator, now=NOW)
    left(first, by=operator, second=make_user("supervisor"), now=NOW)
    (standby,) = standbys(review)
    came = NOW + 10 * MINUTE
    bring_in(review=review, invitation_id=standby.invitation_id, actor=operator, now=came)
    made = Reviewer.objects.get(review=review, left_at=None, joined_at=came)
    found = workload_of(review.project)
    # The draw knows of no leader, and who led has left.
    assert [one.leads for one in found.values()] == [None] * len(found)
    appoint_leader(reviewer=made, actor=operator, now=came)
    give_account(made.expert, make_user("expert"))
    fill_in(made, now=came)
    submit(made, now=came + MINUTE)
    found = workload_of(review.project)
    worked = found[made.invitation_id]
    assert (worked.started_at, worked.ended_at) == (came, came + MINUTE)
    assert (worked.leads, found[other.invitation_id].leads) == (True, False)
    assert found[other.invitation_id].started_at is None


@pytest.mark.shows("PRJ-28")
def test_nobody_is_proposed_to_be_paid_from_the_opening_who_came_in_for_another(
    client: Client, operator: User
) -> None:
    """Not even while names are sealed, when nobody is told since when he has been there."""
    by_item()
    now = timezone.now()
    first, _ = with_panel(operator, now, seats=2, standbys=1)
    review = first.review
    left(first, by=operator, second=make_user("supervisor"), now=now)
    (standby,) = standbys(review)
    bring_in(review=review, invitation_id=standby.invitation_id, actor=operator, now=now + MINUTE)
    row = Reviewer.objects.get(review=review, joined_at=now + MINUTE)
    for one in Reviewer.objects.filter(review=review, left_at=None):
        give_account(one.expert, make_user("expert"))
        fill_in(one, now=now + 2 * MINUTE)
        submit(one, now=now + 3 * MINUTE)
    end_review(review=review, actor=operator, now=now + 4 * MINUTE)
    make_draw(now=now, operator=operator)
    login(client, operator)
    page = client.get(reverse("fees:project", args=[review.project_id]))
    form = page.context["form"]
    assert f"e{row.invitation_id}_ended_at" in form.fields
    assert form.initial.get(f"e{row.invitation_id}_started_at") is None
    assert "评审中途加入" in page.content.decode()


def test_who_comes_early_is_paid_from_the_opening_on(operator: User, expert: Expert) -> None:
    review = make_open(operator, now=NOW, pool=(expert,), seats=1)
    project = review.project
    row = reviewer_of(review, expert)
    sign_in(reviewer=row, actor=operator, now=project.opening_at - 20 * MINUTE)
    (found,) = workload_of(project).values()
    assert found.started_at == project.opening_at
