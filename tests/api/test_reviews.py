from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from expertpool.projects.enums import ProjectStatus
from expertpool.reviews.models import ReviewItem
from expertpool.reviews.services.organising import Terms, create_review
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_user
from tests.factories.projects import make_project
from tests.factories.review_rules import make_review_rule
from tests.factories.scoring import make_open

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(runner: Caller) -> str:
    """Of a review that is prepared."""
    project = make_project(ProjectStatus.DRAFT)
    row = create_review(project=project, terms=Terms(), actor=runner.user, now=timezone.now())
    return f"/reviews/{row.pk}"


def thing(number: str = "T-01", **more: Any) -> dict[str, Any]:
    return {"number": number, "name": f"{number} 投标文件", **more}


def test_a_platform_prepares_what_is_scored(runner: Caller) -> None:
    project = make_project(ProjectStatus.DRAFT)
    rule = make_review_rule()
    created = runner.post(f"/projects/{project.pk}/review", {"rule": rule.name})
    assert created.status_code == 201, created.content
    review = created.json()
    assert (review["state"], review["project_number"]) == ("draft", project.number)
    assert review["rule"] == str(rule)
    again = runner.post(f"/projects/{project.pk}/review", {})
    assert "已经建立了评审" in assert_problem(again, 409, "review-refused")["detail"]
    address = f"/reviews/{review['id']}"
    assert runner.get(address).json() == review
    found = runner.get("/reviews", {"project_id": project.pk}).json()
    assert (found["total"], found["items"]) == (1, [review])
    assert runner.get("/reviews", {"project_id": project.pk + 1}).json()["total"] == 0

    things = [thing(price="680000.50", unit="甲公司"), thing("T-02", category="软件")]
    made = runner.post(f"{address}/items", {"items": things})
    assert made.status_code == 201, made.content
    first, second = made.json()
    assert (first["number"], first["unit"], first["price"]) == ("T-01", "甲公司", "680000.50")
    assert runner.get(f"{address}/items").json()["items"] == [first, second]
    changed = runner.put(f"/review-items/{first['id']}", thing(name="更正后的名称"))
    assert (changed.json()["name"], changed.json()["price"]) == ("更正后的名称", None)
    left = runner.post(f"/review-items/{second['id']}/remove")
    assert left.json() == review
    assert ReviewItem.objects.get().pk == first["id"]


def test_what_cannot_be_is_refused_whole(runner: Caller, address: str) -> None:
    twice = runner.post(f"{address}/items", {"items": [thing(), thing("T-02"), thing()]})
    assert "「T-01」已经有了" in assert_problem(twice, 409, "review-refused")["detail"]
    assert not ReviewItem.objects.exists()
    for wrong in ({"items": []}, {"items": [thing(price="-1")]}, {"items": [thing("　")]}):
        assert_problem(runner.post(f"{address}/items", wrong), 422, "invalid-values")
    project = make_project(ProjectStatus.DRAFT)
    unknown = runner.post(f"/projects/{project.pk}/review", {"rule": "没有的规则"})
    assert_problem(unknown, 422, "invalid-values")


def test_once_it_is_open_what_is_scored_stays(runner: Caller) -> None:
    review = make_open(runner.user, now=timezone.now())
    item = review.items.first()
    assert item
    for answer in (
        runner.post(f"/reviews/{review.pk}/items", {"items": [thing("T-9")]}),
        runner.put(f"/review-items/{item.pk}", thing()),
        runner.post(f"/review-items/{item.pk}/remove"),
    ):
        assert "评审已经开始" in assert_problem(answer, 409, "review-refused")["detail"]
    assert runner.get(f"/reviews/{review.pk}").json()["state"] == "open"


def test_rights_and_scopes_are_those_of_the_pages(runner: Caller, address: str) -> None:
    watching = Caller(make_user("supervisor"))
    assert watching.get(address).status_code == 200
    assert_problem(watching.post(f"{address}/items", {"items": [thing()]}), 403, "forbidden")
    made = runner.post(f"{address}/items", {"items": [thing()]}).json()[0]
    narrow = Caller(runner.user, "reviews.view")
    assert_problem(narrow.put(f"/review-items/{made['id']}", thing()), 403, "forbidden")
    assert_problem(Caller(make_user("department")).get(address), 403, "forbidden")
