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
from expertpool.reviews.models import (
    ItemAssignment,
    ReassignRequest,
    Review,
    ReviewItem,
    ScoreSheet,
)
from expertpool.reviews.queries.assignments import (
    all_have_their_sheets,
    given_by_hand,
    lines_of,
    record_of,
)
from expertpool.reviews.queries.hands import hand_kinds
from expertpool.reviews.queries.results import counting_in
from expertpool.reviews.queries.reviews import is_told_tomorrow
from expertpool.reviews.services.assigning import Share, abandon_assignment
from expertpool.reviews.services.choosing import choose_experts, confirm_choice, hand_in_choice
from expertpool.reviews.services.meeting import follow_seat
from expertpool.reviews.services.replacing import replace_leavers
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account
from tests.factories.scoring import (
    fill_in,
    left,
    make_assigned,
    make_campaign,
    make_open,
    recused,
    seal,
    submit,
)
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
    got = recused(gone, line.item, by=operator, second=supervisor, now=NOW)
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
    assert (entry.note, (entry.after or {})["改由"]) == ("回避：与申报人是同门", str(got[0]))
    event = next(one for one in row.events if one["type"] == "recuse")
    assert (event["via"], event["supervisor"]) == ("operator", "supervisor")
    assert (event["by"]["role"], event["reason_code"]) == ("operator", "listed")
    assert event["witness"] == (entry.after or {})["确认值"]
    with pytest.raises(ReviewRefused, match="不由这位专家评"):
        recused(gone, line.item, by=operator, second=supervisor, now=NOW)


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
        recused(one, line.item, by=operator, second=supervisor, now=NOW)
    whole = make_open(operator, now=NOW)
    sheet = ScoreSheet.objects.filter(reviewer__review=whole)[0]
    with pytest.raises(ReviewRefused, match="不能只回避其中一个"):
        recused(sheet.reviewer, sheet.item, by=operator, second=supervisor, now=NOW)


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
    else:  # nobody is full: whoever has left is followed whatever chance gave
        row = make_assigned(operator, supervisor, now=NOW, share=Share(2, 6))
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
    told = Message.objects.filter(occasion="reviews.opened")
    before = Entry.objects.count(), told.count(), len(row.events)
    with pytest.raises(ReviewRefused, match="请明天再办理"):
        recused(one, line.item, by=operator, second=supervisor, now=noon)
    left(one, by=operator, second=supervisor, now=noon, counts=True)
    assert replace_leavers(now=noon) == 1
    row.refresh_from_db()
    after = Entry.objects.count(), told.count(), len(row.events)
    assert after == (before[0] + 2, *before[1:])  # that it was asked for, and that he left, alone
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
    left(first, by=operator, second=supervisor, now=NOW, counts=False)
    row.refresh_from_db()
    given = given_by_hand(row)
    # Two had nothing, and got one each; nobody lost anything, nobody was chosen by anybody.
    assert Counter(map(len, given.values())) == Counter({1: 3, 0: 1})
    assert not given[1]
    assert sheets_are_whole(review)
    assert row.lacking == 0
    second = review.reviewers.select_related("review", "expert").get(place=2)
    item = review.items.get(place=3)
    (got,) = recused(second, item, by=operator, second=supervisor, now=NOW)
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
        left(
            review.reviewers.select_related("review", "expert").get(place=place),
            by=operator,
            second=supervisor,
            now=NOW,
            counts=False,
        )
    row.refresh_from_db()
    assert row.events == []  # they had nothing
    one = review.reviewers.select_related("review", "expert").get(place=2)
    item = review.items.get(place=3)
    assert recused(one, item, by=operator, second=supervisor, now=NOW) == []
    row.refresh_from_db()
    assert row.lacking == 1
    assert sheets_are_whole(review)


def test_nobody_takes_items_from_an_expert_alone(
    client: Client, operator: User, supervisor: User, admin: User
) -> None:
    """One asks on the page for all items of one expert and one reason; a supervisor agrees, whom no administrator is."""
    row = make_assigned(operator, supervisor, now=NOW)
    lines = lines_of(row.review)
    one = lines[0].reviewers[0]
    his = [line.item for line in lines if one in line.reviewers][:2]
    page = reverse("reviews:assignment", args=[row.review_id])
    url = reverse("reviews:assignment_recuse", args=[one.pk])
    login(client, operator)
    assert url in client.get(page).content.decode()
    said = {"items": [str(item.place) for item in his], "ground": "回避", "reason": ""}
    assert client.post(url, said | {"ground": "就是不要他"}, **HTMX).status_code == 422
    blank = {"ground": "其他", "reason": "\u3164\u3164"}
    assert "请写明登记的理由" in client.post(url, said | blank, **HTMX).content.decode()
    assert client.post(url, said, **HTMX).status_code == 204
    assert one in lines_of(row.review)[0].reviewers  # nothing yet
    assert (
        "等待监督人" in client.get(page).content.decode()
        or "有人申请" in client.get(page).content.decode()
    )
    asked = ReassignRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["reviews.reassign", asked.pk])
    for wrong in (operator, admin):
        login(client, wrong)
        assert client.post(agree).status_code in (302, 403, 404)
        assert one in lines_of(row.review)[0].reviewers
    login(client, supervisor)
    assert his[0].name in client.get(page).content.decode()
    client.post(agree)
    assert all(one not in line.reviewers for line in lines_of(row.review)[:1])
    login(client, operator)
    assert "1 次（回避 1 次）" in client.get(page).content.decode()
    row.refresh_from_db()
    assert find_difference(record_of(row, named=True)) is None
    log = client.get(reverse("projects:detail", args=[row.review.project_id]) + "?tab=log")
    assert "评审专家回避评审对象" in log.content.decode()


def test_nobody_who_was_given_items_leaves_by_one_hand(operator: User, supervisor: User) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    one = lines_of(row.review)[0].reviewers[0]
    with pytest.raises(ReviewRefused, match="须由监督人确认"):
        follow_seat(reviewer=one, actor=operator, now=NOW)
    left(one, by=operator, second=supervisor, now=NOW)
    row.refresh_from_db()
    event = next(one for one in row.events if one["type"] == "exit")
    assert (event["via"], event["supervisor"]) == ("operator", "supervisor")
    assert hand_kinds(row.review) == {"退出": 1}
    assert find_difference(record_of(row, named=True)) is None


def test_an_expert_recuses_himself_and_supervisors_are_told(
    client: Client, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    one = lines_of(row.review)[0].reviewers[0]
    item = lines_of(row.review)[0].item
    account = make_user("expert")
    give_account(one.expert, account)
    url = reverse("reviews:own_recuse", args=[one.pk])
    login(client, account)
    assert url in client.get(reverse("reviews:own_review", args=[one.pk])).content.decode()
    assert "联系不上" not in client.get(url, **HTMX).content.decode()
    said = {"items": [item.alias], "ground": "回避", "reason": "同一课题组"}
    assert client.post(url, said, **HTMX).status_code == 204
    assert one not in lines_of(row.review)[0].reviewers
    row.refresh_from_db()
    event = next(one for one in row.events if one["type"] == "recuse")
    assert (event["by"], event["via"]) == ({"role": "expert"}, "portal")
    assert find_difference(record_of(row, named=True)) is None
    assert hand_kinds(row.review) == {"本人回避": 1}
    told = Message.objects.filter(occasion="reviews.step_alone")
    assert {int(one.key.split(":")[-2]) for one in told} >= {supervisor.pk, operator.pk}
    login(client, operator)
    assert client.post(url, said, **HTMX).status_code in (403, 404)


def test_giving_up_is_told_and_bounded(client: Client, operator: User, supervisor: User) -> None:
    review = make_campaign(operator, now=NOW)
    for _ in range(3):
        row = seal(review, operator, now=NOW)
        with pytest.raises(ReviewRefused, match="放弃的原因"):
            abandon_assignment(assignment=row, reason="\u3164\u3164", actor=operator, now=NOW)
        abandon_assignment(assignment=row, reason="评审对象有误", actor=operator, now=NOW)
    told = Message.objects.filter(occasion="reviews.step_alone")
    people = [int(one.key.split(":")[-2]) for one in told]
    assert people.count(supervisor.pk) == 3
    assert operator.pk not in people  # whose step it was
    assert hand_kinds(review) == {"放弃分配": 3}
    with pytest.raises(ReviewRefused, match="暂不能再试"):
        seal(review, operator, now=NOW)
    login(client, operator)
    page = client.get(reverse("reviews:assignment", args=[review.pk])).content.decode()
    assert "暂不能封存" in page
    assert reverse("reviews:assignment_seal", args=[review.pk]) not in page
    seal(review, operator, now=NOW + timedelta(hours=25))
