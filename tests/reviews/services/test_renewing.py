"""A draw is voided while its panel scores: nothing goes on with it, and whom the next one found takes over."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.services.assigning import Share, give_value
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import appoint_leader, sign_in
from expertpool.reviews.services.organising import remind
from expertpool.reviews.services.renewing import take_over
from tests.factories.evaluations import drawn_anew
from tests.factories.scoring import make_assigned, seal, with_panel
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def voided(review: Review, operator: User, supervisor: User) -> None:
    draw = Draw.objects.get(project=review.project_id)
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)


def page_of(client: Client, review: Review, user: User) -> str:
    login(client, user)
    return client.get(reverse("reviews:detail", args=[review.pk])).content.decode()


@pytest.mark.shows("OVW-13")
def test_of_a_void_panel_the_page_offers_nothing_that_does_not_work(
    client: Client, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW, share=Share(1, 2), things=2, seats=2)
    review = row.review
    one = Reviewer.objects.filter(review=review)[0]
    voided(review, operator, supervisor)
    page = page_of(client, review, operator)
    for name in ("sign_in", "lead", "leave", "assignment_exit"):
        assert reverse(f"reviews:{name}", args=[one.pk]) not in page
    assert "请到项目页重新抽取，名单公开后在这里换成新的评审组；不再评审的，点「停止评审」" in page
    assert "办理退出" not in page
    assert reverse("reviews:renew", args=[review.pk]) not in page
    for refused in (sign_in, appoint_leader):
        with pytest.raises(ReviewRefused, match="抽取已经作废"):
            refused(reviewer=one, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="抽取已经作废的专家不再评审，不用提醒"):
        remind(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="请点「换成新的评审组」"):
        end_review(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="请先在项目页重新抽取"):
        take_over(review=review, actor=operator, now=NOW)


@pytest.mark.shows("OVW-13")
def test_a_campaign_is_taken_over_by_whom_the_next_draw_found(
    client: Client, operator: User, supervisor: User
) -> None:
    """They are the same two experts, drawn again: none of what they had said goes on."""
    row = make_assigned(operator, supervisor, now=NOW, share=Share(1, 2), things=2, seats=2)
    review = row.review
    before = list(Reviewer.objects.filter(review=review))
    voided(review, operator, supervisor)
    drawn_anew(review.project, operator)
    url = reverse("reviews:renew", args=[review.pk])
    page = page_of(client, review, operator)
    assert url in page
    # By name, as the table beside: whoever may read these reads those of the void draw, which were released.
    called = "、".join(one.expert.name for one in before)
    assert f"{called}的抽取已经作废" in " ".join(page.split())
    client.post(url)
    row.refresh_from_db()
    again = assignment_of(review)
    assert row.voided_at
    assert again
    assert (again.drawn_at, again.per_item, again.per_expert) == (None, 1, 2)
    now_there = Reviewer.objects.filter(review=review, left_at=None)
    assert {one.expert_id for one in now_there} == {one.expert_id for one in before}
    assert not {one.pk for one in now_there} & {one.pk for one in before}
    sealed = seal(review, operator, now=NOW)
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        sealed = give_value(assignment=sealed, role=role, value="三六九", actor=actor, now=NOW)
    assert sum(one.sheets.count() for one in now_there) == 2
    assert ItemAssignment.objects.filter(review=review).count() == 2
    with pytest.raises(ReviewRefused, match="没有抽取已作废的专家"):
        take_over(review=review, actor=operator, now=NOW)


@pytest.mark.shows("OVW-13")
def test_where_all_score_all_the_new_panel_scores_from_the_beginning(
    operator: User, supervisor: User
) -> None:
    one, other = with_panel(operator, NOW, seats=2, standbys=0)
    review = one.review
    appoint_leader(reviewer=one, actor=operator, now=NOW)
    voided(review, operator, supervisor)
    drawn_anew(review.project, operator)
    came = take_over(review=review, actor=operator, now=NOW)
    assert [(new.left_at, new.sheets.count()) for new in came] == [(None, 2), (None, 2)]
    for old in (one, other):
        old.refresh_from_db()
        assert (old.left_why, old.counts) == ("抽取已作废", False)
    told = Message.objects.filter(occasion="reviews.opened", channel="site")
    assert {one.key.split(":")[1] for one in told} >= {str(new.pk) for new in came}
    appoint_leader(reviewer=came[1], actor=operator, now=NOW)  # nobody leads them yet
