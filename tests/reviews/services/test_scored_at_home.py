"""A review that is scored beyond its planned end is not over: nobody is paid
or rated before its end (docs/decisions/0638)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.jobs import is_queued
from expertpool.core.workdays import end_of_working_days
from expertpool.draws.models import Draw
from expertpool.draws.queries.panel import who_sat
from expertpool.evaluations.services.windows import open_evaluation, sweep
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import projects_to_pay
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.points.queries.facts import is_to_settle
from expertpool.projects.models import Project
from expertpool.reviews.models import Review
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import open_review
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import entry, make_rate
from tests.factories.scoring import fill_in, make_review, reviewer_of, submit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 3, 15, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
# Longer than a project is rated after the day of its meeting.
ENDS = NOW + 40 * DAY


@pytest.fixture
def review(operator: User) -> Review:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    return make_review(operator, now=NOW, pool=(expert,), seats=1, due_at=ENDS + DAY)


def finish(review: Review, operator: User) -> None:
    row = reviewer_of(review, review.reviewers.get().expert)
    fill_in(row, now=ENDS)
    submit(row, now=ENDS)
    end_review(review=review, actor=operator, now=ENDS)


def enter(project: Project, operator: User, now: datetime) -> list[FeeLine]:
    said = {pk: entry(project) for pk in who_sat(project)}
    return enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=now)


def send(project: Project, operator: User, now: datetime) -> list[FeeLine]:
    return send_letters(project=project, actor=operator, now=now)


@pytest.mark.shows("PRJ-28")
def test_nobody_is_paid_while_the_panel_scores(operator: User, review: Review) -> None:
    project, now = review.project, NOW + DAY
    assert project.closing_at < now
    # Prepared only, it may never be held.
    enter(project, operator, NOW)
    review = open_review(review=review, actor=operator, now=NOW)
    assert not projects_to_pay(operator, now=now).exists()
    for refused in (enter, send):
        with pytest.raises(FeeRefused, match="在线打分的，请先结束打分"):
            refused(project, operator, now)
    finish(review, operator)
    assert projects_to_pay(operator, now=ENDS).get() == project
    assert enter(project, operator, ENDS) == send(project, operator, ENDS)


@pytest.mark.shows("PRJ-15")
def test_the_days_to_rate_count_from_the_end_of_the_scoring(operator: User, review: Review) -> None:
    pk = review.project_id
    review = open_review(review=review, actor=operator, now=NOW)
    sweep(now=NOW + DAY)
    assert not is_queued("evaluations.open", project_id=pk)
    assert open_evaluation(project_id=pk, now=NOW + DAY) is None
    finish(review, operator)
    sweep(now=ENDS)
    assert is_queued("evaluations.open", project_id=pk)
    row = open_evaluation(project_id=pk, now=ENDS)
    assert row is not None
    assert row.due_at == end_of_working_days(5, after=ENDS)


@pytest.mark.shows("OVW-04")
def test_nobody_has_points_while_the_panel_scores(operator: User, review: Review) -> None:
    draw = Draw.objects.get(project=review.project)
    open_review(review=review, actor=operator, now=NOW)
    assert not is_to_settle(draw, now=NOW + DAY)
    finish(review, operator)
    assert is_to_settle(draw, now=ENDS)
