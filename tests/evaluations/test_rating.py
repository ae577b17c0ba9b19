"""Ratings of experts: all of a project in one form, once for each rater, by the form of then."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.core.home import todos_for
from expertpool.evaluations.enums import Participation, Target
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Evaluation, Rating, RatingForm
from expertpool.evaluations.models.forms import Dimension, Grade
from expertpool.evaluations.queries.ratings import ratings_of, summary_of
from expertpool.evaluations.services.forms import save_form
from expertpool.evaluations.services.rating import Marks, rate_experts
from expertpool.evaluations.services.windows import open_evaluation
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_evaluation, make_reviewed, marks, rate_all, rated_ids
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


def typed(evaluation: Evaluation, lines: list[int], score: int = 85) -> dict[str, str]:
    form = evaluation.expert_form
    assert form is not None
    said = {}
    for pk in lines:
        said |= {f"e{pk}_d{at}": str(score) for at, _ in enumerate(form.asked)}
        said |= {f"e{pk}_level": "high", f"e{pk}_comment": "认真负责"}
    return said


@pytest.mark.shows("PRJ-15", "EXP-29", "PRJ-27")
def test_all_experts_of_a_project_are_rated_in_one_form(client: Client, operator: User) -> None:
    row = make_evaluation(operator, now=timezone.now())
    login(client, operator)
    assert "个项目的专家等待评价" in str(todos_for(operator, now=timezone.now()))
    page = client.get(reverse("evaluations:detail", args=[row.pk])).content.decode()
    for label in Participation.labels:
        assert str(label) in page
    url, lines = reverse("evaluations:detail", args=[row.pk]), rated_ids(row)
    # One dimension is left out: nothing is kept, what was typed stays.
    said = typed(row, lines)
    del said[f"e{lines[1]}_d2"]
    answer = client.post(url, said)
    assert answer.status_code == 422
    assert "认真负责" in answer.content.decode()
    assert not Rating.objects.exists()
    assert client.post(url, typed(row, lines)).status_code == 302
    ratings = list(Rating.objects.order_by("pk"))
    assert [one.total for one in ratings] == [Decimal(85), Decimal(85)]
    assert {one.participation for one in ratings} == {"high"}
    assert {one.comment for one in ratings} == {"认真负责"}
    assert all(map(is_vouched, ratings))
    page = client.get(url).content.decode()
    assert "您已评完" in page
    assert "认真负责" in page
    assert "评价专家" not in str(todos_for(operator, now=timezone.now()))


def test_some_may_be_rated_now_and_the_others_later(client: Client, operator: User) -> None:
    row = make_evaluation(operator, now=timezone.now())
    first, second = rated_ids(row)
    url = reverse("evaluations:detail", args=[row.pk])
    login(client, operator).post(url, typed(row, [first]))
    page = client.get(url).content.decode()
    assert f"e{second}_d0" in page
    assert f"e{first}_d0" not in page
    assert client.post(url, {}).status_code == 422


@pytest.mark.shows("EXP-29")
def test_each_rater_rates_each_expert_once(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    rate_all(row, operator, now=NOW, score=85)
    with pytest.raises(EvaluationRefused, match="只评一次"):
        rate_all(row, operator, now=NOW, score=50)
    rate_all(row, make_user("operator"), now=NOW, score=95)
    assert Rating.objects.count() == 4
    # By the database, whoever writes.
    twin = Rating.objects.filter(rater=operator)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(
            evaluation=row, form=twin.form, target=Target.EXPERT, rater=operator,
            expert=twin.expert, invitation=twin.invitation, scores=twin.scores, total=50,
            participation="low", given_at=NOW,
        )  # fmt: skip


def test_what_was_said_stays(operator: User) -> None:
    rating = rate_all(make_evaluation(operator, now=NOW), operator, now=NOW)[0]
    changes: list[dict[str, Any]] = [{"total": 10}, {"scores": {}}, {"participation": "none"}]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(**change)


def test_who_may_not_rate_is_refused(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    for role in ("supervisor", "auditor", "department", "expert", None):
        with pytest.raises(EvaluationRefused, match="无权评价"):
            rate_all(row, make_user(role), now=NOW)
    assert not Rating.objects.exists()


def test_only_who_sat_is_rated_and_by_the_grades_of_the_form(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    other = make_evaluation(operator, now=NOW)
    good = marks(row)
    for said, words in (
        ({rated_ids(other)[0]: good}, "没有参加"),
        ({rated_ids(row)[0]: marks(row, 86)}, "等级"),
        ({rated_ids(row)[0]: Marks({"认真程度": 85}, "high")}, "没有填写"),
        ({rated_ids(row)[0]: Marks({**good.scores, "别的": 85}, "high")}, "已更换"),
        ({}, "还没有填写"),
    ):
        with pytest.raises(EvaluationRefused, match=words):
            rate_experts(evaluation=row, marks=said, actor=operator, now=NOW)
    assert not Rating.objects.exists()


@pytest.mark.shows("EXP-29")
def test_dimensions_and_grades_are_set_by_kind_of_project_and_keep_their_versions(
    operator: User, admin: User
) -> None:
    asked = [Dimension("响应速度", 3), Dimension("专业深度", 1)]
    save_form(
        target=Target.EXPERT, project_kind="服务", dimensions=asked, grades=[], active=True,
        base=0, actor=admin, now=NOW,
    )  # fmt: skip
    goods = make_evaluation(operator, now=NOW)
    assert goods.expert_form is not None
    assert goods.expert_form.project_kind == ""
    row = make_evaluation(operator, now=NOW)
    Project.objects.filter(pk=row.project_id).update(kind="服务")
    form = save_form(
        target=Target.EXPERT, project_kind="服务", dimensions=asked[:1],
        grades=[Grade("好", 100), Grade("不好", 0)], active=True, base=1, actor=admin, now=NOW,
    )  # fmt: skip
    assert form.version == 2
    # Hand calculation: (3 × 80 + 1 × 61) / 4
    said = RatingForm(dimensions=[asdict(one) for one in asked])
    assert said.total_of({"响应速度": 80, "专业深度": 61}) == Decimal("75.25")
    with pytest.raises(EvaluationRefused, match="别人保存过"):
        save_form(
            target=Target.EXPERT, project_kind="服务", dimensions=asked, grades=[], active=True,
            base=1, actor=admin, now=NOW,
        )  # fmt: skip


@pytest.mark.shows("EXP-29")
def test_a_project_is_rated_by_the_form_of_its_kind_as_it_was_when_it_began(
    client: Client, operator: User, admin: User
) -> None:
    grades = [Grade("好", 90), Grade("不好", 30)]

    def set_form(name: str, kind: str, base: int = 0) -> RatingForm:
        return save_form(
            target=Target.EXPERT, project_kind=kind, dimensions=[Dimension(name, 1)],
            grades=grades, active=True, base=base, actor=admin, now=NOW,
        )  # fmt: skip

    own = set_form("响应速度", "服务")
    set_form("施工经验", "工程")
    now = timezone.now()
    project = make_reviewed(operator, now=now).project
    Project.objects.filter(pk=project.pk).update(kind="服务")
    row = open_evaluation(project_id=project.pk, now=now)
    assert row is not None
    assert row.expert_form == own
    later = set_form("售后", "服务", base=1)
    assert later.version == 2
    url = reverse("evaluations:detail", args=[row.pk])
    page = login(client, operator).get(url).content.decode()
    assert "响应速度" in page
    assert 'value="90"' in page
    assert not any(one in page for one in ("施工经验", "售后", "认真程度"))
    first, second = rated_ids(row)
    for said in ({"施工经验": 90}, {"售后": 90}, {"响应速度": 85}):
        with pytest.raises(EvaluationRefused):
            rate_experts(
                evaluation=row, marks={first: Marks(said, "high")}, actor=operator, now=now
            )
    good = {pk: Marks({"响应速度": 90}, "high") for pk in (first, second)}
    made = rate_experts(evaluation=row, marks=good, actor=operator, now=now)
    assert {(one.form, one.total) for one in made} == {(own, Decimal(90))}


@pytest.mark.shows("EXP-30")
def test_each_dimension_has_its_own_mean_and_trend(
    client: Client, operator: User, supervisor: User
) -> None:
    expert = make_expert("王立新")
    at = timezone.now() - 3 * DAY
    # By the review, the oldest first, of the four dimensions of the form.
    said = ((95, 50, 85, 50), (85, 70, 85, 95), (70, 85, 85, 50))
    for days, grades in enumerate(said):
        row = make_evaluation(operator, now=at + days * DAY, pool=(expert,), seats=1)
        assert row.expert_form is not None
        scores = dict(zip([one.name for one in row.expert_form.asked], grades, strict=True))
        given = {pk: Marks(scores, "high") for pk in rated_ids(row)}
        rate_experts(evaluation=row, marks=given, actor=operator, now=at + days * DAY)
    found = {
        one.name: (str(one.mean), one.trend, one.words)
        for one in summary_of(ratings_of(expert)).courses
    }
    # Of the last, 50 after a mean of 72.5.
    assert found == {
        "认真程度": ("83.3", "下降", "95 → 85 → 70"),
        "业务水平": ("68.3", "上升", "50 → 70 → 85"),
        "客观公正": ("85.0", "持平", "85 → 85 → 85"),
        "遵守纪律": ("65.0", "下降", "50 → 95 → 50"),
    }
    tab = reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    text = login(client, supervisor).get(tab).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    for name, shown in found.items():
        assert f"{name} {shown[0]} {shown[1]} {shown[2]} " in text


@pytest.mark.shows("EXP-30")
def test_averages_and_trends_are_those_of_a_hand_calculation(
    client: Client, operator: User, supervisor: User
) -> None:
    expert, other = make_expert("王立新"), make_expert("李默")
    at = timezone.now() - 3 * DAY
    scores = ((95, 85), (70, 70), (50, 50))
    for days, (first, second) in enumerate(scores):
        row = make_evaluation(operator, now=at + days * DAY, pool=(expert, other))
        rate_all(row, operator, now=at + days * DAY, score=first)
        rate_all(row, make_user("operator"), now=at + days * DAY, score=second)
    summary = summary_of(ratings_of(expert))
    assert summary.reviews == 3
    assert summary.total is not None
    assert summary.total.latest == [Decimal("90.0"), Decimal("70.0"), Decimal("50.0")]
    assert (summary.total.mean, summary.total.trend) == (Decimal("70.0"), "下降")
    assert [one.name for one in summary.courses] == [
        "认真程度",
        "业务水平",
        "客观公正",
        "遵守纪律",
    ]
    assert dict(summary.participation) == {"参与度较高": 6}
    page = login(client, supervisor).get(
        reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    )
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "90 → 70 → 50" in text
    assert "下降" in text
