"""Who sits in the panel of a review: what it costs to look."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reviews.models import Review
from expertpool.reviews.queries.reviews import unseated
from expertpool.reviews.queries.sheets import sheets_of
from expertpool.reviews.services.organising import Terms, add_items, create_review, open_review
from tests.factories.accounts import make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import reach
from tests.factories.experts import give_account, make_expert
from tests.factories.reviews import Batch
from tests.factories.scoring import THINGS, make_rule, reviewer_of
from tests.factories.widening import accept_all

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 15, 0))  # noqa: DTZ001
DRAWN = NOW - timedelta(hours=29)


@pytest.fixture
def review(operator: User) -> Review:
    """Of a panel of four that was drawn for two projects."""
    for _ in range(4):
        give_account(make_expert(), make_user("expert"))
    members = make_members(24, 48, now=DRAWN, duration_minutes=60)
    batch = make_batch(members, now=DRAWN, seats=4, reply_minutes=60, reveal_hours=2)
    draw = draw_batch(batch, now=DRAWN)
    reach(draw, now=DRAWN)
    accept_all(draw, now=DRAWN)
    release(draw_id=draw.pk, now=members[0].opening_at - timedelta(hours=1))
    at = members[0].opening_at
    row = create_review(
        project=members[0], terms=Terms(make_rule(), False, None), actor=operator, now=at
    )
    add_items(review=row, things=THINGS, actor=operator, now=at)
    return open_review(review=row, actor=operator, now=at)


def test_who_sits_no_more_is_found_by_as_many_statements_for_any_panel(review: Review) -> None:
    """Of a draw for several projects these were asked for twice for each of its experts."""
    assert review.reviewers.count() == 4
    with CaptureQueriesContext(connection) as asked:
        assert unseated(review) == []
    assert len(asked) <= 2


@pytest.mark.shows("DRAW-25", "OVW-11")
def test_each_project_of_a_batch_is_reviewed_by_the_panel_of_its_day(operator: User) -> None:
    """Between the two one cannot come any more, and somebody else does."""
    batch = Batch()
    for one in Expert.objects.all():
        give_account(one, make_user("expert"))

    def opened(project: Project) -> Review:
        at = project.opening_at
        row = create_review(project=project, terms=Terms(make_rule()), actor=operator, now=at)
        add_items(review=row, things=THINGS, actor=operator, now=at)
        return open_review(review=row, actor=operator, now=at)

    def panel(review: Review) -> set[str]:
        return {one.expert.name for one in review.reviewers.select_related("expert")}

    stayed, left = batch.name_of(batch.stayed), batch.name_of(batch.left)
    first = opened(batch.first)
    new = batch.name_of(batch.replace_after_move(operator))
    assert panel(first) == {stayed, left}
    assert unseated(first) == []
    batch.let_open()
    second = opened(batch.second)
    assert panel(second) == {stayed, new}
    # What is scored for the one is not for the other.
    assert {one.item.review_id for one in sheets_of(reviewer_of(second, batch_expert(new)))} == {
        second.pk
    }
    assert panel(first) == {stayed, left}


def batch_expert(name: str) -> Expert:
    (found,) = [one for one in Expert.objects.all() if one.name == name]
    return found
