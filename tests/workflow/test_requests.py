"""What two persons decide: who may, the list and the todos, and requests that run out of time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.automation.services.rules import save_rule
from expertpool.core.home import todos_for
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.exceptions import DrawError, VoidRefused
from expertpool.draws.models import (
    Draw,
    DrawPlan,
    EmergencyEndRequest,
    PickRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.queries.archive import open_matters
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.earlier import request_earlier
from expertpool.draws.services.emergency import request_emergency, request_emergency_end
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.matters import VOID
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.services.lifts import request_lift
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.fees.models import PaymentRequest
from expertpool.fees.services.corrections import request_correction
from expertpool.notifications.models import Message
from expertpool.reviews.models import ScoreSheet
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.reviews.services.returning import request_hand_back
from expertpool.reviews.services.stopping import request_stop
from expertpool.secondfactor.models import ResetRequest
from expertpool.secondfactor.services.codes import make_codes
from expertpool.secondfactor.services.resets import request_reset
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow import tasks
from expertpool.workflow.enums import RequestOutcome
from expertpool.workflow.queries.matters import MATTERS, Matter
from expertpool.workflow.queries.requests import (
    lines_asked_by,
    lines_settled,
    lines_to_decide,
    waiting_about,
)
from expertpool.workflow.services import two_persons
from expertpool.workflow.services.two_persons import expire, expire_requests, withdraw
from expertpool.workflow.settings import OBJECTION_MINUTES, REQUEST_DAYS
from tests.architecture.world import ROLES
from tests.factories.accounts import make_department, make_user
from tests.factories.answers import declare_emergency
from tests.factories.automation import FREEZE, rule_data
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_batch_of, make_paid_to, pay
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.points import ask_correction
from tests.factories.privacy import ask_to_erase
from tests.factories.scoring import make_assigned, make_open, make_submitted
from tests.factories.siteconfig import configure
from tests.factories.widening import EVERYBODY, SENIOR, make_short_panel
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST = reverse("workflow:request_list")
WEEK = timedelta(days=7)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def drawn(now: datetime, operator: User, *, opens_in_hours: int = 400) -> Draw:
    for _ in range(2):
        make_expert()
    return make_draw(now=now, seats=1, operator=operator, opens_in_hours=opens_in_hours)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        return drawn(timezone.now(), make_user("operator"))


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def asked(draw: Draw, operator: User, now: datetime) -> VoidRequest:
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)


# --- Who may --------------------------------------------------------------------------------------


def _widening(_draw: Draw, by: User, now: datetime) -> WideningRequest:
    base = make_short_panel(now=now)
    widen_plan(project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=by, now=now)
    version = DrawPlan.objects.get(project=base.project).version
    return request_widening(base=base, reason="试办", version=version, actor=by, now=now)


def _emergency_end(_draw: Draw, by: User, now: datetime) -> EmergencyEndRequest:
    draw = drawn(now, by, opens_in_hours=12)
    declare_emergency(draw=draw, reason="试办", minutes=15, actor=by, now=now)
    return request_emergency_end(draw=draw, reason="试办", actor=by, now=now)


def _handed_back(by: User, now: datetime) -> Any:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    made = make_submitted(by, expert, now=now)
    return request_hand_back(subject=made, reason="试办", actor=by, now=now)


def _recusal(by: User, now: datetime) -> Any:
    row = make_assigned(by, make_user("supervisor"), now=now)
    sheet = ScoreSheet.objects.filter(reviewer__review=row.review)[0]
    wanted = Wanted(items=[sheet.item], ground="回避")
    return request_reassign(reviewer=sheet.reviewer, wanted=wanted, actor=by, now=now)


def _stop_of_review(by: User, now: datetime) -> Any:
    return request_stop(subject=make_open(by, now=now), reason="试办", actor=by, now=now)


def _second_step_lost(by: User, now: datetime) -> ResetRequest:
    user = make_user("finance")
    make_codes(user=user, now=now)
    return request_reset(user=user, reason="手机丢失，已当面核对", actor=by, now=now)


MAKE: dict[str, Callable[[Draw, User, datetime], Any]] = {
    "draws.void": lambda draw, by, now: request_void(draw=draw, reason="试办", actor=by, now=now),
    "draws.release": lambda draw, by, now: request_release(
        draw=draw, reason="试办", actor=by, now=now
    ),
    "draws.emergency": lambda _draw, by, now: request_emergency(
        draw=drawn(now, by, opens_in_hours=12), reason="试办", minutes=15, actor=by, now=now
    ),
    "draws.emergency_end": _emergency_end,
    "draws.widening": _widening,
    "draws.answer": lambda draw, by, now: request_answer(
        invitation=draw.invitations.get(),
        state=InvitationState.ACCEPTED,
        reason="试办",
        actor=by,
        now=now,
    ),
    "draws.picks": lambda _draw, by, now: _picks(by, now),
    "automation.rule": lambda _draw, by, now: save_rule(
        rule=None, data=rule_data(FREEZE, event="experts.approved"), actor=by, now=now
    ),
    "evaluations.sanction": lambda _draw, by, now: request_sanction(
        expert=make_expert(), kind=SanctionKind.CAUTION, reason="评审迟到", actor=by, now=now
    ),
    "evaluations.lift": lambda _draw, by, now: request_lift(
        subject=_caution(by, now), reason="依据已撤销", actor=by, now=now
    ),
    "reviews.return": lambda _draw, by, now: _handed_back(by, now),
    "reviews.reassign": lambda _draw, by, now: _recusal(by, now),
    "reviews.stop": lambda _draw, by, now: _stop_of_review(by, now),
    "secondfactor.reset": lambda _draw, by, now: _second_step_lost(by, now),
    "fees.payment": lambda _draw, by, now: PaymentRequest.objects.get(
        batch=make_batch_of(
            [make_paid_to(make_user("operator"), now=now - timedelta(days=1))], by, now=now
        )
    ),
    "fees.correct": lambda _draw, by, now: request_correction(
        line=pay(
            make_paid_to(make_user("operator"), now=now - timedelta(days=1)),
            make_user("finance"),
            now=now - timedelta(hours=1),
        ),
        gross=Decimal(100),
        reason="少算一小时",
        actor=by,
        now=now,
    ),
    "privacy.erase": lambda _draw, by, now: ask_to_erase(by, now=now),
    "points.correct": lambda _draw, by, _now: ask_correction(make_expert(), by),
    "draws.earlier": lambda draw, by, now: request_earlier(
        draw=draw,
        meetings=[NewMeeting(draw.project_id, now + timedelta(days=9), "北楼")],
        reason="试办",
        actor=by,
        now=now,
    ),
}


def _caution(by: User, now: datetime) -> Sanction:
    asked = request_sanction(
        expert=make_expert(), kind=SanctionKind.CAUTION, reason="评审迟到", actor=by, now=now
    )
    return decide_sanction(
        request=asked, agree=True, note="", actor=make_user("supervisor"), now=now
    )


def _picks(by: User, now: datetime) -> PickRequest:
    allow_manual_ways()
    project = make_ready_project(now=now, opens_in_hours=300, seats=1)
    return ask_for(project, [make_expert()], actor=by, now=now)


def addresses(matter: Matter, request: Any) -> dict[str, tuple[str, str]]:
    """By URL: the permission that it takes, and the address."""
    of = [matter.code, request.pk]
    return {
        "ask": (
            matter.asks,
            reverse("workflow:request_ask", args=[matter.code, request.subject.pk]),
        ),
        "agree": (matter.decides, reverse("workflow:request_agree", args=of)),
        "turn_down": (matter.decides, reverse("workflow:request_turn_down", args=of)),
        "withdraw": (matter.asks, reverse("workflow:request_withdraw", args=of)),
    }


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize("code", ["draws.void", "draws.release", "draws.earlier"])
def test_where_there_is_time_to_object_all_who_decide_are_told_and_wait(
    code: str, draw: Draw, now: datetime, operator: User, supervisor: User
) -> None:
    assert {one.code for one in MATTERS if one.with_objection} == {
        "draws.void",
        "draws.release",
        "draws.earlier",
    }
    configure(OBJECTION_MINUTES, 5)
    third = make_user("supervisor", name="第三人", phone="13812340001", email="third@example.cn")
    asked, matter = MAKE[code](draw, operator, now), MATTERS[code]
    letters = Message.objects.filter(occasion="request.asked")
    assert {(one.recipient, one.channel) for one in letters} >= {
        (supervisor.name, "site"),
        ("第三人", "site"),
        ("第三人", "sms"),
        ("第三人", "email"),
    }
    early, later = now + timedelta(minutes=4), now + timedelta(minutes=6)
    (shown,) = waiting_about(draw, supervisor, now=early)
    assert (shown.may_decide, shown.may_agree) == (True, False)
    with pytest.raises(DrawError, match="之后才能确认"):
        matter.decide(request=asked, agree=True, note="", actor=supervisor, now=early)
    assert waiting_about(draw, supervisor, now=later)[0].may_agree
    matter.decide(request=asked, agree=False, note="没有依据", actor=third, now=early)
    with pytest.raises(DrawError, match="已经有人处理"):
        matter.decide(request=asked, agree=True, note="", actor=supervisor, now=later)


def test_every_matter_is_tried_here() -> None:
    assert set(MATTERS.codes) == set(MAKE)
    assert MATTERS.faults() == []


@pytest.mark.parametrize("code", sorted(MAKE))
def test_each_address_of_a_matter_asks_for_its_right(
    code: str, draw: Draw, now: datetime, client: Client
) -> None:
    matter = MATTERS[code]
    asked = MAKE[code](draw, make_user("admin"), now)
    for role, (name, (permission, address)) in product(ROLES, addresses(matter, asked).items()):
        user = make_user(role)
        login(client, user)
        with transaction.atomic():
            status = client.post(address).status_code
            transaction.set_rollback(True)
        if not user.has_permission(permission):
            assert status == 403, (role, name)
        elif name == "withdraw" or (name == "ask" and matter.ask is None):
            assert status == 404, (role, name)  # somebody else's; a form of its own
        else:
            assert status in {204, 409}, (role, name)
        assert client.get(address).status_code == 405


def test_out_of_scope_nothing_is_found(asked: VoidRequest, now: datetime, client: Client) -> None:
    """A right for the own department only: the project is another's."""
    role = Role.objects.create(code="outsider", name="外部门")
    for code in ("draws.view", "draws.void"):
        role.permissions.create(code=code, scope=Scope.DEPARTMENT)
    outsider = make_user(roles=(role,), department=make_department("外部"))
    login(client, outsider)
    for name, (_, address) in addresses(VOID, asked).items():
        assert client.post(address, {"reason": "试办"}).status_code == 404, name
    assert lines_to_decide(outsider, now=now) == []
    assert waiting_about(asked.draw, outsider, now=now)[0].may_decide is False


def test_an_unknown_matter_is_not_found(client: Client, admin: User) -> None:
    address = reverse("workflow:request_agree", args=["draws.nothing", 1])
    assert login(client, admin).post(address).status_code == 404


def test_a_matter_names_a_field_and_a_model_of_its_own() -> None:
    class Unbound(VoidRequest):
        subject_field = "project"

        class Meta:
            app_label = "workflow"
            proxy = True

    with MATTERS.holding(replace(VOID, code="again"), replace(VOID, code="wrong", model=Unbound)):
        faults = " ".join(MATTERS.faults())
    assert "again: VoidRequest belongs to another matter, too" in faults
    assert "wrong: Unbound does not say which field is its subject" in faults


# --- The list, todos, panel -----------------------------------------------------------------------


def test_what_waits_is_listed_for_the_second_person_and_for_its_author(
    asked: VoidRequest,
    operator: User,
    supervisor: User,
    auditor: User,
    now: datetime,
    client: Client,
) -> None:
    page = reverse("draws:detail", args=[asked.draw_id])
    login(client, supervisor)
    text = client.get(LIST).content.decode()
    assert "回避单位漏填" in text
    assert page in text
    assert "没有申请" in client.get(LIST, {"tab": "own"}).content.decode()
    (todo,) = (todo for todo in todos_for(supervisor, now=now) if "作废抽取" in todo.title)
    assert todo.url == page
    login(client, operator)
    assert "回避单位漏填" not in client.get(LIST).content.decode()
    assert not [todo for todo in todos_for(operator, now=now) if "作废抽取" in todo.title]
    own = client.get(LIST, {"tab": "own"}).content.decode()
    withdrawal = reverse("workflow:request_withdraw", args=["draws.void", asked.pk])
    assert withdrawal in own
    assert withdrawal in client.get(page).content.decode()
    assert login(client, auditor).get(LIST).status_code == 403
    assert client.get(page).content.decode().count(withdrawal) == 0


def test_what_was_decided_stays_for_a_while(
    asked: VoidRequest, operator: User, supervisor: User, now: datetime, client: Client
) -> None:
    decide_void(request=asked, agree=False, note="条件无误", actor=supervisor, now=now)
    for user in (operator, supervisor):
        text = login(client, user).get(LIST, {"tab": "settled"}).content.decode()
        assert f"{supervisor} " in text
        assert "条件无误" in text
        assert lines_settled(user, now=now + timedelta(days=31)) == []
    assert lines_asked_by(operator, now=now) == lines_to_decide(supervisor, now=now) == []


@pytest.mark.parametrize("tab", ["", "own", "settled"])
def test_the_list_asks_the_same_for_any_number_of_rows(
    tab: str, operator: User, supervisor: User, now: datetime, client: Client
) -> None:
    def add(at: int) -> None:
        draw = drawn(now, operator, opens_in_hours=100 + 50 * at)
        asked = request_void(draw=draw, reason="试办", actor=operator, now=now)
        if tab == "settled":
            decide_void(request=asked, agree=False, note="否", actor=supervisor, now=now)

    def ask() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(LIST, {"tab": tab}).context["page"]
        return page.paginator.count, len(queries)

    login(client, operator if tab == "own" else supervisor)
    add(0)
    ask()
    (one, first) = ask()
    add(1), add(2)
    (three, second) = ask()
    assert (one, three) == (1, 3)
    assert first == second


def test_a_request_is_withdrawn_by_its_author_only(
    asked: VoidRequest, operator: User, supervisor: User, draw: Draw, now: datetime
) -> None:
    with pytest.raises(DrawError, match="本人"):
        withdraw(asked, actor=supervisor, now=now)
    withdraw(asked, actor=operator, now=now)
    assert asked.outcome == RequestOutcome.WITHDRAWN
    entry = Entry.objects.get(action="request.withdraw")
    assert (entry.subject_id, entry.actor, entry.after) == (
        str(draw.pk), operator, {"申请": "作废抽取"},
    )  # fmt: skip
    with pytest.raises(DrawError, match="已经有人处理"):
        withdraw(asked, actor=operator, now=now)
    request_void(draw=draw, reason="再次申请", actor=operator, now=now)


def test_nothing_is_archived_while_a_request_waits(asked: VoidRequest, now: datetime) -> None:
    assert "有待确认的作废申请，请先处理" in open_matters(asked.draw.project)


# --- Out of time ----------------------------------------------------------------------------------


def test_the_term_is_what_the_office_says_when_it_is_asked_for(
    draw: Draw, operator: User, admin: User, now: datetime
) -> None:
    assert VOID.expiry(VoidRequest(), now) == now + WEEK
    save_settings(
        group=REQUEST_DAYS.group,
        values={REQUEST_DAYS.code: 2},
        version=version_of(REQUEST_DAYS.group),
        actor=admin,
        now=now,
    )
    asked = request_void(draw=draw, reason="试办", actor=operator, now=now)
    assert asked.expires_at == now + timedelta(days=2)
    shorter = replace(VOID, term=timedelta(minutes=10))
    assert shorter.expiry(VoidRequest(), now) == now + timedelta(minutes=10)


def test_what_nobody_decided_ends_by_itself_once(
    asked: VoidRequest, draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    assert expire_requests(now=now + WEEK - timedelta(seconds=1)) == 0
    assert expire_requests(now=now + WEEK) == 1
    assert expire_requests(now=now + WEEK) == 0
    assert expire(asked, now=now + WEEK) is False
    asked.refresh_from_db()
    assert asked.outcome == RequestOutcome.EXPIRED
    entry = Entry.objects.get(action="request.expire")
    assert (entry.subject_id, entry.actor, entry.after) == (
        str(draw.pk), None, {"申请": "作废抽取"},
    )  # fmt: skip
    message = Message.objects.get(occasion="request.expired")
    assert operator.name in message.recipient
    assert "回避单位漏填" in message.body
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    request_void(draw=draw, reason="再次申请", actor=operator, now=now + WEEK)


def test_the_task_ends_what_is_over(asked: VoidRequest, now: datetime) -> None:
    VoidRequest.objects.update(expires_at=now)
    tasks.expire_requests(timestamp=0)
    asked.refresh_from_db()
    assert asked.outcome == RequestOutcome.EXPIRED


def test_out_of_time_nobody_decides_it_nor_sees_it_wait(
    asked: VoidRequest, draw: Draw, operator: User, supervisor: User, now: datetime
) -> None:
    late = now + WEEK
    with pytest.raises(VoidRefused, match="有效期"):
        decide_void(request=asked, agree=True, note="", actor=supervisor, now=late)
    with pytest.raises(DrawError, match="有效期"):
        withdraw(asked, actor=operator, now=late)
    assert lines_to_decide(supervisor, now=late) == lines_asked_by(operator, now=late) == []
    assert waiting_about(draw, supervisor, now=late) == []
    assert not [todo for todo in todos_for(supervisor, now=late) if "作废" in todo.title]
    with pytest.raises(IntegrityError, match="decided_in_time"), transaction.atomic():
        VoidRequest.objects.update(decided_by=supervisor, decided_at=late, agreed=True)


def test_with_a_first_list_its_draw_is_given_up(admin: User, now: datetime) -> None:
    asked = _picks(admin, now)
    project = asked.draw.project
    assert expire_requests(now=now + WEEK) == 1
    assert Draw.objects.get(pk=asked.draw_id).status == DrawStatus.ABANDONED
    project.refresh_from_db()
    draw = start_draw(project=project, actor=admin, now=now, entropy=SeededEntropy(1))
    assert draw.is_random


def test_one_that_fails_keeps_no_other_open(
    asked: VoidRequest,
    operator: User,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = request_void(
        draw=drawn(now, operator, opens_in_hours=100), reason="试办", actor=operator, now=now
    )
    end = two_persons.expire

    def fail(request: Any, *, now: datetime) -> bool:
        if request.pk == asked.pk:
            raise DrawError("试验")
        return end(request, now=now)

    monkeypatch.setattr(two_persons, "expire", fail)
    with caplog.at_level(logging.CRITICAL, two_persons.__name__):
        assert expire_requests(now=now + WEEK) == 1
    other.refresh_from_db()
    assert other.outcome == RequestOutcome.EXPIRED
