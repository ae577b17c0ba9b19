"""Archiving against a supplement of the same project: one of them wins. With its controls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.draws.enums import ReplyVia
from expertpool.draws.exceptions import DrawError, ReplyRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services import covering, replies
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.exceptions import NotReadyToArchive, ProjectChanged
from expertpool.projects.models import Project
from expertpool.projects.services import archive as archiving
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def draw(settings: Any, tmp_path: Any) -> Draw:
    """A draw for one seat that ended well, its review over; two more experts could be seated."""
    settings.MEDIA_ROOT = tmp_path
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, seats=1)
    replies.answer(
        invitation=Invitation.objects.get(),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(1),
    )
    release(draw_id=draw.pk, now=_after(draw))
    store_sheet(draw_id=draw.pk, now=_after(draw))
    draw.refresh_from_db()
    return draw


def _after(draw: Draw) -> datetime:
    return draw.project.closing_at + timedelta(minutes=1)


class Stop:
    """Where one of the two stands still until the other has come as far as he can."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def stand(self, seconds: float) -> None:
        self.reached.set()
        self.go_on.wait(seconds)


def archive(draw: Draw, stop: Stop, *, first: bool) -> Callable[[], Any]:
    actor = make_user("operator")

    def run() -> str:
        if not first:
            stop.reached.wait(10)
        try:
            archiving.archive_project(
                project=draw.project, note="资料齐全", actor=actor, now=_after(draw)
            )
        finally:
            stop.go_on.set()
        return "archived"

    return run


def leave(draw: Draw, stop: Stop, *, first: bool) -> Callable[[], Any]:
    """Let the seated expert take leave; his seat is supplemented in the same transaction."""
    line = Invitation.objects.get()

    def run() -> str:
        if not first:
            stop.reached.wait(10)
        replies.take_leave(
            invitation=line,
            reason="出差",
            via=ReplyVia.LINK,
            now=draw.project.opening_at - timedelta(hours=24),
            entropy=SeededEntropy(2),
        )
        return "left"

    return run


def state(draw: Draw) -> tuple[str, str, int]:
    project = Project.objects.get(pk=draw.project_id)
    return project.status, project.draw_state, Invitation.objects.count()


SUCCESS, DRAWING = DrawState.SUCCESS, DrawState.DRAWING
OPEN, ARCHIVED = ProjectStatus.APPROVED, ProjectStatus.ARCHIVED


@pytest.mark.shows("PRJ-32")
def test_a_supplement_that_came_first_is_seen_by_the_archive(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, lock = Stop(), replies.lock_draw

    def lock_and_stand(draw_id: int, *, archived: DrawError) -> Draw:
        locked = lock(draw_id, archived=archived)
        stop.stand(1)  # the archive waits for the lock meanwhile, and can only be given up
        return locked

    monkeypatch.setattr(replies, "lock_draw", lock_and_stand)
    archived, left = run_at_once(archive(draw, stop, first=False), leave(draw, stop, first=True))
    assert left == "left"
    assert isinstance(archived, NotReadyToArchive)
    assert state(draw) == (OPEN, DRAWING, 2)


@pytest.mark.shows("PRJ-32")
def test_an_archive_that_came_first_is_seen_by_the_supplement(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, why_not_archive = Stop(), archiving.why_not_archive

    def look_and_stand(project: Project, *, now: datetime) -> str:
        found = why_not_archive(project, now=now)
        stop.stand(1)
        return found

    monkeypatch.setattr(archiving, "why_not_archive", look_and_stand)
    archived, left = run_at_once(archive(draw, stop, first=True), leave(draw, stop, first=False))
    assert archived == "archived"
    assert isinstance(left, ReplyRefused)
    assert state(draw) == (ARCHIVED, SUCCESS, 1)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> Stop:
    """The supplement locks only the draw, reads the project, and then the archive is made."""
    stop = Stop()

    def lock_draw_alone(draw_id: int, *, archived: DrawError) -> Draw:
        rows = Draw.objects.select_for_update(of=("self",)).select_related("project")
        locked = rows.get(pk=draw_id)
        stop.stand(10)
        if locked.project.status == ProjectStatus.ARCHIVED:
            raise archived
        return locked

    monkeypatch.setattr(replies, "lock_draw", lock_draw_alone)
    return stop


def test_without_the_lock_the_conditional_update_still_refuses(
    draw: Draw, without_lock: Stop
) -> None:
    archived, left = run_at_once(
        archive(draw, without_lock, first=False), leave(draw, without_lock, first=True)
    )
    assert archived == "archived"
    assert isinstance(left, ProjectChanged)
    assert state(draw) == (ARCHIVED, SUCCESS, 1)  # nothing half-written stays


def test_without_lock_and_conditional_update_an_archived_project_is_drawn(
    draw: Draw, without_lock: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the tests above would see a supplement after the archive."""

    def set_blindly(project: Project, new: str, **_: Any) -> None:
        Project.objects.filter(pk=project.pk).update(draw_state=new)

    monkeypatch.setattr(covering, "set_draw_state", set_blindly)
    results = run_at_once(
        archive(draw, without_lock, first=False), leave(draw, without_lock, first=True)
    )
    assert results == ["archived", "left"]
    assert state(draw) == (ARCHIVED, DRAWING, 2)
