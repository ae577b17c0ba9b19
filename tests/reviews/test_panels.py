"""Who sits in the panel of a review: what it costs to look."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.services.names import release
from expertpool.reviews.models import Review
from expertpool.reviews.queries.reviews import unseated
from expertpool.reviews.services.organising import Terms, add_items, create_review, open_review
from tests.factories.accounts import make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import reach
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import THINGS, make_rule
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
