"""A review that can come to no end is stopped by two persons: told, counted, without a result."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ReviewResult, StopRequest
from expertpool.reviews.queries.hands import hands_words
from expertpool.reviews.services.assigning import Share
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.reviews.services.stopping import request_stop, stop_review
from expertpool.workflow.services.two_persons import decide
from tests.factories.accounts import make_user
from tests.factories.experts import give_account
from tests.factories.scoring import fill_in, make_assigned, submit, with_panel
from tests.fixtures import login
from tests.reviews.services.test_ending import all_submit, recuse

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(minutes=1)


@pytest.mark.shows("OVW-13")
def test_what_nobody_can_score_any_more_is_stopped_by_two(
    client: Client, operator: User, supervisor: User
) -> None:
    """All stay away from the first item: the review neither ends nor may one person stop it."""
    row = make_assigned(operator, supervisor, now=NOW, share=Share(1, 2), things=2, seats=2)
    review = row.review
    people = list(review.reviewers.order_by("place"))
    for one in sorted(people, key=lambda one: not one.sheets.filter(item__place=1).exists()):
        recuse(client, one, 1)
    all_submit(review)
    with pytest.raises(ReviewRefused, match="请点「停止评审」，由监督人确认"):
        end_review(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="请申请停止评审，由监督人确认"):
        stop_review(review=review, reason="无人能评", actor=operator, now=NOW)
    login(client, operator)
    page = reverse("reviews:detail", args=[review.pk])
    url = reverse("workflow:request_ask", args=["reviews.stop", review.pk])
    assert url in client.get(page).content.decode()
    client.post(url, {"reason": "全部专家须回避 L-1"})
    review.refresh_from_db()
    assert review.ended_at is None, "a supervisor has to agree"
    assert url not in client.get(page).content.decode(), "asked once"
    login(client, supervisor)
    asked = StopRequest.objects.get()
    client.post(reverse("workflow:request_agree", args=["reviews.stop", asked.pk]))
    review.refresh_from_db()
    assert review.ended_at
    assert not ReviewResult.objects.exists()
    shown = client.get(page).content.decode()
    assert (
        f"{operator} 申请、{supervisor} 确认停止，评审没有结果。原因：全部专家须回避 L-1" in shown
    )
    assert "停止评审 1 次" in shown
    assert Entry.objects.get(action="review.stop").note == "全部专家须回避 L-1"
    told = Message.objects.filter(occasion="reviews.stopped", channel="site")
    assert told.count() == len(people)


def test_what_is_asked_of_a_stop_and_what_it_ends(operator: User, supervisor: User) -> None:
    one, _other = with_panel(operator, NOW, seats=2, standbys=0)
    review = one.review
    wanted = Wanted(items=None, ground="健康原因")
    gone = request_reassign(reviewer=one, wanted=wanted, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="请写明停止评审的原因"):
        request_stop(subject=review, reason="", actor=operator, now=NOW)
    asked = request_stop(subject=review, reason="文件有重大缺陷", actor=operator, now=NOW)
    decide(asked, agree=False, note="请先澄清", actor=supervisor, now=NOW)
    review.refresh_from_db()
    assert (review.ended_at, hands_words(review)) == (None, "0 次")
    asked = request_stop(subject=review, reason="文件有重大缺陷", actor=operator, now=LATER)
    with pytest.raises(ReviewRefused):
        decide(asked, agree=True, note="", actor=operator, now=LATER)
    decide(asked, agree=True, note="", actor=supervisor, now=LATER)
    gone.refresh_from_db()
    assert (gone.agreed, gone.note) == (False, "评审已停止")
    with pytest.raises(ReviewRefused, match="已经结束"):
        request_stop(subject=review, reason="再停", actor=operator, now=LATER)


@pytest.mark.shows("OVW-13")
def test_a_stopped_review_says_so_wherever_it_is_shown(
    client: Client, operator: User, supervisor: User
) -> None:
    one, other = with_panel(operator, NOW, seats=2, standbys=0)
    review = one.review
    for row in (one, other):
        give_account(row.expert, make_user("expert"))
    fill_in(one, now=NOW)
    submit(one, now=NOW)
    asked = request_stop(subject=review, reason="文件有重大缺陷", actor=operator, now=NOW)
    decide(asked, agree=True, note="", actor=supervisor, now=LATER)
    login(client, operator)
    rows, page = reverse("reviews:list"), reverse("reviews:detail", args=[review.pk])
    name = review.project.name
    assert name in client.get(f"{rows}?tab=stopped").content.decode()
    assert name not in client.get(f"{rows}?tab=ended").content.decode()
    of_project = reverse("projects:detail", args=[review.project_id]) + "?tab=reviews"
    of_expert = reverse("experts:detail", args=[other.expert_id]) + "?tab=reviews"
    for url in (page, of_project, of_expert):
        shown = client.get(url).content.decode()
        assert "已停止" in shown, url
        assert "已结束" not in shown, url
        assert "没有提交" not in shown, url
    board = client.get(reverse("reviews:board", args=[review.pk])).content.decode()
    assert "评审已停止，没有结果" in board
    assert "未提交<b>" not in board
    for row in (one, other):
        login(client, row.expert.user)
        assert "已停止" in client.get(reverse("reviews:own")).content.decode()
        own = client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
        assert "组织单位申请、监督人确认停止了评审，原因见发给您的通知，没有结果" in own
        assert "没有提交" not in own
