"""What a review lacks before it may end: nobody scores an item, fewer than were set, whom the draw has seated since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import ActionCode, InvitationState
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.notifications.models import Message
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ReassignRequest, Review, Reviewer, ReviewResult
from expertpool.reviews.queries.lacking import lacking_in
from expertpool.reviews.queries.reviews import unjoined
from expertpool.reviews.services.assigning import Share
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import bring_in, follow_seat
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.workflow.services.two_persons import decide
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.experts import give_account
from tests.factories.scoring import fill_in, left, make_assigned, submit, with_panel
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HTMX = {"HTTP_HX_REQUEST": "true"}


def all_submit(review: Review) -> None:
    rows = Reviewer.objects.filter(review=review, left_at=None, sheets__isnull=False).distinct()
    for row in rows.select_related("review__project", "expert__user"):
        if row.expert.user is None:
            give_account(row.expert, make_user("expert"))
            row.expert.refresh_from_db()
        if not row.submissions.exists():
            fill_in(row, now=NOW)
            submit(row, now=NOW)


def recuse(client: Client, row: Reviewer, place: int) -> str:
    """He says on his own page that he has to stay away from the item at ``place``; return what he is answered."""
    account = row.expert.user or make_user("expert")
    give_account(row.expert, account)
    login(client, account)
    item = row.review.items.get(place=place)
    data = {"items": [item.alias], "ground": "回避", "reason": "同门"}
    url = reverse("reviews:own_recuse", args=[row.pk])
    return client.post(url, data, **HTMX).headers.get("HX-Trigger", "")  # type: ignore[arg-type]


@pytest.mark.shows("OVW-12")
def test_what_nobody_scores_keeps_a_review_from_its_end(
    client: Client, operator: User, supervisor: User
) -> None:
    """Each was given one of two; who was given the first gives it back, and so does who got it instead."""
    row = make_assigned(operator, supervisor, now=NOW, share=Share(1, 2), things=2, seats=2)
    review = row.review
    first = Reviewer.objects.get(review=review, sheets__item__place=1)
    other = Reviewer.objects.exclude(pk=first.pk).get(review=review)
    assert "改由其他专家评" in decoded(recuse(client, first, 1))
    said = decoded(recuse(client, other, 1))
    assert "L-1 课题1暂缺接替的专家" in said
    assert "改由其他专家评" not in said
    told = Message.objects.filter(occasion="reviews.step_alone", channel="site")
    assert any("暂缺接替的专家" in one.body for one in told)
    all_submit(review)
    with pytest.raises(ReviewRefused, match="L-1没有专家评"):
        end_review(review=review, actor=operator, now=NOW, short=1)
    assert not ReviewResult.objects.exists()
    login(client, operator)
    page = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert "有评审对象没有专家评" in page
    assert reverse("reviews:end", args=[review.pk]) not in page


def decoded(header: str) -> str:
    return header.encode().decode("unicode_escape") if "\\u" in header else header


@pytest.mark.shows("OVW-12")
def test_that_fewer_score_than_were_set_is_said_before_and_confirmed(
    client: Client, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW, share=Share(2, 2), things=2, seats=2)
    review = row.review
    left(Reviewer.objects.filter(review=review)[0], by=operator, second=supervisor, now=NOW)
    all_submit(review)
    lacking = lacking_in(review)
    assert (lacking.short, lacking.nobody) == (2, [])
    login(client, operator)
    page = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert "L-1（设 2 位，现 1 位）、L-2（设 2 位，现 1 位）评审对象的专家比设定的少" in page
    url = reverse("reviews:end", args=[review.pk])
    assert f"{url}?short=2" in page
    refused = client.post(url, follow=True).content.decode()  # as a page of before would
    assert "请看清评审页面的提示" in refused
    assert not ReviewResult.objects.exists()
    client.post(f"{url}?short=2")
    assert ReviewResult.objects.get().content["result"]["unscored"] == []
    entry = Entry.objects.get(action="review.end")
    assert "设 2 位，现 1 位" in (entry.after or {})["评审对象缺专家"]


def replaced(row: Reviewer, by: User, *, at: datetime | None = None) -> None:
    """The draw gives the seat of ``row`` to who stood by."""
    at = at or row.review.project.opening_at
    state, entropy = InvitationState.REPLACED, SeededEntropy(3)
    record_answer(
        invitation=row.invitation, state=state, reason="突发疾病", actor=by, now=at, entropy=entropy
    )


@pytest.mark.shows("OVW-13")
def test_whom_the_draw_has_seated_since_comes_in_when_the_seat_is_followed(
    operator: User,
) -> None:
    one, _other = with_panel(operator, NOW, seats=2, standbys=1)
    review = one.review
    replaced(one, operator)
    (line,) = unjoined(review)
    follow_seat(reviewer=one, actor=operator, now=NOW)
    made = Reviewer.objects.get(review=review, invitation=line)
    assert (made.left_at, made.sheets.count()) == (None, 2)
    assert unjoined(review) == []
    assert Message.objects.filter(occasion="reviews.opened", key__contains=f":{made.pk}").exists()


@pytest.mark.shows("OVW-13")
def test_a_review_ends_without_nobody_whom_the_draw_has_seated(
    client: Client, operator: User, supervisor: User
) -> None:
    """He was let go by two persons before the draw gave his seat to another, whom one person alone would have left out."""
    one, _other = with_panel(operator, NOW, seats=2, standbys=1)
    review = one.review
    left(one, by=operator, second=supervisor, now=NOW)
    replaced(one, operator)
    all_submit(review)
    (line,) = unjoined(review)
    with pytest.raises(ReviewRefused, match="抽取已递补 1 位专家"):
        end_review(review=review, actor=operator, now=NOW, short=1)
    login(client, operator)
    page = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert "有递补的专家还没有加入评审" in page
    # The planned end is over, and with it what the draw can do.
    assert "不能评审的，加入后办理退出" in page
    assert reverse("reviews:end", args=[review.pk]) not in page
    bring_in(review=review, invitation_id=line, actor=operator, now=NOW + timedelta(minutes=1))
    all_submit(review)
    assert end_review(review=review, actor=operator, now=NOW).ended_at


@pytest.mark.shows("OVW-13")
def test_past_the_planned_end_the_draw_says_that_the_panel_still_scores(
    client: Client, operator: User
) -> None:
    """Who has begun to score is not replaced by a draw any more; that the review is over would not be so."""
    row, _other = with_panel(operator, NOW, seats=2, standbys=1)
    closing = row.review.project.closing_at
    assert closing <= NOW

    def why_not() -> str:
        draw = Draw.objects.get(pk=row.invitation.draw_id)
        return actions_for(draw, operator, now=NOW)[ActionCode.RECORD_REPLY].why_not

    assert f"已过预定的评审结束时间（{moment_text(closing)}）" in why_not()
    assert "评审打分结束之前有专家不能继续的，请在评审页面办理退出" in why_not()
    with pytest.raises(ReplyRefused) as refused:
        replaced(row, operator, at=NOW)
    assert str(refused.value) == why_not()
    login(client, operator)
    page = client.get(reverse("reviews:detail", args=[row.review.pk])).content.decode()
    assert reverse("reviews:assignment_exit", args=[row.pk]) in page
    all_submit(row.review)
    end_review(review=row.review, actor=operator, now=NOW)
    assert "评审页面" not in why_not()


def waits(reviewer: Reviewer, wanted: Wanted, by: User) -> ReassignRequest:
    return request_reassign(reviewer=reviewer, wanted=wanted, actor=by, now=NOW)


def told_of(asked: ReassignRequest, why: str) -> bool:
    """Whether ``asked`` has ended for ``why``, and who asked was told, once."""
    asked.refresh_from_db()
    told = [one for one in Message.objects.filter(occasion="request.expired") if why in one.body]
    return (asked.agreed, asked.note, len(told)) == (False, why, 1)


@pytest.mark.shows("OVW-12")
def test_what_can_come_to_nothing_waits_for_nobody(
    client: Client, operator: User, supervisor: User
) -> None:
    """Asked for were that one stays away from an item, and that another leaves: he says the first himself, and the review ends."""
    share = Share(1, 2)
    row = make_assigned(operator, supervisor, now=NOW, share=share, things=2, seats=2)
    review, item = row.review, row.review.items.get(place=1)
    first = Reviewer.objects.get(review=review, sheets__item=item)
    other = Reviewer.objects.exclude(pk=first.pk).get(review=review)
    away = waits(first, Wanted(items=[item], ground="回避"), operator)
    gone = waits(other, Wanted(items=None, ground="健康原因"), operator)
    recuse(client, first, 1)
    assert told_of(away, "专家已回避这些评审对象")
    gone.refresh_from_db()
    assert gone.decided_at is None, "it is about another"
    all_submit(review)
    end_review(review=review, actor=operator, now=NOW)
    assert told_of(gone, "评审已结束")


@pytest.mark.shows("OVW-13")
def test_what_waits_about_who_follows_his_seat_ends(operator: User) -> None:
    one, _other = with_panel(operator, NOW, seats=2, standbys=1)
    asked = waits(one, Wanted(items=None, ground="健康原因"), operator)
    replaced(one, operator)
    follow_seat(reviewer=one, actor=operator, now=NOW)
    assert told_of(asked, "专家已退出评审")


@pytest.mark.shows("OVW-08")
def test_who_asked_is_told_once_that_he_was_turned_down(operator: User, supervisor: User) -> None:
    one, _other = with_panel(operator, NOW, seats=2, standbys=1)
    asked = waits(one, Wanted(items=None, ground="健康原因"), operator)
    decide(asked, agree=False, note="请先让他说明情况", actor=supervisor, now=NOW)
    (told,) = Message.objects.filter(occasion="request.turned_down")
    assert told.recipient == operator.name
    assert "请先让他说明情况" in told.body
    assert supervisor.name in told.body
