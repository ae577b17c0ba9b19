"""A request that is written into the database is none: nobody agrees to what nobody asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind
from expertpool.draws.exceptions import DrawError
from expertpool.draws.home import open_alarms
from expertpool.draws.models import Draw, DrawAlarm, ReleaseRequest
from expertpool.draws.queries.archive import open_matters
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.releasing import request_release
from expertpool.workflow.queries.requests import lines_settled, lines_to_decide, waiting_about
from expertpool.workflow.services.matters import requests_that_wait
from expertpool.workflow.services.two_persons import decide, expire_requests, withdraw
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def draw(operator: User, time_machine: Any) -> Draw:
    time_machine.move_to(NOW, tick=False)
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=operator, seats=2)


def write(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def forge(draw: Draw, by: User, proof: bytes = b"0" * 16) -> ReleaseRequest:
    """An hour ago ``by`` would have asked for an early release: the time to object is over."""
    write(
        "INSERT INTO draws_releaserequest"
        " (draw_id, reason, requested_by_id, requested_at, expires_at, note, proof, asked_proof)"
        " VALUES (%s, '评审提前', %s, %s, %s, '', 'session', %s)",
        *(draw.pk, by.pk, NOW - timedelta(hours=1), NOW + timedelta(days=3), proof),
    )
    return ReleaseRequest.objects.latest("pk")


def stays_sealed(draw: Draw, asked: ReleaseRequest, second: User) -> bool:
    """Nobody sees ``asked``, and neither pages nor services let ``second`` agree to it."""
    client = login(Client(), second)
    for door in ("request_agree", "request_turn_down", "request_look"):
        address = reverse(f"workflow:{door}", args=["draws.release", asked.pk])
        look = client.get if door == "request_look" else client.post
        assert look(address).status_code == 404
    with pytest.raises(DrawError):
        decide(asked, agree=True, note="", actor=second, now=LATER)
    assert not lines_to_decide(second, now=LATER)
    assert not waiting_about(draw, second, now=LATER)
    assert not list(requests_that_wait(second, LATER))
    assert "评审提前" not in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    draw.refresh_from_db()
    return draw.released_at is None and draw.reveal_at > LATER


@pytest.mark.shows("DRAW-14")
def test_one_that_nobody_asked_for_is_none_and_is_told(
    draw: Draw, operator: User, supervisor: User, time_machine: Any
) -> None:
    forged = forge(draw, supervisor)
    time_machine.move_to(LATER, tick=False)
    assert stays_sealed(draw, forged, operator)
    assert not [line for line in open_matters(draw.project) if "申请" in line]
    for _ in range(2):
        sweep(now=LATER, entropy=SeededEntropy(1))
    alarm = DrawAlarm.objects.get()
    assert (alarm.kind, alarm.done_at) == (AlarmKind.REQUEST, None)
    (todo,) = open_alarms(supervisor, LATER)
    assert "不是在系统中提出的" in todo.title
    page = login(Client(), operator).get(reverse("draws:detail", args=[draw.pk]))
    assert "谁也不能确认" in page.content.decode()


@pytest.mark.shows("DRAW-14")
def test_one_that_is_asked_for_takes_its_place(
    draw: Draw, operator: User, supervisor: User, time_machine: Any
) -> None:
    forge(draw, supervisor)
    time_machine.move_to(LATER, tick=False)
    real = request_release(draw=draw, reason="评审改期", actor=operator, now=LATER)
    assert [line.asked for line in lines_to_decide(supervisor, now=LATER)] == [real]
    assert not lines_settled(supervisor, now=LATER)
    sweep(now=LATER, entropy=SeededEntropy(1))
    assert not DrawAlarm.objects.exists()
    decide(real, agree=True, note="", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    assert draw.released_at == LATER


def test_it_ends_with_its_time(draw: Draw, supervisor: User) -> None:
    forged = forge(draw, supervisor)
    assert expire_requests(now=NOW + timedelta(days=4)) == 1
    forged.refresh_from_db()
    assert forged.decided_at is not None


@pytest.mark.parametrize(
    "change",
    [
        "requested_by_id = (SELECT id FROM accounts_user WHERE username = %s)",
        "requested_at = requested_at - interval '1 day' WHERE %s <> ''",
        "expires_at = expires_at + interval '1 day' WHERE %s <> ''",
        "reason = '另一个原因' WHERE %s <> ''",
    ],
)
def test_what_was_asked_for_is_not_altered(
    draw: Draw, operator: User, supervisor: User, change: str, time_machine: Any
) -> None:
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=NOW)
    write(f"UPDATE draws_releaserequest SET {change}", supervisor.username)  # noqa: S608
    asked = ReleaseRequest.objects.get()
    time_machine.move_to(LATER, tick=False)
    second = operator if asked.requested_by_id == supervisor.pk else supervisor
    assert stays_sealed(draw, asked, second)


def test_one_of_another_draw_is_none_here(draw: Draw, operator: User, supervisor: User) -> None:
    for _ in range(2):
        make_expert()
    other = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=600)
    request_release(draw=other, reason="评审提前", actor=operator, now=NOW)
    write("UPDATE draws_releaserequest SET draw_id = %s", draw.pk)
    assert stays_sealed(draw, ReleaseRequest.objects.get(), supervisor)


def test_one_that_was_withdrawn_is_not_revived(
    draw: Draw, operator: User, supervisor: User
) -> None:
    asked = request_release(draw=draw, reason="评审提前", actor=supervisor, now=NOW)
    withdraw(asked, actor=supervisor, now=NOW)
    with pytest.raises(IntegrityError, match="not opened again"):
        write("UPDATE draws_releaserequest SET decided_at = NULL, agreed = NULL")
    with pytest.raises(IntegrityError, match="asked_proof"):
        forge(draw, supervisor, asked.asked_proof)
