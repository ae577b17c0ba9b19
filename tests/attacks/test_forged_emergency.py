"""An emergency that is written into the database tells nobody whom to call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import AlarmKind
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.home import open_alarms
from expertpool.draws.models import Draw, DrawAlarm, Emergency, Invitation
from expertpool.draws.queries.emergency import emergencies_of, emergency_of
from expertpool.draws.services.calling import read_contact
from expertpool.draws.services.emergency import end_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.notifications.models import Message
from tests.factories.answers import declare_emergency
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2, reply_minutes=60)


def write(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def forge(draw: Draw, by: User, proof: bytes | None = b"0" * 16) -> None:
    write(
        "INSERT INTO draws_emergency (draw_id, reason, supervisor, minutes, declared_by_id,"
        " declared_at, proof) VALUES (%s, '开标提前', '周监督', 15, %s, %s, %s)",
        *(draw.pk, by.pk, NOW, proof),
    )


def opens_nothing(draw: Draw, operator: User) -> bool:
    for line in Invitation.objects.filter(draw=draw, state="invited"):
        with pytest.raises(EmergencyRefused):
            read_contact(invitation=line, actor=operator, now=LATER)
    return emergency_of(draw) is None and not Entry.objects.filter(action="draw.contact").exists()


@pytest.mark.shows("DRAW-14")
def test_one_that_nobody_declared_opens_nothing_and_is_told(
    draw: Draw, operator: User, supervisor: User
) -> None:
    forge(draw, operator)
    assert opens_nothing(draw, operator)
    assert emergencies_of(draw) == []
    for _ in range(2):
        sweep(now=LATER, entropy=SeededEntropy(1))
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.EMERGENCY, None)
    told = Message.objects.filter(occasion="draw.alarm")
    assert supervisor.name in {message.recipient for message in told}
    (todo,) = open_alarms(supervisor, LATER)
    assert "不是在系统中宣布的" in todo.title
    # One that is declared takes its place.
    real = declare_emergency(draw=draw, reason="开标提前", minutes=15, actor=operator, now=LATER)
    assert emergency_of(draw) == real
    sweep(now=LATER + timedelta(minutes=1), entropy=SeededEntropy(1))
    assert DrawAlarm.objects.get().done_at is not None
    line = Invitation.objects.filter(draw=draw, state="invited")[0]
    assert read_contact(invitation=line, actor=operator, now=LATER).phone


def test_one_without_a_proof_stops_no_sweep(draw: Draw, operator: User) -> None:
    with pytest.raises(IntegrityError, match="proof"), transaction.atomic():
        forge(draw, operator, None)
    forge(draw, operator, b"")
    assert opens_nothing(draw, operator)
    sweep(now=LATER, entropy=SeededEntropy(1))
    assert DrawAlarm.objects.get().kind == AlarmKind.EMERGENCY


def test_one_of_another_draw_opens_nothing(draw: Draw, operator: User) -> None:
    for _ in range(2):
        make_expert()
    other = make_draw(now=NOW, operator=operator, seats=1, reply_minutes=60)
    declare_emergency(draw=other, reason="开标提前", minutes=15, actor=operator, now=NOW)
    write("UPDATE draws_emergency SET draw_id = %s", draw.pk)
    assert opens_nothing(draw, operator)


def test_one_that_was_taken_back_is_not_revived(
    draw: Draw, operator: User, supervisor: User
) -> None:
    declare_emergency(draw=draw, reason="开标提前", minutes=15, actor=operator, now=NOW)
    end_emergency(draw=draw, reason="不再紧急", actor=supervisor, now=NOW + timedelta(minutes=1))
    write("UPDATE draws_emergency SET ended_at = NULL, ended_by_id = NULL")
    assert Emergency.objects.filter(ended_at=None).exists()
    assert opens_nothing(draw, operator)
    sweep(now=LATER, entropy=SeededEntropy(1))
    assert DrawAlarm.objects.get().kind == AlarmKind.EMERGENCY


def test_a_review_that_is_written_to_open_soon_is_none(operator: User) -> None:
    """Its policy lets nobody call so early; the row of the project says tomorrow."""
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=24 * 40)
    write("UPDATE projects_project SET opening_at = %s", NOW + timedelta(hours=3))
    draw = Draw.objects.get(pk=draw.pk)
    with pytest.raises(EmergencyRefused, match="离评审开始还早"):
        declare_emergency(draw=draw, reason="开标提前", minutes=15, actor=operator, now=NOW)
