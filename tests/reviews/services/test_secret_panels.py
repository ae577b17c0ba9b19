"""Who sits stays secret while the panel scores, however long that takes beyond what was planned."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import PublicationRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.publicity import is_public, public_words
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.reviews.models import Review
from expertpool.reviews.services.ending import end_review
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 15, 0))  # noqa: DTZ001
# Long after the planned end: the topics are scored at home.
LATER = NOW + timedelta(days=9)


@pytest.fixture
def review(operator: User) -> Review:
    people = [make_expert() for _ in range(2)]
    for one in people:
        give_account(one, make_user("expert"))
    return make_open(operator, now=NOW, pool=people, seats=2)


def finish(review: Review, operator: User) -> None:
    for seat in Draw.objects.get(project=review.project_id).invitations.all():
        row = reviewer_of(review, review.reviewers.get(invitation=seat).expert)
        fill_in(row, now=NOW)
        submit(row, now=NOW)
    end_review(review=review, actor=operator, now=LATER)


def of_regime(review: Review, regime: Regime) -> Draw:
    Project.objects.filter(pk=review.project_id).update(regime=regime)
    return Draw.objects.get(project=review.project_id)


@pytest.mark.shows("OVW-12")
def test_nothing_is_published_while_the_panel_scores(
    operator: User, admin: User, review: Review
) -> None:
    draw = of_regime(review, Regime.PROCUREMENT)
    action = actions_for(draw, admin, now=LATER)[ActionCode.PUBLISH]
    assert action.why_not == "评审还在进行，名单应当保密：评审打分结束以后才能公布。"
    with pytest.raises(PublicationRefused, match="评审还在进行"):
        publish_result(draw=draw, actor=admin, now=LATER)
    finish(review, operator)
    assert publish_result(draw=draw, actor=admin, now=LATER).published_at == LATER
    assert is_public(Draw.objects.get(pk=draw.pk), now=LATER)


def test_the_whole_record_waits_until_the_panel_has_done(operator: User, review: Review) -> None:
    draw = of_regime(review, Regime.TENDER)
    assert "（评审结束次日，且评审打分结束）" in public_words(draw, now=NOW)
    assert public_words(draw, now=LATER) == "评审打分结束"
    assert not is_public(draw, now=LATER)
    finish(review, operator)
    assert is_public(draw, now=LATER)


def test_nobody_works_for_a_draw_that_is_void(
    operator: User, supervisor: User, review: Review
) -> None:
    draw = of_regime(review, Regime.TENDER)
    asked = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert is_public(Draw.objects.get(pk=draw.pk), now=LATER)
