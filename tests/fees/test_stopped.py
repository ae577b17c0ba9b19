"""Fees of a review that was stopped: why there is no result, who stopped it, and what is entered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.fees.queries.workload import workload_of
from expertpool.reviews.services.stopping import request_stop
from expertpool.workflow.services.two_persons import decide
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_rate
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.mark.shows("PRJ-28")
def test_fees_of_a_stopped_review_say_why_and_what_to_enter(
    client: Client, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    people = [make_expert(), make_expert()]
    for one in people:
        give_account(one, make_user("expert"))
    review = make_open(operator, now=now, pool=people)
    done = reviewer_of(review, people[0])
    fill_in(done, now=review.project.opening_at)
    submit(done, now=review.project.opening_at)
    asked = request_stop(subject=review, reason="文件有重大缺陷", actor=operator, now=now)
    decide(asked, agree=True, note="", actor=supervisor, now=now + timedelta(minutes=1))
    make_rate()
    login(client, operator)
    page = client.get(reverse("fees:project", args=[review.project_id])).content.decode()
    assert f"{operator} 申请、{supervisor} 确认停止，评审没有结果。原因：文件有重大缺陷" in page
    assert "评到停止的，选「项目终止（废标）」" in page
    assert "没有评完的，按规定不付劳务费" not in page
    said = {one.missing for one in workload_of(review.project).values()}
    assert said == {"", "评审已停止，停止时没有提交评审结果"}
    tab = reverse("projects:detail", args=[review.project_id]) + "?tab=fees"
    assert "确认停止，评审没有结果" in client.get(tab).content.decode()
