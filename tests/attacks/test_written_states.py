"""Somebody writes into a row that an expert has answered, or left: no draw ends by it, nobody loses his answer, nobody
is counted, and the alarm stays as long as the row says it (docs/decisions/0494)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind, DrawStatus, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import named_rows, release
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import take_leave
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.experts.models import Expert
from expertpool.selfservice.queries.letters import Stage, letter_of
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.widening import reply

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOW + 5 * MINUTE
OPENING = NOW + 20 * HOUR


@pytest.fixture
def draw(operator: User) -> Draw:
    """A draw of two seats without anybody left; the first has agreed, the second has still to answer."""
    for n in range(2):
        make_expert(email=f"e{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=20, reply_minutes=60)
    reply(line(draw, 1), accept=True, now=NOW + MINUTE)
    return draw


def line(draw: Draw, number: int) -> Invitation:
    return draw.invitations.get(line=number)


def write(draw: Draw, number: int, **values: Any) -> None:
    Invitation.objects.filter(draw=draw, line=number).update(**values)


def swept(now: datetime) -> None:
    # As often as a job fails and is found again.
    for minute in range(3):
        sweep(now=now + minute * MINUTE, entropy=SeededEntropy(1))


def told() -> dict[str, bool]:
    """What there is an alarm of, and whether it has ended."""
    return {one.kind: one.done_at is not None for one in DrawAlarm.objects.all()}


def stands(draw: Draw) -> tuple[str, list[str]]:
    draw.refresh_from_db()
    events = DrawEvent.objects.filter(draw=draw).order_by("n").values_list("content", flat=True)
    return draw.status, [one["type"] for one in events]


GOES_ON = (DrawStatus.INVITING, ["drawn"])


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize("state", ["accepted", "declined", "nonsense"])
def test_no_draw_ends_by_an_answer_that_was_written(draw: Draw, state: str) -> None:
    write(draw, 2, state=state)
    swept(LATER)
    assert stands(draw) == GOES_ON
    assert told() == {AlarmKind.LINE: False}
    # Pages count him as one who has not answered, and he may.
    board = board_of(draw)
    assert (board.accepted_count, board.waiting_count, board.exit_count) == (1, 1, 0)
    expert = Expert.objects.get(pk=named_rows(draw)[1].expert.pk)
    assert letter_of(invitations_of(expert)[0], now=LATER).stage is Stage.OPEN
    reply(line(draw, 2), accept=True, now=LATER + 5 * MINUTE)
    assert stands(draw) == (DrawStatus.SUCCESS, ["drawn", "end"])
    swept(LATER + 6 * MINUTE)
    assert told() == {AlarmKind.LINE: True}
    assert line(draw, 2).state == "accepted"
    assert vdraw.find_difference(build_record(draw)) is None


def test_nor_where_his_clock_was_written_too(draw: Draw) -> None:
    """The proof does not say any more what his state was: log and events do."""
    write(draw, 2, state="accepted", deadline_at=LATER, reached_at=None)
    write(draw, 1, state="declined", signed_in_at=NOW)
    swept(LATER)
    assert stands(draw) == GOES_ON
    assert [one.state for one in board_of(draw).lines] == ["accepted", "invited"]


def test_nor_when_another_answers(draw: Draw) -> None:
    """The last answer that was missing, by the rows alone."""
    write(draw, 1, state="invited")
    write(draw, 2, state="declined")
    swept(LATER)
    assert stands(draw) == GOES_ON
    with pytest.raises(ReplyRefused, match="与操作日志不符"):
        reply(line(draw, 1), accept=True, now=LATER + 5 * MINUTE)
    take_leave(
        invitation=line(draw, 1),
        reason="出差",
        via=ReplyVia.LINK,
        now=LATER + 5 * MINUTE,
        entropy=SeededEntropy(3),
    )
    assert stands(draw)[0] == DrawStatus.INVITING
    assert line(draw, 1).state == "leave"


def test_who_did_not_answer_is_not_counted_when_the_panel_sits(draw: Draw) -> None:
    write(draw, 2, state="accepted")
    swept(OPENING - HOUR)  # long after his time to answer
    assert stands(draw) == GOES_ON
    assert told() == {AlarmKind.LINE: False}
    swept(OPENING + 2 * MINUTE)
    assert stands(draw) == (DrawStatus.UNSATISFIED, ["drawn", "exit", "end", "note"])
    assert line(draw, 2).state == "no_answer"
    assert told()[AlarmKind.LINE] is True  # its row is right again
    assert vdraw.find_difference(build_record(draw)) is None
    assert [one.has_agreed for one in members_of_panel(draw.project)] == [True]


def test_the_alarm_stays_as_long_as_the_row_says_it(draw: Draw) -> None:
    reply(line(draw, 2), accept=True, now=NOW + 2 * MINUTE)
    assert stands(draw)[0] == DrawStatus.SUCCESS
    write(draw, 2, state="declined")
    swept(LATER)
    assert told() == {AlarmKind.LINE: False}
    release(draw_id=draw.pk, now=OPENING)
    swept(OPENING + 5 * MINUTE)
    draw.refresh_from_db()
    assert draw.released_at is not None
    assert told()[AlarmKind.LINE] is False
    # Who sits is what this system wrote.
    assert [one.is_seated for one in named_rows(draw)] == [True, True]
    assert len(members_of_panel(draw.project)) == 2
    write(draw, 2, state="accepted")
    swept(OPENING + 10 * MINUTE)
    assert told()[AlarmKind.LINE] is True


def test_a_move_asks_whoever_sits(draw: Draw, operator: User) -> None:
    write(draw, 1, state="declined")
    write(draw, 2, state="leave")
    project = draw.project
    reschedule(
        draw=draw,
        meetings=[NewMeeting(project.pk, project.opening_at + DAY, project.place)],
        reason="供应商答疑延期",
        actor=operator,
        now=LATER,
        entropy=SeededEntropy(3),
    )
    assert [one.state for one in board_of(draw).lines] == ["invited", "invited"]
    assert {one.altered_to for one in board_of(draw).lines} == {None}
    swept(LATER + MINUTE)
    assert AlarmKind.LINE not in told() or told()[AlarmKind.LINE]
