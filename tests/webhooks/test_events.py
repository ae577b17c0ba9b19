"""What happens in projects and draws reaches subscribers: numbers and states, nobody's name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
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
