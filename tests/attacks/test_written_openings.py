"""Names wait for answers, and a drawn project is not drawn again, whatever somebody writes for a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import AlarmKind
from expertpool.draws.exceptions import ApprovalForged, NamesSealed
from expertpool.draws.models import Draw, DrawAlarm
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, read_names, readable_invitations, release
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.pausing import pause_draw
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.models import Project
from expertpool.projects.services.application import withdraw_project
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def draw(operator: User) -> Draw:
    for n in range(4):
        make_expert(email=f"e{n}@example.cn")
    drawn = make_draw(
        reached=False,
        now=NOW,
        operator=operator,
        seats=2,
        channels=("email",),
        opens_in_hours=6,
        reveal_hours=5,
        reply_minutes=120,
    )
    reach(drawn, now=NOW + HOUR)
    return drawn


def write(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


WRITTEN = {
    "opening": "UPDATE projects_project SET opening_at = '2026-11-24 08:00+08'",
    "deadline": "UPDATE draws_invitation SET deadline_at = '2026-11-24 09:01+08'",
    "answer": "UPDATE draws_invitation SET state = 'declined'",
    "end": "UPDATE draws_draw SET status = 'success', ended_at = '2026-11-24 09:10+08'",
}


@pytest.mark.shows("EXP-39")
@pytest.mark.parametrize("what", WRITTEN)
def test_nothing_that_is_written_opens_names_before_the_answers(
    draw: Draw, operator: User, what: str
) -> None:
    """The opening in the past for a minute, and all names were public for good."""
    now = draw.reveal_at + 10 * MINUTE
    assert now < NOW + 3 * HOUR  # all have still time to answer
    write(WRITTEN[what])
    draw = Draw.objects.select_related("project").get(pk=draw.pk)
    ids = [str(row.pk) for row in draw.invitations.all()]
    assert not may_read(draw, operator, now=now)
    with time_machine.travel(now, tick=False):
        assert not readable_invitations(operator, ids)
    assert not release(draw_id=draw.pk, now=now)
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=operator, now=now, purpose="查看")
    if (
        what != "deadline"
    ):  # by which the sweep would go on to seat nobody either, see test_written_lines
        sweep(now=now, entropy=SeededEntropy(3))
        kinds = set(DrawAlarm.objects.values_list("kind", flat=True))
        assert AlarmKind.RELEASE not in kinds
        told = {"opening": AlarmKind.REVEAL, "answer": AlarmKind.LINE}
        assert told.get(what, AlarmKind.RECORD) in kinds or what == "end"
    draw.refresh_from_db()
    assert draw.released_at is None
    assert not draw.invitations.filter(expert__isnull=False).exists()


def test_nor_does_a_pause_that_a_row_ends(draw: Draw, operator: User) -> None:
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=NOW + MINUTE)
    write("UPDATE draws_drawpause SET resumed_at = paused_at, resumed_by_id = %s", operator.pk)
    draw = Draw.objects.select_related("project").get(pk=draw.pk)
    assert not release(draw_id=draw.pk, now=NOW + 3 * HOUR)


VOIDED = (
    "UPDATE draws_draw SET status = 'void', ended_at = now()",
    "UPDATE projects_project SET draw_state = 'not_drawn'",
    "DELETE FROM draws_hold",
)


def test_a_draw_that_a_row_voids_is_not_drawn_again(
    draw: Draw, operator: User, supervisor: User
) -> None:
    """Letters of a second draw were out before anybody had heard of it."""
    for statement in VOIDED:
        write(statement)
    project = Project.objects.get(pk=draw.project_id)
    with pytest.raises(ApprovalForged, match="没有在系统中作废"):
        start_draw(project=project, actor=operator, now=NOW + MINUTE, entropy=SeededEntropy(1))
    assert Entry.objects.filter(action="draw.refused", note__contains="没有在系统中作废").exists()
    # Nor is it approved anew, which would make it one that was never drawn.
    with pytest.raises(ProjectError, match="已经抽取"):
        withdraw_project(project=project, actor=operator, now=NOW + MINUTE)
    assert Draw.objects.count() == 1


def test_one_that_two_persons_voided_is(draw: Draw, operator: User, supervisor: User) -> None:
    asked = request_void(draw=draw, reason="重抽", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW + HOUR)
    project = Project.objects.get(pk=draw.project_id)
    start_draw(project=project, actor=operator, now=NOW + HOUR, entropy=SeededEntropy(1))
    assert Draw.objects.count() == 2
