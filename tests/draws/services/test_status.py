"""A draw's status has one door, and the database knows the same table of what may follow what."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import (
    ONLY_RANDOM,
    RUNNING,
    STATUS_TRANSITIONS,
    DrawKind,
    DrawStatus,
    next_statuses,
)
from expertpool.draws.events import DrawEnded
from expertpool.draws.exceptions import DrawInProgress
from expertpool.draws.models import Draw
from expertpool.draws.services.covering import cover, move_projects
from expertpool.draws.services.status import set_draw_status
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from tests.factories.draws import make_ready_project
from tests.listening import listening

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)
WITHOUT_ORDER = (DrawStatus.SEALED, DrawStatus.ABANDONED)
PAIRS = [
    (kind, old, new)
    for kind, old, new in product(DrawKind, DrawStatus, DrawStatus)
    if old != new and (kind == DrawKind.RANDOM or old not in ONLY_RANDOM)
]


@pytest.fixture(scope="module")
def project(once: Any) -> Project:
    with once():
        return make_ready_project(now=NOW)


def stored(kind: str, status: str, operator: User, project: Project, **values: Any) -> Draw:
    """A draw as it stands in ``status``; that its ``project`` has one is written, too."""
    columns: dict[str, Any] = {
        "number": "D202611240001",
        "project": project,
        "kind": kind,
        "status": status,
        "rule_content": {"projects": [project.number], "groups": [], "contributors": []},
        "candidate_count": 0,
        "seal": "0" * 64 if kind == DrawKind.RANDOM else "",
        "nonce": b"",
        "reveal_at": NOW,
        "sealed_at": NOW,
        "ordered_at": None if status in WITHOUT_ORDER else NOW,
        "ended_at": None if status in RUNNING else NOW,
        "operator": operator,
    }
    draw = Draw.objects.create(**columns | values)
    cover(draw, [project])
    state = DrawState.DRAWING if status in RUNNING else status
    if draw.is_valid:
        Project.objects.filter(pk=project.pk).update(draw_state=state)
    return Draw.objects.get(pk=draw.pk)


@pytest.mark.parametrize(("kind", "old", "new"), PAIRS)
def test_the_door_lets_pass_what_the_table_has_and_nothing_else(
    kind: str, old: DrawStatus, new: DrawStatus, operator: User, project: Project
) -> None:
    draw = stored(kind, old, operator, project)
    if new in next_statuses(kind, old):
        with listening(DrawEnded) as ended:
            set_draw_status(draw, new, actor=operator, now=LATER)
        draw = Draw.objects.get(pk=draw.pk)
        assert draw.status == new
        assert draw.ended_at == (None if new in RUNNING else LATER)
        assert (draw.ordered_at is None) == (new in WITHOUT_ORDER)
        assert ended == ([] if new in RUNNING else [DrawEnded(draw.pk)])
    else:
        with pytest.raises(DrawInProgress, match=f"不能改为「{new.label}」"):
            set_draw_status(draw, new, actor=operator, now=LATER)
        assert Draw.objects.get(pk=draw.pk).status == old


@pytest.mark.parametrize(("kind", "old", "new"), PAIRS)
def test_the_database_refuses_every_other_change(
    kind: str, old: DrawStatus, new: DrawStatus, operator: User, project: Project
) -> None:
    """Past the door: the trigger knows the table of the code, the constraint the kinds."""
    draw = stored(kind, old, operator, project)
    times = {
        "ordered_at": None if new in WITHOUT_ORDER else NOW,
        "ended_at": None if new in RUNNING else NOW,
    }
    try:
        with transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(status=new, **times)
        passed = True
    except IntegrityError:
        passed = False
    assert passed == (new in next_statuses(kind, old))


@pytest.mark.parametrize("status", DrawStatus)
def test_each_state_has_its_times(status: DrawStatus, operator: User, project: Project) -> None:
    for column in ("ordered_at", "ended_at"):
        without = status in (WITHOUT_ORDER if column == "ordered_at" else RUNNING)
        with (
            pytest.raises(IntegrityError, match="draws_status_has_its_times"),
            transaction.atomic(),
        ):
            stored(DrawKind.RANDOM, status, operator, project, **{column: NOW if without else None})


def test_an_unknown_state_and_one_of_another_kind_are_not_stored(
    operator: User, project: Project
) -> None:
    for kind, status in (("random", "paused"), ("manual", DrawStatus.SUCCESS_SUPPLEMENT)):
        with pytest.raises(IntegrityError, match="draws_status_known"), transaction.atomic():
            stored(kind, status, operator, project, ended_at=NOW)


def test_a_draw_that_moved_meanwhile_is_refused(operator: User, project: Project) -> None:
    draw = stored(DrawKind.RANDOM, DrawStatus.SEALED, operator, project)
    seen = Draw.objects.get(pk=draw.pk)
    set_draw_status(draw, DrawStatus.ABANDONED, actor=operator, now=LATER)
    with pytest.raises(DrawInProgress, match="刚刚被他人改动"):
        set_draw_status(seen, DrawStatus.INVITING, actor=operator, now=LATER)


def test_the_table_names_every_state() -> None:
    assert set(STATUS_TRANSITIONS) == set(DrawStatus)


def test_the_projects_of_a_draw_that_is_all_of_their_panel_are_not_asked_for_again(
    operator: User, project: Project
) -> None:
    """Nobody else has moved them; of a panel of two draws the other may have."""
    draw = stored(DrawKind.RANDOM, DrawStatus.SEALED, operator, project)
    assert [one.draw_state for one in draw.covered] == [DrawState.DRAWING]
    with CaptureQueriesContext(connection) as asked:
        move_projects(draw, actor=operator, now=LATER)
    assert not [one for one in asked.captured_queries if 'FROM "projects_project"' in one["sql"]]
