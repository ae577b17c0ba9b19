from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.api.caller import Caller, assert_problem
from tests.factories.batches import make_members
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
GROUPS = [{"name": "综合", "seats": 2, "levels": [{"all": []}]}]


@pytest.mark.shows("PRJ-02")
def test_a_platform_groups_plans_draws_and_follows_a_batch(runner: Caller) -> None:
    for _ in range(3):
        make_expert()
    first, second = make_members(72, 96, now=timezone.now())
    created = runner.post("/batches", {"name": "年末采购", "project_ids": [second.pk, first.pk]})
    assert created.status_code == 201
    batch = created.json()
    assert [project["id"] for project in batch["projects"]] == [second.pk, first.pk]
    assert runner.get(f"/batches/{batch['id']}").json() == batch
    assert runner.get("/batches?q=年末").json()["items"] == [batch]
    assert runner.get(f"/batches?number={batch['number']}").json()["items"] == [batch]
    assert runner.get("/batches?draw_state=not_drawn").json()["items"] == [batch]
    assert runner.get(f"/projects/{first.pk}").json()["batch"]["number"] == batch["number"]
    runner.put(f"/projects/{first.pk}/plan", {"version": 0, "groups": GROUPS})
    drawn = runner.post(f"/projects/{first.pk}/draws", {"plan_version": 1})
    assert drawn.status_code == 201
    draw: dict[str, Any] = drawn.json()
    assert draw["project"]["id"] == second.pk
    assert [project["id"] for project in draw["projects"]] == [second.pk, first.pk]
    assert runner.get("/batches?draw_state=not_drawn").json()["items"] == []
    for project in (first, second):
        (found,) = runner.get(f"/draws?project_id={project.pk}").json()["items"]
        assert found["id"] == draw["id"]


def test_what_may_not_be_grouped_is_refused_in_words(runner: Caller) -> None:
    (project,) = make_members(72, now=timezone.now())
    values = {"name": "批次", "project_ids": [project.pk, 999_999]}
    assert_problem(runner.post("/batches", values), 422, "invalid-values")
    values = {"name": "批次", "project_ids": [project.pk, project.pk]}
    assert_problem(runner.post("/batches", values), 409, "project-refused")
