"""人工干预次数 is one number on every page, and all supervisors are told of each such step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exports.projects import MEASURES
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.hands import hand_steps_by_kind, hand_steps_of
from expertpool.draws.queries.shown import otherwise_in, told_of
from expertpool.draws.services.emergency import (
    decide_emergency,
    end_emergency,
    request_emergency,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.sheets import build_sheet
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import withdraw
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def draw(now: datetime, operator: User) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=now, seats=2, operator=operator)


def told_to(occasion: str, users: Iterable[User]) -> list[User]:
    told = Message.objects.filter(occasion=occasion)
    return [
        user for user in users if told.filter(recipient_key=recipient_key(user.username)).exists()
    ]


def measured(project: Project) -> int:
    (measure,) = (one for one in MEASURES if one.code == "hand_count")
    rows = Project.objects.annotate(n=measure.expression(False))
    return int(rows.values_list("n", flat=True).get(pk=project.pk))


def test_the_same_number_stands_everywhere(
    client: Client, draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    assert hand_steps_of(draw) == 0
    own, other = draw.invitations.order_by("line")
    answer(
        invitation=own,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(1),
    )
    assert hand_steps_of(draw) == 0  # an expert's own word is no hand
    declare_emergency(
        draw=draw, reason="急用", minutes=15, actor=operator, now=now, second=supervisor
    )
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=now)
    record_answer(
        invitation=other,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=now,
        entropy=SeededEntropy(2),
        second=supervisor,
    )
    # As older rows are: recorded before a second person was needed.
    Invitation.objects.filter(pk=own.pk).update(replied_via=ReplyVia.OPERATOR)
    assert hand_steps_of(draw) == 4
    assert measured(draw.project) == 4
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk]))
    assert page.context["hand_steps"] == 4
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "4 次" in public
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at + timedelta(minutes=1))
    assert dict(sheet.head)["人工干预"].startswith("4 次（代登记答复 2 次、应急抽取 1 次")


def test_all_supervisors_in_scope_are_told_at_once(
    draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    second = make_user("supervisor")
    role = Role.objects.create(code="elsewhere", name="外部门监督")
    role.permissions.create(code="draws.confirm_steps", scope=Scope.DEPARTMENT)
    outsider = make_user(roles=(role,), department=make_department("外部"))
    asked = request_emergency(draw=draw, reason="缺人", minutes=15, actor=operator, now=now)
    told = Message.objects.filter(occasion="request.asked")
    assert told_to("request.asked", (operator, supervisor, second, outsider)) == [
        supervisor,
        second,
    ]
    assert "答复时限 15 分钟：缺人" in told[0].body
    decide_emergency(request=asked, agree=True, note="", actor=supervisor, now=now)
    users = (operator, supervisor, second, outsider)
    assert told_to("request.agreed", users) == [operator, supervisor, second]


def test_who_runs_a_draw_and_all_supervisors_hear_of_a_step_that_one_took_alone(
    draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    second = make_user("supervisor")
    keys = {recipient_key(user.username): user for user in (operator, supervisor, second)}
    heard: set[int] = set()

    def told() -> list[User]:
        rows = Message.objects.filter(occasion="draw.step_alone").exclude(pk__in=heard)
        ours = rows.filter(recipient_key__in=keys)  # the project's approver supervises, too
        found = {row.pk: keys[bytes(row.recipient_key)] for row in ours}
        heard.update(found)
        return sorted(found.values(), key=lambda user: user.pk)

    pause_draw(draw=draw, reason="地点待定", actor=operator, now=now)
    (message, *_) = Message.objects.filter(occasion="draw.step_alone")
    assert "暂停抽取，原因：地点待定" in message.body
    assert told() == [supervisor, second]
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=now)
    assert told() == [supervisor, second]
    assert hand_steps_by_kind(draw) == {"暂停": 1, "恢复": 1}
    declare_emergency(
        draw=draw, reason="急用", minutes=15, actor=operator, now=now, second=supervisor
    )
    assert told() == []  # two persons: told as every request
    end_emergency(draw=draw, reason="来得及", actor=supervisor, now=now)
    assert told() == [operator, second]


def test_a_draw_that_was_given_up_is_a_step_alone(
    client: Client, draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    project = make_ready_project(now=now, seats=2, contributors=["supervisor"])
    for _ in range(2):
        sealed = start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))
        assert hand_steps_of(sealed) == 0
        abandon_draw(draw=sealed, reason="条件有误", actor=operator, now=now)
    assert hand_steps_by_kind(sealed) == {"放弃抽取": 1}
    assert told_to("draw.step_alone", (operator, supervisor)) == [supervisor]
    assert measured(project) == 2  # two seals
    page = login(client, operator).get(reverse("draws:detail", args=[sealed.pk]))
    assert page.context["hand_steps"] == 1
    public = Client().get(reverse("draws:verify_draw", args=[sealed.public_id])).content.decode()
    assert "1 次（放弃抽取 1 次）" in public
    assert otherwise_in(told_of(Draw.objects.get(pk=sealed.pk))) is None


def test_whoever_was_asked_hears_that_the_request_was_taken_back(
    draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    asked = request_emergency(draw=draw, reason="缺人", minutes=15, actor=operator, now=now)
    withdraw(asked, actor=operator, now=now)
    assert told_to("request.withdrawn", (operator, supervisor)) == [supervisor]
