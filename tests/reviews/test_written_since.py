"""What was written past the system, and what was voided, since a review was sealed: its pages and prints say it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.draws.models import Draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.reviews.models import Review, Reviewer
from expertpool.reviews.services.assigning import Share
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.reviews.services.watching import tell_altered
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, left, make_assigned, make_open, submit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def scored(review: Review) -> Review:
    rows = Reviewer.objects.filter(review=review, left_at=None, sheets__isnull=False).distinct()
    for row in rows.select_related("review__project", "expert__user"):
        give_account(row.expert, make_user("expert"))
        row.expert.refresh_from_db()
        fill_in(row, now=NOW)
        submit(row, now=NOW)
    return review


def write(statement: str) -> None:
    """As somebody with the application's account of the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def page(client: Client, by: User, name: str, *arguments: object) -> str:
    login(client, by)
    return client.get(reverse(f"reviews:{name}", args=arguments)).content.decode()


@pytest.mark.shows("OVW-15")
def test_a_result_whose_draw_is_void_by_now_says_so_wherever_it_is_read(
    client: Client, operator: User, supervisor: User, admin: User
) -> None:
    people: list[Expert] = [make_expert() for _ in range(2)]
    review = scored(make_open(operator, now=NOW, pool=people))
    review = end_review(review=review, actor=operator, now=NOW)
    words = "所依据的抽取已经作废"
    assert words not in page(client, admin, "result", review.pk)
    draw, later = Draw.objects.get(project=review.project_id), NOW + timedelta(minutes=5)
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=later)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=later)
    for name in ("detail", "result"):
        assert f"{words}：{draw.number}" in page(client, admin, name, review.pk)
    book = client.get(reverse("reviews:result_file", args=[review.pk, "xlsx"]))
    content = b"".join(book.streaming_content) if book.streaming else book.content
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert any(words in str(one) for row in sheet.iter_rows(values_only=True) for one in row)
    tab = reverse("projects:detail", args=[review.project_id]) + "?tab=reviews"
    assert words in client.get(tab).content.decode()


@pytest.mark.shows("OVW-15")
def test_hands_of_a_result_are_those_of_its_record(
    client: Client, operator: User, supervisor: User, admin: User
) -> None:
    share = Share(1, 2)
    row = make_assigned(operator, supervisor, now=NOW, share=share, things=2, seats=3)
    review, gone = row.review, Reviewer.objects.filter(sheets__item__place=1).get()
    left(gone, by=operator, second=supervisor, now=NOW)
    scored(review)
    end_review(review=review, actor=operator, now=NOW)
    write("UPDATE reviews_itemassignment SET events = '[]'")
    assert "人工干预 1 次（退出 1 次）" in page(client, admin, "result", review.pk)
    for name in ("detail", "assignment"):
        shown = page(client, admin, name, review.pk)
        assert "不能采信" in shown
        assert "0 次" not in shown
    assert forged_rows(now=NOW) == {"评审对象分配": 1}


@pytest.mark.shows("OVW-13")
def test_why_somebody_left_is_proven(
    client: Client, operator: User, supervisor: User, admin: User
) -> None:
    people: list[Expert] = [make_expert() for _ in range(2)]
    review = make_open(operator, now=NOW, pool=people)
    left(Reviewer.objects.filter(review=review)[0], by=operator, second=supervisor, now=NOW)
    scored(review)
    end_review(review=review, actor=operator, now=NOW, short=1)
    assert "突发疾病" in page(client, admin, "result", review.pk)
    write("UPDATE reviews_reviewer SET left_why = '自愿' WHERE left_at IS NOT NULL")
    for name in ("detail", "result"):
        shown = page(client, admin, name, review.pk)
        assert "自愿" not in shown
        assert "数据被改动过" in shown
    assert forged_rows(now=NOW) == {"评审专家": 1}


@pytest.mark.shows("OVW-13")
def test_a_request_that_somebody_has_changed_does_not_vanish_in_silence(
    client: Client, operator: User, supervisor: User
) -> None:
    review = make_open(operator, now=NOW)
    row = Reviewer.objects.filter(review=review).select_related("review__project")[0]
    request_reassign(
        reviewer=row, wanted=Wanted(items=None, ground="健康原因"), actor=operator, now=NOW
    )
    assert forged_rows(now=NOW) == {}
    write("UPDATE reviews_reassignrequest SET expires_at = expires_at + interval '1 day'")
    assert forged_rows(now=NOW) == {"回避、退出、候补申请": 1}
    for one in (operator, supervisor):
        assert "申请被改动过" in page(client, one, "detail", review.pk)


@pytest.mark.shows("OVW-13")
def test_who_supervises_is_told_once_of_what_was_written_past_the_system(
    operator: User, supervisor: User
) -> None:
    make_open(operator, now=NOW)
    assert tell_altered(now=NOW) == 0
    write("UPDATE reviews_reviewer SET is_leader = true WHERE place = 1")
    told = Message.objects.filter(occasion="reviews.altered")
    assert tell_altered(now=NOW) == 1
    first = told.count()
    assert tell_altered(now=NOW) == 1
    assert {one.recipient for one in told} >= {supervisor.name, operator.name}
    assert told.count() == first
    assert all("评审专家在系统之外被改动过" in one.body for one in told)
