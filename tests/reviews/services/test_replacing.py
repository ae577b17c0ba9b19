"""What was given goes on to others: somebody leaves, or gives back one item from which he has to stay away."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, ReviewItem, ScoreSheet
from expertpool.reviews.queries.assignments import (
    all_have_their_sheets,
    given_by_hand,
    lines_of,
    record_of,
)
from expertpool.reviews.queries.results import counting_in
from expertpool.reviews.queries.reviews import is_told_tomorrow
from expertpool.reviews.services.assigning import Share
from expertpool.reviews.services.choosing import choose_experts, confirm_choice, hand_in_choice
from expertpool.reviews.services.meeting import let_leave
from expertpool.reviews.services.replacing import recuse, replace_leavers
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account
from tests.factories.scoring import fill_in, make_assigned, make_campaign, make_open, submit
from tests.fixtures import login
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HTMX = {"HTTP_HX_REQUEST": "true"}


def chosen_by_hand(operator: User, supervisor: User) -> ItemAssignment:
    """Three items of four experts, one each: the first has two."""
    share = Share(1, 2, by_hand=True, why="项目涉密，须指定专家")
    review = make_campaign(operator, now=NOW, share=share, things=3, seats=4)
    for place, expert in ((1, 1), (2, 1), (3, 2)):
        item = ReviewItem.objects.select_related("review__project").get(review=review, place=place)
        choose_experts(item=item, places=[expert], actor=operator, now=NOW)
    row = hand_in_choice(review=review, actor=operator, now=NOW)
    return confirm_choice(assignment=row, actor=supervisor, now=NOW)


def sheets_are_whole(review: Review) -> bool:
    return all_have_their_sheets(review, counting_in(review))


@pytest.mark.shows("OVW-12")
def test_one_item_is_given_back_and_goes_on_by_the_same_tickets(
    operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    review, (line, *_) = row.review, lines_of(row.review)
    before = {sheet.pk for sheet in ScoreSheet.objects.filter(reviewer__review=review)}
    gone = line.reviewers[0]
    with pytest.raises(ReviewRefused, match="回避的原因"):
        recuse(reviewer=gone, item=line.item, reason=" ", actor=operator, now=NOW)
    got = recuse(reviewer=gone, item=line.item, reason="与申报人是同门", actor=operator, now=NOW)
    after = lines_of(review)[0].reviewers
    assert len(after) == len(line.reviewers)
    assert gone not in after
    assert set(after) - set(line.reviewers) == set(got)
    # Nobody else lost anything, and the record of it holds before all who check it.
    kept = {sheet.pk for sheet in ScoreSheet.objects.filter(reviewer__review=review)}
    assert len(before - kept) == len(kept - before) == 1
    row.refresh_from_db()
    assert find_difference(record_of(row, named=False)) is None
    assert sheets_are_whole(review)
    assert Message.objects.filter(occasion="reviews.opened", channel="site").count() == 4 + 1
    entry = Entry.objects.get(action="review.recuse")
    assert (entry.note, (entry.after or {})["改由"]) == ("与申报人是同门", str(got[0]))
    with pytest.raises(ReviewRefused, match="不由这位专家评"):
        recuse(reviewer=gone, item=line.item, reason="与申报人是同门", actor=operator, now=NOW)


def test_who_has_submitted_or_scores_all_gives_nothing_back(
    operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    line = lines_of(row.review)[0]
    one = line.reviewers[0]
    give_account(one.expert, make_user("expert"))
    one.expert.refresh_from_db()
    fill_in(one, now=NOW)
    submit(one, now=NOW)
    with pytest.raises(ReviewRefused, match="请先退回"):
        recuse(reviewer=one, item=line.item, reason="与申报人是同门", actor=operator, now=NOW)
    whole = make_open(operator, now=NOW)
    sheet = ScoreSheet.objects.filter(reviewer__review=whole)[0]
    with pytest.raises(ReviewRefused, match="不能只回避其中一个"):
        recuse(
            reviewer=sheet.reviewer,
            item=sheet.item,
            reason="与投标人有关系",
            actor=operator,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("by_hand", "has_submitted"), [(False, False), (False, True), (True, False)]
)
def test_that_somebody_leaves_says_tomorrow_only_who_had_submitted(
    client: Client, operator: User, supervisor: User, *, has_submitted: bool, by_hand: bool
) -> None:
    """The office lets somebody leave on a day on which names are sealed, to see by what goes on whether he was at his account;
    he, and others, have submitted or not: nothing that it is shown, or that is logged or sent, differs."""
    noon = timezone.localtime(NOW).replace(hour=12, minute=0)
    if by_hand:
        row = chosen_by_hand(operator, supervisor)
    else:
        row = make_assigned(operator, supervisor, now=NOW)
    review, line = row.review, lines_of(row.review)[0]
    one = line.reviewers[0]
    give_account(one.expert, make_user("expert"))
    one.expert.refresh_from_db()
    fill_in(one, now=noon)
    if has_submitted:
        submit(one, now=noon)
    Project.objects.filter(pk=review.project_id).update(opening_at=NOW - timedelta(days=9))
    make_draw(now=NOW, operator=operator)
    assert is_told_tomorrow(review)
    before = Entry.objects.count(), Message.objects.count(), len(row.events)
    with pytest.raises(ReviewRefused, match="请明天再办理"):
        recuse(reviewer=one, item=line.item, reason="与申报人是同门", actor=operator, now=noon)
    let_leave(reviewer=one, reason="突发疾病", counts=True, actor=operator, now=noon)
    assert replace_leavers(now=noon) == 1
    row.refresh_from_db()
    after = Entry.objects.count(), Message.objects.count(), len(row.events)
    assert after == (before[0] + 1, *before[1:])  # that he left, alone
    login(client, operator)
    page = client.get(reverse("reviews:assignment", args=[review.pk])).content.decode()
    assert "接替明天办理" in page
    midnight = noon.replace(hour=0, minute=5) + timedelta(days=1)
    for _ in range(2):
        replace_leavers(now=midnight)
    row.refresh_from_db()
    held = ScoreSheet.objects.filter(reviewer__review=review, reviewer__left_at__isnull=True)
    gone = held.filter(item=line.item).count()
    assert gone == len(line.reviewers) - (1 if has_submitted else 0)
    assert Entry.objects.filter(action="review.reassign").count() == 1
    assert sheets_are_whole(review)
    if not by_hand:
        assert find_difference(record_of(row, named=False)) is None


@pytest.mark.shows("OVW-12")
def test_what_was_chosen_by_hand_goes_on_to_who_has_fewest(
    operator: User, supervisor: User
) -> None:
    row = chosen_by_hand(operator, supervisor)
    review = row.review
    first = review.reviewers.select_related("review", "expert").get(place=1)
    let_leave(reviewer=first, reason="突发疾病", counts=False, actor=operator, now=NOW)
    row.refresh_from_db()
    given = given_by_hand(row)
    # Two had nothing, and got one each; nobody lost anything, nobody was chosen by anybody.
    assert Counter(map(len, given.values())) == Counter({1: 3, 0: 1})
    assert not given[1]
    assert sheets_are_whole(review)
    assert row.lacking == 0
    second = review.reviewers.select_related("review", "expert").get(place=2)
    item = review.items.get(place=3)
    (got,) = recuse(reviewer=second, item=item, reason="与申报人是同门", actor=operator, now=NOW)
    assert got.place in (3, 4)
    assert sheets_are_whole(review)
    # Who wrote another history behind the same end is found out.
    row.refresh_from_db()
    events = row.events
    events[0] |= {"in": 2}
    ItemAssignment.objects.filter(pk=row.pk).update(events=events)
    with pytest.raises(ReviewRefused, match="在系统之外被改动过"):
        sheets_are_whole(review)


def test_where_nobody_is_left_it_says_what_is_lacking(operator: User, supervisor: User) -> None:
    row = chosen_by_hand(operator, supervisor)
    review = row.review
    for place in (3, 4):
        let_leave(
            reviewer=review.reviewers.select_related("review", "expert").get(place=place),
            reason="突发疾病",
            counts=False,
            actor=operator,
            now=NOW,
        )
    row.refresh_from_db()
    assert row.events == []  # they had nothing
    one = review.reviewers.select_related("review", "expert").get(place=2)
    item = review.items.get(place=3)
    assert recuse(reviewer=one, item=item, reason="与申报人是同门", actor=operator, now=NOW) == []
    row.refresh_from_db()
    assert row.lacking == 1
    assert sheets_are_whole(review)


def test_the_page_of_giving_back(client: Client, operator: User, supervisor: User) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    line = lines_of(row.review)[0]
    login(client, operator)
    url = reverse("reviews:assignment_recuse", args=[line.item.pk])
    page = reverse("reviews:assignment", args=[row.review_id])
    assert url in client.get(page).content.decode()
    assert line.reviewers[0].expert.name in client.get(url, **HTMX).content.decode()
    said = {"expert": line.reviewers[0].place, "reason": "与申报人是同门"}
    assert client.post(url, said, **HTMX).status_code == 204
    assert line.reviewers[0] not in lines_of(row.review)[0].reviewers
