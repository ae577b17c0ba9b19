"""Another platform reads the names of a draw, whose fields the office keeps to itself (docs/decisions/0226)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.settings import NOT_EXPORTED
from expertpool.projects.settings import NOT_EXPORTED as NOT_EXPORTED_OF_PROJECTS
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.batches import make_members
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db


@pytest.fixture
def released() -> Draw:
    for at in range(3):
        make_expert(f"专家{at}", title="高级工程师", employer=make_unit(f"设计院{at}"))
    draw = make_draw(now=timezone.now(), operator=make_user("operator"), seats=2)
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SeededEntropy(5),
        )
    return draw


def read(draw: Draw, path: str) -> Any:
    with time_machine.travel(draw.reveal_at + timedelta(minutes=1), tick=False):
        release(draw_id=draw.pk, now=timezone.now())
        return Caller(draw.operator).get(path).json()


def test_names_of_a_draw_go_without_what_is_kept(released: Draw) -> None:
    path = f"/draws/{released.pk}/names"
    parts = ("employer", "title", "phone")
    before = read(released, path)
    assert all(row[part] for row in before for part in parts)
    configure(NOT_EXPORTED, tuple(f"experts.{part}" for part in parts))
    after = read(released, path)
    assert [{row[part] for part in parts} for row in after] == [{""}, {""}]
    others = before[0].keys() - set(parts)
    assert [[row[one] for one in others] for row in after] == [
        [row[one] for one in others] for row in before
    ]
    configure(NOT_EXPORTED, ("experts.name", "experts.number"))
    assert {(row["name"], row["number"]) for row in read(released, path)} == {("", "")}


def test_projects_go_without_it_wherever_they_are_named(released: Draw) -> None:
    project = released.project
    configure(NOT_EXPORTED_OF_PROJECTS, ("projects.name",))
    told = read(released, f"/draws/{released.pk}")
    for one in (told["project"], *told["projects"]):
        assert (one["number"], one["name"]) == (project.number, "")


def test_projects_of_a_batch_too() -> None:
    runner = Caller(make_user("operator"))
    first, second = make_members(72, 96, now=timezone.now())
    assert runner.post("/batches", {"name": "年末", "project_ids": [first.pk, second.pk]})
    configure(NOT_EXPORTED_OF_PROJECTS, ("projects.name",))
    (batch,) = runner.get("/batches").json()["items"]
    assert batch["name"] == "年末"
    assert [one["name"] for one in batch["projects"]] == ["", ""]
