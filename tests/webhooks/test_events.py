"""What happens in projects and draws reaches subscribers: numbers and states, nobody's name."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import take_leave
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.webhooks import tasks
from expertpool.webhooks.models import Delivery
from tests.factories.accounts import make_department
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.webhooks import make_subscription
from tests.factories.widening import accept_all

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, dict[str, Any]]]:
    rows = Delivery.objects.order_by("id")
    return [(row.event, json.loads(row.body)["data"]) for row in rows]


def test_an_approval_is_told() -> None:
    make_subscription()
    project = make_project(ProjectStatus.APPROVED, department=make_department())
    rejected = make_project(ProjectStatus.REJECTED, department=make_department())
    assert told() == [
        ("project.approved", {"project_id": project.pk, "project_number": project.number})
    ]
    assert rejected.status == ProjectStatus.REJECTED


def test_a_draw_is_told_from_seal_to_release_without_names() -> None:
    make_subscription("https://93.184.215.14/", *EVENTS)
    experts = [make_expert(name=f"欧阳专家{n}") for n in range(3)]
    now = timezone.now()
    draw = make_draw(now=now, seats=1)
    first = Invitation.objects.get(draw=draw)
    for row, state in ((first, InvitationState.DECLINED), (None, InvitationState.ACCEPTED)):
        record_answer(
            invitation=row or Invitation.objects.get(draw=draw, state=InvitationState.INVITED),
            state=state,
            reason="欧阳专家来电",
            actor=draw.operator,
            now=now,
            entropy=SeededEntropy(3),
        )
    assert [event for event, _ in told()] == ["draw.sealed"]
    tell_hours()
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(minutes=1))
    of_draw = {
        "project_id": draw.project_id,
        "project_number": draw.project.number,
        "draw_id": draw.pk,
        "draw_number": draw.number,
        "project_numbers": [draw.project.number],
    }
    assert told() == [
        ("draw.sealed", of_draw | {"status": "sealed", "seal": draw.seal}),
        (
            "invitation.answered",
            of_draw | {"status": "success", "line": 1, "group": "g1", "state": "declined"},
        ),
        (
            "invitation.answered",
            of_draw | {"status": "success", "line": 2, "group": "g1", "state": "accepted"},
        ),
        ("draw.ended", of_draw | {"status": "success"}),
        ("names.released", of_draw | {"status": "success", "candidate_count": 3}),
    ]
    sent = "".join(Delivery.objects.values_list("body", flat=True))
    assert not [value for value in secrets(experts) if value in sent]


def tell_hours() -> None:
    """The hour is over: what waits for it is told."""
    for job in ProcrastinateJob.objects.filter(task_name="webhooks.tell_hour").order_by("id"):
        tasks.tell_hour(**job.args)


EVENTS = ("draw.sealed", "invitation.answered", "draw.ended", "names.released")


def secrets(experts: list[Expert]) -> list[str]:
    return [value for one in experts for value in (one.name, one.number, one.phone) if value]


NINE = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


def ended(draw: Draw, at: datetime) -> None:
    """Everybody who waits agrees: it ends."""
    with time_machine.travel(at, tick=False):
        accept_all(draw, now=at)
    assert draw.ended_at == at


def go_on(draw: Draw, at: datetime) -> None:
    """Who sits leaves, and the next one is asked."""
    with time_machine.travel(at, tick=False):
        row = draw.invitations.filter(state=InvitationState.ACCEPTED)[0]
        take_leave(
            invitation=row, reason="住院", via=ReplyVia.LINK, now=at, entropy=SeededEntropy(3)
        )
    draw.refresh_from_db()
    assert draw.ended_at is None


def tell_at(at: datetime) -> list[tuple[str, dict[str, Any]]]:
    with time_machine.travel(at, tick=False):
        for job in ProcrastinateJob.objects.filter(
            task_name="webhooks.tell_hour", scheduled_at__lte=at, status="todo"
        ).order_by("id"):
            tasks.tell_hour(**job.args)
    return [row for row in told() if row[0] == "draw.ended"]


@pytest.fixture
def draw() -> Draw:
    make_subscription("https://93.184.215.14/", "draw.ended")
    for _ in range(4):
        make_expert()
    return make_draw(now=NINE, seats=1)


def test_who_ends_twice_within_an_hour_is_told_once(draw: Draw) -> None:
    ended(draw, NINE + 10 * MINUTE)
    go_on(draw, NINE + 20 * MINUTE)
    ended(draw, NINE + 40 * MINUTE)
    for _ in range(2):  # a job that is run again after it was done
        (only,) = tell_at(NINE + 60 * MINUTE)
        assert only[1]["status"] == "success"


def test_each_end_of_another_hour_is_told(draw: Draw) -> None:
    ended(draw, NINE + 10 * MINUTE)
    assert len(tell_at(NINE + 60 * MINUTE)) == 1
    go_on(draw, NINE + 62 * MINUTE)
    ended(draw, NINE + 63 * MINUTE)
    assert len(tell_at(NINE + 120 * MINUTE)) == 2


def test_an_end_before_its_hour_is_over_is_not_told_by_the_job_of_the_hour_before(
    draw: Draw,
) -> None:
    ended(draw, NINE + 10 * MINUTE)
    go_on(draw, NINE + 20 * MINUTE)
    ended(draw, NINE + 60 * MINUTE)
    assert tell_at(NINE + 61 * MINUTE) == []
    assert len(tell_at(NINE + 120 * MINUTE)) == 1


def test_a_void_told_at_once_is_not_told_again_when_the_hour_is_over(
    draw: Draw, operator: User, supervisor: User
) -> None:
    ended(draw, NINE + 10 * MINUTE)
    at = NINE + 20 * MINUTE
    with time_machine.travel(at, tick=False):
        asked = request_void(draw=draw, reason="条件有误", actor=operator, now=at)
        decide_void(request=asked, agree=True, note="", actor=supervisor, now=at)
    ((_, data),) = tell_at(NINE + 60 * MINUTE)
    assert data["status"] == "void"


def test_who_answers_twice_within_an_hour_is_told_once() -> None:
    make_subscription("https://93.184.215.14/", "invitation.answered")
    for _ in range(2):
        make_expert()
    draw = make_draw(now=NINE, seats=1)
    ended(draw, NINE + 10 * MINUTE)
    go_on(draw, NINE + 20 * MINUTE)
    tell_at(NINE + 60 * MINUTE)
    assert [data["state"] for _, data in told()] == ["leave"]
