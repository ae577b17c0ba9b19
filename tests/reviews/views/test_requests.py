"""Requests about who scores, as pages show them: whom they are about, and no button that could only refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.reviews.models import Reviewer
from expertpool.reviews.queries.reviews import standbys
from expertpool.reviews.services.assigning import Share
from expertpool.reviews.services.reassigning import Wanted, request_bring_in, request_reassign
from expertpool.reviews.services.returning import request_hand_back
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import (
    fill_in,
    left,
    make_assigned,
    make_campaign,
    make_open,
    reviewer_of,
    submit,
    with_panel,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EXIT = Wanted(items=None, ground="健康原因", reason="住院")


def page(client: Client, by: User, name: str, *arguments: object) -> str:
    login(client, by)
    return client.get(reverse(f"reviews:{name}", args=arguments)).content.decode()


def exit_of(one: Reviewer) -> str:
    return reverse("reviews:assignment_exit", args=[one.pk])


@pytest.mark.shows("OVW-13")
def test_whoever_decides_reads_whom_a_request_is_about(
    client: Client, operator: User, supervisor: User
) -> None:
    people: list[Expert] = [make_expert("王立新"), make_expert("李四")]
    give_account(people[0], make_user("expert"))
    review = make_open(operator, now=NOW, pool=people)
    one, other = (reviewer_of(review, expert) for expert in people)
    asked = request_reassign(reviewer=one, wanted=EXIT, actor=operator, now=NOW)
    words = f"{one}退出评审，已提交的评分表不计入结果（王立新）"
    assert words in page(client, supervisor, "detail", review.pk)
    look = reverse("workflow:request_look", args=["reviews.reassign", asked.pk])
    assert words in client.get(look).content.decode(), "where he decides"
    # Nobody else's account has told, nor has any message.
    assert all(
        "王立新" not in told.body for told in Message.objects.filter(occasion="request.asked")
    )
    seen = page(client, operator, "detail", review.pk)
    assert exit_of(one) not in seen, "another would be refused"
    assert exit_of(other) in seen


@pytest.mark.shows("OVW-13")
def test_whoever_decides_reads_whose_sheet_is_handed_back(
    client: Client, operator: User, supervisor: User
) -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    review = make_open(operator, now=NOW, pool=[expert])
    one = reviewer_of(review, expert)
    fill_in(one, now=NOW)
    sheet = submit(one, now=NOW)
    asked = request_hand_back(subject=sheet, reason="漏看附件三", actor=operator, now=NOW)
    words = f"{one}的评分表第 1 版（王立新）"
    assert words in page(client, supervisor, "detail", review.pk)
    look = reverse("workflow:request_look", args=["reviews.return", asked.pk])
    assert words in client.get(look).content.decode()


@pytest.mark.shows("OVW-13")
def test_who_has_left_is_handed_nothing_back(
    client: Client, operator: User, supervisor: User
) -> None:
    people: list[Expert] = [make_expert(), make_expert()]
    give_account(people[0], make_user("expert"))
    review = make_open(operator, now=NOW, pool=people)
    one = reviewer_of(review, people[0])
    fill_in(one, now=NOW)
    made = submit(one, now=NOW)
    url = reverse("workflow:request_ask", args=["reviews.return", made.pk])
    assert url in page(client, operator, "detail", review.pk)
    left(one, by=operator, second=supervisor, now=NOW, counts=True)
    assert url not in page(client, operator, "detail", review.pk)


@pytest.mark.shows("OVW-12")
def test_no_review_offers_its_end_before_its_items_are_given(
    client: Client, operator: User, supervisor: User
) -> None:
    review = make_campaign(operator, now=NOW)
    assert reverse("reviews:end", args=[review.pk]) not in page(
        client, operator, "detail", review.pk
    )
    row = make_assigned(operator, supervisor, now=NOW, share=Share(1, 2), things=2, seats=2)
    one = Reviewer.objects.filter(review=row.review).select_related("review__project")[0]
    assert exit_of(one) in page(client, operator, "assignment", row.review_id)
    request_reassign(reviewer=one, wanted=EXIT, actor=operator, now=NOW)
    assert exit_of(one) not in page(client, operator, "assignment", row.review_id)


@pytest.mark.shows("OVW-13")
def test_that_nobody_has_left_is_said_where_a_standby_is_to_come_in(
    client: Client, operator: User, supervisor: User
) -> None:
    one, _other = with_panel(operator, NOW, seats=2, standbys=1)
    review = one.review
    (standby,) = standbys(review)
    request_bring_in(
        review=review,
        invitation_id=standby.invitation_id,
        ground="其他",
        reason="须有人核算",
        actor=operator,
        now=NOW + timedelta(minutes=1),
    )
    seen = page(client, supervisor, "detail", review.pk)
    assert "现在没有空出的席位，加入后共 3 位专家评审" in seen
    assert standby.name in seen
    told = Message.objects.filter(occasion="request.asked", channel="site")
    assert all("候补专家加入评审" in one.body for one in told)
