"""A meeting that runs past midnight is that of the day before, also while names of other draws are sealed; what
experts do later says who was at his account, and is told tomorrow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review
from expertpool.reviews.queries.fallen import fallen_in
from expertpool.reviews.queries.place import is_held_now
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import is_told_tomorrow
from expertpool.reviews.queries.sheets import rule_of
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import open_stage
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EVENING = timezone.make_aware(datetime(2026, 11, 24, 22, 0))  # noqa: DTZ001
NIGHT, MORNING = EVENING + 2 * HOUR + HOUR / 2, EVENING + 12 * HOUR
FAIL = {"1.1": ["不通过", "没有营业执照"]}


def pool(count: int) -> tuple[Expert, ...]:
    found = tuple(make_expert() for _ in range(count))
    for one in found:
        give_account(one, make_user("expert"))
    return found


def sitting(operator: User, experts: tuple[Expert, ...], *, by_stage: bool = False) -> Review:
    """A panel that sits since the afternoon, while names of another draw are sealed."""
    with time_machine.travel(EVENING, tick=False):
        review = make_open(
            operator, now=EVENING, pool=experts, seats=len(experts), by_stage=by_stage
        )
        Project.objects.filter(pk=review.project_id).update(
            opening_at=EVENING - 8 * HOUR, duration_minutes=240
        )
        make_draw(now=EVENING, operator=operator, opens_in_hours=200)
    return Review.objects.select_related("project", "rule").get(pk=review.pk)


@pytest.mark.shows("OVW-13")
def test_a_review_ends_in_the_night_after_its_meeting(operator: User) -> None:
    review = sitting(operator, people := pool(2))
    first, second = (reviewer_of(review, one) for one in people)
    with time_machine.travel(EVENING, tick=False):
        fill_in(first, now=EVENING)
        submit(first, now=EVENING)
    with time_machine.travel(NIGHT, tick=False):
        assert is_held_now(review, now=NIGHT)
        with pytest.raises(ReviewRefused, match="还有 1 位专家没有提交"):
            end_review(review=review, actor=operator, now=NIGHT)
        fill_in(second, now=NIGHT)
        submit(second, now=NIGHT)
        assert all(one.submission for one in progress_of(review))
        assert end_review(review=review, actor=operator, now=NIGHT).ended_at == NIGHT


def test_what_was_told_in_the_night_stays_told_and_the_rest_waits(operator: User) -> None:
    review = sitting(operator, people := pool(2))
    first, second = (reviewer_of(review, one) for one in people)
    with time_machine.travel(NIGHT, tick=False):
        fill_in(first, now=NIGHT)
        submit(first, now=NIGHT)
    with time_machine.travel(MORNING, tick=False):
        assert is_told_tomorrow(review)
        assert not is_held_now(review, now=MORNING)
        fill_in(second, now=MORNING)
        submit(second, now=MORNING)
        told = {one.reviewer.pk: one.submission is not None for one in progress_of(review)}
        assert told == {first.pk: True, second.pk: False}
        with pytest.raises(ReviewRefused, match="还有 1 位专家没有提交"):
            end_review(review=review, actor=operator, now=MORNING)
    tomorrow = MORNING + 15 * HOUR
    with time_machine.travel(tomorrow, tick=False):
        assert end_review(review=review, actor=operator, now=tomorrow).ended_at


def test_a_late_vote_shows_tomorrow_where_submissions_do(operator: User) -> None:
    review = sitting(operator, people := pool(3), by_stage=True)
    first, second, third = (reviewer_of(review, one) for one in people)
    rule = rule_of(review)
    with time_machine.travel(EVENING, tick=False):
        for one in (first, second):
            fill_in(one, now=EVENING, scores=FAIL)
        review = open_stage(review=review, actor=operator, now=EVENING)
    with time_machine.travel(MORNING, tick=False):
        before = [(one.filled, one.asked) for one in progress_of(review)]
        fill_in(third, now=MORNING, scores=FAIL)
        assert fallen_in(review, rule) == {}
        assert [(one.filled, one.asked) for one in progress_of(review)] == before
    with time_machine.travel(tomorrow := MORNING + 15 * HOUR, tick=False):
        assert set(fallen_in(review, rule).values()) == {1}
        # It stays so, whatever is done then.
        fill_in(first, now=tomorrow, scores={"1.1": ["通过", ""]})
        assert set(fallen_in(review, rule).values()) == {1}


def test_what_fell_in_the_night_after_the_meeting_stays_fallen(operator: User) -> None:
    review = sitting(operator, people := pool(2), by_stage=True)
    rule = rule_of(review)
    with time_machine.travel(EVENING, tick=False):
        review = open_stage(review=review, actor=operator, now=EVENING)
    with time_machine.travel(NIGHT, tick=False):
        for one in people:
            fill_in(reviewer_of(review, one), now=NIGHT, scores=FAIL)
        assert set(fallen_in(review, rule).values()) == {1}
    with time_machine.travel(MORNING, tick=False):
        assert set(fallen_in(review, rule).values()) == {1}
