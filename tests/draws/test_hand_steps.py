"""人工干预次数 is one number on every page, and all supervisors are told of each such step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exports.projects import MEASURES
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawPlan,
    EmergencyRequest,
    Invitation,
    WideningRequest,
)
from expertpool.draws.queries.hands import hand_steps_by_kind, hand_steps_of
from expertpool.draws.queries.shown import otherwise_in, told_of
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.emergency import end_emergency, request_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import decide, withdraw
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import declare_emergency, record_answer
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.widening import (
    EVERYBODY,
    SENIOR,
    accept_all,
    make_short_panel,
    widen_to_everybody,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def draw(now: datetime, operator: User) -> Draw:
    return a_draw(operator, now)


def a_draw(operator: User, now: datetime) -> Draw:
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
    rows = Project.objects.annotate(n=measure.expression(None, False))
    return rows.values_list("n", flat=True).get(pk=project.pk) or 0


def check_everywhere(draw: Draw, number: int, kinds: str, operator: User) -> None:
    """On page, public page, sheet and in the statistics, and of what it consists."""
    assert hand_steps_of(draw) == number
    client = login(Client(), operator)
    assert client.get(reverse("draws:detail", args=[draw.pk])).context["hand_steps"] == number
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert f"{number} 次（{kinds}）" in public
    assert measured(draw.project) == 0, "whoever counts is told of it once names are public"
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    sheet = build_sheet(draw=draw, actor=operator, now=draw.reveal_at + timedelta(minutes=1))
    assert dict(sheet.head)["人工干预"] == f"{number} 次（{kinds}）"
    assert measured(draw.project) == number
    page = client.get(reverse("reports:statistics"), {"topic": "projects"})
    shown = {header: value for header, value, _ in page.context["total_figures"]}
    assert shown["人工干预次数"] == str(number)


def test_the_same_number_stands_everywhere(
    draw: Draw, operator: User, supervisor: User, now: datetime
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
    record_answer(
        invitation=other,
        state=InvitationState.REPLACED,
        reason="",
        ground="联系不上",
        actor=operator,
        now=now,
        entropy=SeededEntropy(3),
        second=supervisor,
    )
    accept_all(draw, now=now)
    kinds = "更换专家 1 次、代登记答复 2 次、应急抽取 1 次、取消应急 1 次"
    check_everywhere(draw, 5, kinds, operator)


def test_a_widened_draw_counts_as_a_step_everywhere(operator: User, now: datetime) -> None:
    base = make_short_panel(now=now, operator=operator)
    widened = widen_to_everybody(base, now=now, actor=operator)
    accept_all(widened, now=now)
    check_everywhere(widened, 1, "放宽条件补抽 1 次", operator)


def replacing(by: User, now: datetime) -> AnswerRequest:
    draw = a_draw(by, now)
    return request_answer(
        invitation=draw.invitations.get(line=1),
        state=InvitationState.REPLACED,
        ground="联系不上",
        reason="",
        actor=by,
        now=now,
    )


def emergency(by: User, now: datetime) -> EmergencyRequest:
    draw = a_draw(by, now)
    return request_emergency(draw=draw, reason="缺人", minutes=15, actor=by, now=now)


def widening(by: User, now: datetime) -> WideningRequest:
    base = make_short_panel(now=now, operator=by)
    widen_plan(project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=by, now=now)
    version = DrawPlan.objects.get(project=base.project).version
    return request_widening(base=base, reason="缺人", version=version, actor=by, now=now)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (replacing, "登记为「更换」：联系不上"),
        (emergency, "答复时限 15 分钟：缺人"),
        (widening, "缺人"),
    ],
)
def test_all_supervisors_in_scope_are_told_at_once(
    ask: Callable[[User, datetime], Any],
    words: str,
    operator: User,
    supervisor: User,
    now: datetime,
) -> None:
    second = make_user("supervisor")
    role = Role.objects.create(code="elsewhere", name="外部门监督")
    role.permissions.create(code="draws.confirm_steps", scope=Scope.DEPARTMENT)
    outsider = make_user(roles=(role,), department=make_department("外部"))
    asked = ask(operator, now)
    told = Message.objects.filter(occasion="request.asked")
    assert told_to("request.asked", (operator, supervisor, second, outsider)) == [
        supervisor,
        second,
    ]
    assert words in told[0].body
    decide(asked, agree=True, note="", actor=supervisor, now=now)
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
