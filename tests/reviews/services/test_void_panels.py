"""Of a panel whose draw is void, or that somebody left, nothing becomes a result."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ReviewResult
from expertpool.reviews.queries.reviews import counting, to_score, what_goes_on
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import follow_seat
from expertpool.reviews.services.organising import remind
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.reviews.services.stopping import stop_review
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, left, make_open, reviewer_of, submit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 15, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def people() -> list[Expert]:
    found = [make_expert() for _ in range(2)]
    for one in found:
        give_account(one, make_user("expert"))
    return found


@pytest.fixture
def review(operator: User, people: list[Expert]) -> Review:
    return make_open(operator, now=NOW, pool=people, seats=2)


def submitted(review: Review, one: Expert) -> Reviewer:
    row = reviewer_of(review, one)
    fill_in(row, now=NOW)
    submit(row, now=NOW)
    return row


def void(review: Review, operator: User, supervisor: User) -> None:
    draw = Draw.objects.get(project=review.project_id)
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=LATER)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=LATER)


@pytest.mark.shows("OVW-13")
def test_a_panel_whose_draw_is_void_makes_no_result(
    client: Client, operator: User, supervisor: User, review: Review, people: list[Expert]
) -> None:
    first, second = (submitted(review, one) for one in people)
    left(first, by=operator, second=supervisor, now=NOW, counts=True)
    assert set(counting(review)) == {first, second}
    void(review, operator, supervisor)
    # Who had left does not count either.
    assert set(counting(review)) == {second}
    with pytest.raises(ReviewRefused, match="已不在评审组"):
        end_review(review=review, actor=operator, now=LATER)
    login(client, operator)
    page = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert f"{second}的抽取已经作废，不再评审" in page


def test_nobody_scores_for_a_draw_that_is_void(
    operator: User, supervisor: User, review: Review, people: list[Expert]
) -> None:
    assert what_goes_on(review.project) == ["评审打分尚未结束"]
    assert to_score(people[0]).exists()
    void(review, operator, supervisor)
    with pytest.raises(ReviewRefused, match="抽取已经作废"):
        fill_in(reviewer_of(review, people[0]), now=LATER)
    assert not to_score(people[0]).exists()
    assert what_goes_on(review.project) == []  # nothing comes of it: the project may be archived


@pytest.mark.shows("OVW-13")
def test_a_panel_whose_draw_is_void_is_told_reminded_of_nothing_and_stopped(
    client: Client, operator: User, supervisor: User, review: Review, people: list[Expert]
) -> None:
    first, second = (reviewer_of(review, one) for one in people)
    submitted(review, people[1])
    asked = request_reassign(
        reviewer=first, wanted=Wanted(items=None, ground="健康原因"), actor=operator, now=NOW
    )
    with pytest.raises(ReviewRefused, match="评审组还有专家"):
        stop_review(review=review, reason="抽取作废", actor=operator, now=LATER)
    void(review, operator, supervisor)
    told = Message.objects.filter(occasion="reviews.voided", channel="site")
    assert {one.recipient for one in told} == {one.expert.name for one in (first, second)}
    with pytest.raises(ReviewRefused, match="不用提醒"):
        remind(review=review, actor=operator, now=LATER)
    assert people[0].user
    login(client, people[0].user)
    assert "抽取已作废" in client.get(reverse("reviews:own")).content.decode()
    own = client.get(reverse("reviews:own_review", args=[first.pk])).content.decode()
    assert "不用再评审" in own
    assert "data-scoring" not in own
    login(client, operator)
    page, url = (reverse(f"reviews:{one}", args=[review.pk]) for one in ("detail", "stop"))
    assert url in client.get(page).content.decode()
    client.post(url)
    review.refresh_from_db()
    assert review.ended_at is None, "it takes a reason"
    client.post(url, {"reason": "抽取已经作废，另行组织"})
    review.refresh_from_db()
    assert review.ended_at
    assert not ReviewResult.objects.exists()
    shown = client.get(page).content.decode()
    assert "评审已停止" in shown
    assert f"{operator.name} 停止，评审没有结果。原因：抽取已经作废，另行组织" in shown
    # What waited about it can come to nothing: who asked is told, and nobody is asked any more.
    asked.refresh_from_db()
    assert (asked.agreed, asked.note) == (False, "评审已停止")


def test_who_is_of_a_void_draw_does_not_leave_alone(
    client: Client, operator: User, supervisor: User, review: Review, people: list[Expert]
) -> None:
    void(review, operator, supervisor)
    one = reviewer_of(review, people[0])
    with pytest.raises(ReviewRefused, match="请点「换成新的评审组」"):
        follow_seat(reviewer=one, actor=operator, now=LATER)
    login(client, operator)  # the page has no button for it: by address
    client.post(reverse("reviews:leave", args=[one.pk]))
    one.refresh_from_db()
    assert one.left_at is None


def test_who_left_the_panel_has_to_leave_its_review_before_it_ends(
    operator: User, review: Review, people: list[Expert]
) -> None:
    first, second = (submitted(review, one) for one in people)
    record_answer(
        invitation=first.invitation,
        state=InvitationState.REPLACED,
        reason="突发疾病",
        actor=operator,
        now=first.review.project.opening_at,
        entropy=SeededEntropy(3),
    )
    with pytest.raises(ReviewRefused, match=f"{first}已不在评审组"):
        end_review(review=review, actor=operator, now=LATER)
    with pytest.raises(ReviewRefused, match="须由监督人确认"):  # he sits there still
        follow_seat(reviewer=second, actor=operator, now=LATER)
    # The draw had a reason and a second person: his sheet does not count, whoever would like it to.
    gone = follow_seat(reviewer=first, actor=operator, now=LATER)
    assert (gone.left_why, gone.counts) == ("已在抽取中退出席位", False)
    # One of two scores: nobody ends it so who has not been told.
    with pytest.raises(ReviewRefused, match="评审开始时 2 位专家，现在计入结果的只有 1 位"):
        end_review(review=review, actor=operator, now=LATER)
    assert end_review(review=review, actor=operator, now=LATER, short=1).ended_at == LATER
    assert list(counting(review)) == [second]


@pytest.mark.shows("OVW-13")
def test_who_had_submitted_reads_in_his_list_that_his_draw_is_void(
    client: Client, operator: User, supervisor: User, review: Review, people: list[Expert]
) -> None:
    submitted(review, people[0])
    assert people[0].user
    login(client, people[0].user)
    page = reverse("reviews:own")
    assert "已提交" in client.get(page).content.decode()
    void(review, operator, supervisor)
    shown = client.get(page).content.decode()
    assert "抽取已作废" in shown
    assert "已提交" not in shown.split("<tbody>")[1]
