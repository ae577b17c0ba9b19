"""Somebody writes rows of a draw without a key: nobody is called, loses his seat or opens names by it, also
not by what stood there before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.enums import AlarmKind, ReplyVia
from expertpool.draws.exceptions import (
    EmergencyRefused,
    NamesSealed,
    ReplyRefused,
    SignInRefused,
)
from expertpool.draws.models import Draw, DrawAlarm, Invitation
from expertpool.draws.queries.presence import presence_of, sign_in_code
from expertpool.draws.queries.reveal import is_authentic
from expertpool.draws.services.calling import read_contact
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, read_names, release
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.presence import open_when_present, sign_in
from expertpool.draws.services.replies import answer, expire, take_leave
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.projects.models import Project
from tests.factories.answers import declare_emergency
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, reply

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPENING = NOW + 48 * HOUR
THERE = OPENING - 20 * MINUTE
LINE = ("state", "asked_again_at", "reached_at", "deadline_at", "time_left", "signed_in_at")


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def write(line: Invitation, **values: Any) -> Invitation:
    Invitation.objects.filter(pk=line.pk).update(**values)
    return Invitation.objects.get(pk=line.pk)


def lines(draw: Draw) -> list[Invitation]:
    return list(draw.invitations.order_by("line"))


def swept(now: datetime) -> None:
    sweep(now=now, entropy=SeededEntropy(1))


def told() -> dict[str, bool]:
    """What there is an alarm of, and whether it has ended."""
    return {one.kind: one.done_at is not None for one in DrawAlarm.objects.all()}


@pytest.fixture
def present(operator: User) -> Draw:
    """A draw whose names open once all have signed in; everybody agreed."""
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=24)
    accept_all(draw, now=NOW)
    return draw


@pytest.fixture
def asked(operator: User) -> Draw:
    """A draw that asks two experts by mail, of whom none has a letter yet; a third one is left."""
    for n in range(3):
        make_expert(email=f"e{n}@example.cn")
    return make_draw(
        now=NOW,
        operator=operator,
        seats=2,
        opens_in_hours=20,
        reply_minutes=60,
        reached=False,
        channels=("email",),
    )


def come(line: Invitation, *, now: datetime = THERE) -> Invitation:
    return sign_in(invitation=line, code=sign_in_code(line.draw, now=now), now=now)


def opens(draw: Draw, *, now: datetime = THERE) -> bool:
    open_when_present(draw_id=draw.pk, now=now)
    return Draw.objects.get(pk=draw.pk).released_at is not None


# --- Who signed in ------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("now", [NOW + HOUR, THERE])
def test_nobody_signs_in_by_a_row(present: Draw, now: datetime) -> None:
    draw = present
    draw.invitations.update(signed_in_at=now)
    assert not opens(draw, now=now)
    presence = presence_of(draw, now=now)
    assert presence is not None
    assert (presence.signed, presence.seated) == (0, 2)
    swept(now)
    assert told() == {AlarmKind.LINE: False}
    assert Entry.objects.filter(action="draw.alarm").exists()
    # Who comes signs in all the same, and what was written is over.
    for line in lines(draw):
        come(line)
    assert opens(draw)


def test_names_do_not_open_by_an_opening_that_was_written(present: Draw) -> None:
    draw = present
    early = OPENING - DAY
    Project.objects.filter(pk=draw.project_id).update(opening_at=early + 20 * MINUTE)
    draw = Draw.objects.get(pk=draw.pk)
    for line in lines(draw):
        with pytest.raises(SignInRefused, match="签到从"):
            come(line, now=early)
    assert not opens(draw, now=early)


def test_who_does_not_come_is_not_written_off(present: Draw) -> None:
    """He is no standby, and has not left, by a row."""
    draw = present
    here, away = lines(draw)
    come(here)
    write(away, group="s1")
    assert not opens(draw)
    assert told() == {AlarmKind.LINE: False}
    write(away, group=away.group, state="declined")
    assert not opens(draw)


def test_a_sign_in_of_another_day_is_none(present: Draw, operator: User) -> None:
    draw = present
    for line in lines(draw):
        come(line)
    kept = {line.pk: line for line in lines(draw)}
    move(draw, operator, now=THERE + MINUTE)
    accept_all(draw, now=THERE + 2 * MINUTE)
    for pk, line in kept.items():
        with pytest.raises(IntegrityError, match="old proof"), transaction.atomic():
            write(line, proof=line.proof, proof_n=line.proof_n, signed_in_at=line.signed_in_at)
        Invitation.objects.filter(pk=pk).update(proof=line.proof, signed_in_at=line.signed_in_at)
    assert not opens(draw, now=THERE + DAY)


# --- When names open ----------------------------------------------------------------------------


def move(draw: Draw, operator: User, *, now: datetime) -> None:
    reschedule(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, draw.project.opening_at + DAY, draw.project.place)],
        reason="供应商答疑延期",
        actor=operator,
        now=now,
        entropy=SeededEntropy(3),
    )
    draw.refresh_from_db()


def restore(draw: Draw, old: tuple[Any, ...], *columns: str) -> None:
    sets = ", ".join(f"{name} = %s" for name in columns)
    sql(f"UPDATE draws_draw SET {sets} WHERE id = %s", *old, draw.pk)  # noqa: S608


def row_of(draw: Draw, *columns: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        what = ", ".join(columns)
        cursor.execute(f"SELECT {what} FROM draws_draw WHERE id = %s", [draw.pk])  # noqa: S608
        found: tuple[Any, ...] = cursor.fetchone()
    return found


TIMES = ("reveal_at", "released_at", "reveal_proof")


@pytest.fixture
def moved(asked: Draw, operator: User) -> tuple[Draw, tuple[Any, ...], datetime]:
    """A draw that was moved to another day, what it said before, and when names would have opened."""
    for line in lines(asked):
        reply(line, accept=True, now=NOW + MINUTE)
    old, at = row_of(asked, *TIMES, "moves"), asked.reveal_at
    move(asked, operator, now=NOW + 2 * MINUTE)
    assert asked.reveal_at == at + DAY
    return asked, old, at


@pytest.mark.shows("DRAW-14")
def test_a_proof_of_before_a_move_opens_nothing(
    moved: tuple[Draw, tuple[Any, ...], datetime], operator: User
) -> None:
    draw, old, at = moved
    restore(draw, old[:3], *TIMES)
    draw = Draw.objects.get(pk=draw.pk)
    assert draw.reveal_at == at
    assert not is_authentic(draw)
    assert not may_read(draw, operator, now=at)
    assert not release(draw_id=draw.pk, now=at)
    assert told() == {AlarmKind.REVEAL: False}
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=operator, now=at, purpose="查看")
    with pytest.raises(IntegrityError, match="old proof"):
        restore(draw, old, *TIMES, "moves")


def test_nor_where_the_owner_writes_it(
    moved: tuple[Draw, tuple[Any, ...], datetime], operator: User
) -> None:
    """He switches the guard off, and has not taken the move out of the log."""
    draw, old, at = moved
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE draws_draw DISABLE TRIGGER draws_draw_moves")
    restore(draw, old, *TIMES, "moves")
    draw = Draw.objects.get(pk=draw.pk)
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=operator, now=at, purpose="查看")
    assert not release(draw_id=draw.pk, now=at)
    swept(NOW + 5 * MINUTE)
    assert told()[AlarmKind.REVEAL] is False


# --- Whom to call -------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("accept", [True, False])
def test_who_has_answered_is_not_to_be_called(asked: Draw, operator: User, accept: bool) -> None:
    first, second = lines(asked)
    asked_once = Invitation.objects.filter(pk=first.pk).values("state", "proof", *LINE[1:]).get()
    reply(first, accept=accept, now=NOW + MINUTE)
    declare_emergency(
        draw=asked, reason="开标提前", minutes=15, actor=operator, now=NOW + 2 * MINUTE
    )
    for written in ({"state": "invited"}, asked_once):
        write(first, **written)
        with pytest.raises(EmergencyRefused, match="被改动过"):
            read_contact(invitation=first, actor=operator, now=NOW + 3 * MINUTE)
    assert not Entry.objects.filter(action="draw.contact").exists()
    assert told() == {AlarmKind.LINE: False}
    assert read_contact(invitation=second, actor=operator, now=NOW + 3 * MINUTE).name


# --- When a seat is free ------------------------------------------------------------------------


@pytest.mark.shows("DRAW-15")
def test_no_seat_is_taken_before_its_letter_went_out(asked: Draw) -> None:
    line = lines(asked)[0]
    at = NOW + 5 * MINUTE
    write(line, reached_at=NOW - 70 * MINUTE, deadline_at=at - timedelta(seconds=1))
    assert not expire(invitation_id=line.pk, now=at, entropy=SeededEntropy(2))
    assert told() == {AlarmKind.LINE: False}
    swept(at + 2 * MINUTE)
    assert Invitation.objects.get(pk=line.pk).state == "invited"
    assert len(lines(asked)) == 2
    # He may answer: no clock has told him until when.
    reply(Invitation.objects.get(pk=line.pk), accept=True, now=at + 3 * MINUTE)
    swept(at + 4 * MINUTE)
    assert told()[AlarmKind.LINE] is True


def test_who_agreed_does_not_lose_his_seat_by_silence(asked: Draw) -> None:
    line = lines(asked)[0]
    reply(line, accept=True, now=NOW + MINUTE)
    write(line, state="invited", deadline_at=NOW + 2 * MINUTE, reached_at=NOW)
    assert not expire(invitation_id=line.pk, now=NOW + 3 * MINUTE, entropy=SeededEntropy(2))
    assert told() == {AlarmKind.LINE: False}


@pytest.mark.parametrize("accept", [True, False])
def test_what_was_answered_is_not_answered_anew(asked: Draw, accept: bool) -> None:
    """The state written back, the answer to it would vouch for another."""
    line = lines(asked)[0]
    reply(line, accept=accept, now=NOW + MINUTE)
    for more in ({}, {"asked_again_at": NOW + 2 * MINUTE}):
        written = write(line, state="invited", replied_at=None, **more)
        for again in (True, False):
            with pytest.raises(ReplyRefused, match="与操作日志不符"):
                reply(written, accept=again, now=NOW + 3 * MINUTE)
    swept(NOW + 5 * MINUTE)
    assert told() == {AlarmKind.LINE: False}


def test_who_left_does_not_come_back_by_a_row(asked: Draw) -> None:
    line = lines(asked)[0]
    reply(line, accept=False, now=NOW + MINUTE)
    written = write(line, state="accepted")
    with pytest.raises(ReplyRefused, match="与操作日志不符"):
        take_leave(
            invitation=written,
            reason="出差",
            via=ReplyVia.LINK,
            now=NOW + 2 * MINUTE,
            entropy=SeededEntropy(3),
        )


def test_a_clock_that_was_written_ends_when_the_panel_sits(asked: Draw) -> None:
    """Else the draw would never end."""
    line = lines(asked)[0]
    opening = asked.project.opening_at
    write(line, deadline_at=opening + DAY)
    late = opening + MINUTE
    with pytest.raises(ReplyRefused, match="已过答复时限"):
        answer(
            invitation=line,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=late,
            entropy=SeededEntropy(2),
        )
    write(line, deadline_at=opening)
    assert expire(invitation_id=line.pk, now=late, entropy=SeededEntropy(2))


def test_another_change_does_not_vouch_for_what_was_written(asked: Draw, operator: User) -> None:
    line = lines(asked)[0]
    write(line, reached_at=NOW, deadline_at=NOW + 30 * MINUTE)
    declare_emergency(
        draw=asked, reason="开标提前", minutes=15, actor=operator, now=NOW + 2 * MINUTE
    )
    at = NOW + 40 * MINUTE
    assert not expire(invitation_id=line.pk, now=at, entropy=SeededEntropy(2))
