"""One of the draws that found a panel is void while its review goes on: what counts, and what does not, is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sheets import build_stored_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ReviewItem
from expertpool.reviews.queries.results import Summary
from expertpool.reviews.services.assigning import Share, give_value, set_assignment
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import follow_seat
from expertpool.reviews.services.organising import (
    Terms,
    add_items,
    create_review,
    open_review,
)
from expertpool.reviews.services.reassigning import Wanted, recuse_himself, request_reassign
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY
from tests.factories.experts import give_account, make_expert, make_tag
from tests.factories.fees import make_rate
from tests.factories.scoring import THINGS, fill_in, make_rule, seal, submit
from tests.factories.widening import accept_all, make_short_draw, widen_to
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


def found_by_two(operator: User, share: Share | None = None) -> tuple[Review, Draw]:
    """An open review of two experts whom the draw found and one whom the draw that widened it did; the latter. By a
    ``share`` each item is given to some of them."""
    tag = make_tag("主抽")
    tag.experts.add(*(make_expert(one) for one in ("甲一", "乙二")))
    for one in ("丙三", "丁四", "戊五", "己六"):
        make_expert(one)
    among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
    drawn = NOW - 29 * HOUR
    base = make_short_draw(
        now=drawn,
        operator=operator,
        groups=[GroupInput("综合", 3, [among])],
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    wider = widen_to(base, now=drawn, actor=operator, g1=[among, EVERYBODY])
    accept_all(wider, now=drawn)
    for one in (base, wider):
        release(draw_id=one.pk, now=base.project.opening_at - HOUR)
    review = create_review(project=base.project, terms=Terms(make_rule()), actor=operator, now=NOW)
    add_items(review=review, things=THINGS, actor=operator, now=NOW)
    if share:
        set_assignment(review=review, share=share, actor=operator, now=NOW)
    for one in open_review(review=review, actor=operator, now=NOW).reviewers.all():
        give_account(one.expert, make_user("expert"))
    return review, wider


def people_of(review: Review) -> list[Reviewer]:
    rows = Reviewer.objects.filter(review=review).select_related("expert__user", "review__project")
    return list(rows.order_by("place"))


def void(draw: Draw, operator: User, supervisor: User) -> None:
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)


def all_submit(rows: list[Reviewer]) -> None:
    for one in rows:
        fill_in(one, now=NOW)
        submit(one, now=NOW)


@pytest.mark.shows("OVW-13")
def test_where_a_part_of_the_panel_is_void_the_rest_goes_on_and_it_is_said(
    client: Client, operator: User, supervisor: User
) -> None:
    review, wider = found_by_two(operator)
    first, second, gone = people_of(review)
    all_submit([first, second, gone])
    void(wider, operator, supervisor)
    login(client, operator)
    url = reverse("reviews:detail", args=[review.pk])
    page = client.get(url).content.decode()
    assert f"{gone.expert.name}由作废的补抽 {wider.number}（" in page
    assert "其余 2 位专家的抽取有效，照常评审、计入结果" in "".join(page.split()).replace(
        "余2位", "余 2 位"
    )
    assert "让作废抽取的专家退出" in page
    assert "从头评审" not in page
    with pytest.raises(ReviewRefused, match="其余专家的抽取有效"):
        end_review(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="让作废抽取的专家退出"):
        follow_seat(reviewer=gone, actor=operator, now=NOW)
    make_rate()
    project = reverse("projects:detail", args=[review.project_id])
    entering = reverse("fees:project", args=[review.project_id])
    for other in (project, f"{project}?tab=experts"):
        assert f"{wider.number}（" in client.get(other).content.decode(), other
    assert client.get(entering).status_code == 404  # while they score
    base = Draw.objects.get(pk=wider.widens_id)
    said = dict(build_stored_sheet(draw=base, now=NOW).head)
    assert wider.number in said["补抽已作废"]
    client.post(reverse("reviews:renew", args=[review.pk]))
    gone.refresh_from_db()
    assert gone.left_at
    assert "抽取已作废，评分表不计入结果" in client.get(url).content.decode()
    end_review(review=review, actor=operator, now=NOW, short=1)
    summary = Summary(review.result)
    assert summary.experts == [first.key, second.key]
    assert summary.void_words == ""
    assert f"{wider.number}（" in client.get(entering).content.decode()


@pytest.mark.shows("OVW-13")
def test_of_a_part_that_is_void_the_page_of_the_assignment_says_it_and_takes_nothing(
    client: Client, operator: User, supervisor: User
) -> None:
    review, wider = found_by_two(operator, Share(2, 9))
    row = seal(review, operator, now=NOW)
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        row = give_value(assignment=row, role=role, value="三六九", actor=actor, now=NOW)
    stays, _, gone = people_of(review)
    url = reverse("reviews:assignment", args=[review.pk])
    ways = [reverse(f"reviews:assignment_{one}", args=[gone.pk]) for one in ("recuse", "exit")]
    page = login(client, operator).get(url).content.decode()
    assert all(one in page for one in ways)
    void(wider, operator, supervisor)
    page = client.get(url).content.decode()
    assert f"{gone.expert.name}由作废的补抽 {wider.number}（" in page
    assert f"{gone.expert.name}（抽取已作废）" in page
    assert not any(one in page for one in ways)
    assert reverse("reviews:assignment_exit", args=[stays.pk]) in page
    given = ReviewItem.objects.filter(pk__in=gone.sheets.values("item"))
    for items in (None, list(given)):
        wanted = Wanted(items=items, ground="回避", reason="与申报人是同门")
        with pytest.raises(ReviewRefused, match="让作废抽取的专家退出"):
            request_reassign(reviewer=gone, wanted=wanted, actor=operator, now=NOW)
    assert gone.expert.user
    with pytest.raises(ReviewRefused, match="让作废抽取的专家退出"):
        recuse_himself(
            reviewer=gone,
            items=list(given),
            ground="回避",
            reason="与申报人是同门",
            actor=gone.expert.user,
            now=NOW,
        )
    # The panel sits already: nobody is drawn for the seat any more.
    for one in (url, reverse("reviews:detail", args=[review.pk])):
        page = client.get(one).content.decode()
        assert "评审时间已到，不能再补抽" in page
        assert "另行补抽" not in page


@pytest.mark.shows("OVW-13")
def test_a_result_says_which_of_its_experts_are_of_a_void_part(
    client: Client, operator: User, supervisor: User
) -> None:
    review, wider = found_by_two(operator)
    people = people_of(review)
    all_submit(people)
    end_review(review=review, actor=operator, now=NOW)
    void(wider, operator, supervisor)
    summary = Summary(review.result)
    assert (
        "（专家 3由它抽中，评分已计入；其余专家的抽取有效），本结果不能采用" in summary.void_words
    )
    assert summary.of_void == {"3"}
