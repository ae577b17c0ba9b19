"""Items are given to experts by hand: one person chooses, another confirms."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.reviews.enums import AssignmentState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, ReviewItem, ScoreSheet
from expertpool.reviews.queries.assignments import lines_of
from expertpool.reviews.queries.waiting import waiting_for_confirmation
from expertpool.reviews.services.assigning import (
    Share,
    abandon_assignment,
    give_value,
    set_assignment,
)
from expertpool.reviews.services.choosing import choose_experts, confirm_choice, hand_in_choice
from expertpool.reviews.services.ending import end_review
from tests.factories.accounts import make_user
from tests.factories.experts import give_account
from tests.factories.scoring import fill_in, make_campaign, make_review, seal, submit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HTMX = {"HTTP_HX_REQUEST": "true"}
SHARE = Share(1, 1, by_hand=True, why="项目涉密，须指定专家")


def make(operator: User) -> Review:
    return make_campaign(operator, now=NOW, share=SHARE, things=2, seats=2)


def choose(review: Review, place: int, experts: list[int], actor: User) -> ItemAssignment:
    item = ReviewItem.objects.select_related("review__project").get(review=review, place=place)
    return choose_experts(item=item, places=experts, actor=actor, now=NOW)


@pytest.mark.shows("OVW-12")
def test_one_chooses_and_another_confirms(operator: User, supervisor: User) -> None:
    review = make(operator)
    choose(review, 1, [1], operator)
    with pytest.raises(ReviewRefused, match="还有 1 个评审对象没有选满"):
        hand_in_choice(review=review, actor=operator, now=NOW)
    choose(review, 2, [1], operator)
    with pytest.raises(ReviewRefused, match="每人最多评 1 个，超过的有 专家 1"):
        hand_in_choice(review=review, actor=operator, now=NOW)
    choose(review, 2, [2], operator)
    row = hand_in_choice(review=review, actor=operator, now=NOW)
    assert row.state == AssignmentState.SEALED
    assert list(waiting_for_confirmation(supervisor)) == [row]
    with pytest.raises(ReviewRefused):
        confirm_choice(assignment=row, actor=operator, now=NOW)
    assert not ScoreSheet.objects.exists()
    row = confirm_choice(assignment=row, actor=supervisor, now=NOW)
    assert row.state == AssignmentState.DRAWN
    assert [[who.place for who in one.reviewers] for one in lines_of(review)] == [[1], [2]]
    # Whoever was chosen scores what he was given, and submits.
    for reviewer in review.reviewers.select_related("expert__user", "review__project"):
        give_account(reviewer.expert, make_user("expert"))
        fill_in(reviewer, now=NOW)
        assert list(submit(reviewer, now=NOW).content) == [f"L-{reviewer.place}"]
    assert end_review(review=review, actor=operator, now=NOW).ended_at
    assert Entry.objects.get(action="review.choose_confirm").after["指定摘要"] == row.seal
    with pytest.raises(ReviewRefused):
        confirm_choice(assignment=row, actor=supervisor, now=NOW)


def test_it_wants_a_reason(operator: User) -> None:
    review = make_review(operator, now=NOW)
    share = Share(1, 1, by_hand=True)
    with pytest.raises(ReviewRefused, match="理由"):
        set_assignment(review=review, share=share, actor=operator, now=NOW)


def test_what_is_chosen_is_checked(operator: User, supervisor: User) -> None:
    review = make(operator)
    with pytest.raises(ReviewRefused, match="1 位专家评"):
        choose(review, 1, [1, 2], operator)
    with pytest.raises(ReviewRefused, match="回避"):
        choose(review, 1, [9], operator)
    choose(review, 1, [1], operator)
    assert choose(review, 1, [], operator).chosen == {}
    with pytest.raises(ReviewRefused, match="没有可以封存"):
        seal(review, operator, now=NOW)
    choose(review, 1, [1], operator)
    choose(review, 2, [2], operator)
    row = hand_in_choice(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="现在不能指定"):
        choose(review, 1, [2], operator)
    with pytest.raises(ReviewRefused, match="没有可以提交"):
        hand_in_choice(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="不需要随机值"):
        give_value(assignment=row, role="operator", value="1", actor=operator, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemAssignment.objects.filter(pk=row.pk).update(chosen={"1": [2], "2": [1]})
    after = abandon_assignment(assignment=row, reason="选错了专家要重选", actor=operator, now=NOW)
    assert after.chosen == row.chosen
    assert choose(review, 1, [2], operator).chosen["1"] == [2]


def test_the_pages_of_choosing(client: Client, operator: User, supervisor: User) -> None:
    review = make(operator)
    login(client, operator)
    page = reverse("reviews:assignment", args=[review.pk])
    text = client.get(page).content.decode()
    assert "人工指定，不是随机分配" in text
    assert "选专家" in text
    for item, place in zip(review.items.order_by("place"), (1, 2), strict=True):
        url = reverse("reviews:assignment_choose", args=[item.pk])
        form = client.get(url, **HTMX).content.decode()
        version = form.split('name="version" value="')[1].split('"')[0]
        assert client.post(url, {"experts": place, "version": version}, **HTMX).status_code == 204
    told = client.post(reverse("reviews:assignment_hand_in", args=[review.pk]), follow=True)
    assert "请另一位有权限的人员确认" in told.content.decode()
    assert "确认指定" not in told.content.decode()
    login(client, supervisor)
    assert "确认指定" in client.get(page).content.decode()
    told = client.post(reverse("reviews:assignment_confirm", args=[review.pk]), follow=True)
    assert "已通知评审专家" in told.content.decode()
    assert ScoreSheet.objects.count() == 2
    record = reverse("reviews:assignment_record", args=[review.pk])
    assert client.get(record).status_code == 404
