"""What may be done now is said in one place: pages show it, services keep to it, in the same words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.api import CALLED
from expertpool.draws.enums import ActionCode, DrawKind, DrawStatus, InvitationState
from expertpool.draws.exceptions import DrawError, DrawNotReady, VoidRefused
from expertpool.draws.forms.draw import RECORDABLE
from expertpool.draws.models import (
    Draw,
    DrawPlan,
    DrawRequest,
    EmergencyRequest,
    Invitation,
    PickRequest,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.queries.actions import DrawAction, actions_for, actions_for_project
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.obstacles import NOBODY_LEFT
from expertpool.draws.queries.picking import lists_to_complete
from expertpool.draws.queries.requests import open_request
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.changed_pool import resume_changed
from expertpool.draws.services.earlier import decide_earlier
from expertpool.draws.services.emergency import (
    decide_emergency,
    end_emergency,
    request_emergency,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_at_once, send_letters_again
from expertpool.draws.services.panel_roles import seated_lines, set_panel_roles
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import (
    agree_to_picks,
    read_picks,
    request_more,
    turn_down_picks,
)
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.widening import decide_widening, request_widening
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.settings import ALLOWED
from expertpool.workflow.services.two_persons import ask, withdraw
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import come_back, go_away, make_expert
from tests.factories.picks import allow_manual_ways, ask_for, make_list
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, leave, people, reply
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(second=0, microsecond=0)
ROLES = ("admin", "operator", "department", "supervisor", "finance", "auditor")
ENTROPY = SeededEntropy(5)
RANDOM_STATES = tuple(DrawStatus)
PICKED_STATES = tuple(one for one in DrawStatus if one != DrawStatus.SUCCESS_SUPPLEMENT)
Decided = tuple[type[DrawRequest], str, Callable[..., Any], dict[str, Any]]
# Requests that one asks for and another agrees to: with the matter, the service and what that takes besides.
DECIDED: dict[ActionCode, Decided] = {
    ActionCode.DECIDE_VOID: (VoidRequest, "draws.void", decide_void, {}),
    ActionCode.DECIDE_RELEASE: (ReleaseRequest, "draws.release", decide_release, {}),
    ActionCode.DECIDE_EMERGENCY: (
        EmergencyRequest,
        "draws.emergency",
        decide_emergency,
        {"entropy": ENTROPY},
    ),
    ActionCode.DECIDE_WIDENING: (
        WideningRequest,
        "draws.widening",
        decide_widening,
        {"entropy": ENTROPY},
    ),
    ActionCode.DECIDE_RESCHEDULE: (
        RescheduleRequest,
        "draws.earlier",
        decide_earlier,
        {"entropy": ENTROPY},
    ),
}
OF_PICKS = {
    ActionCode.AGREE_PICKS: "agree",
    ActionCode.TURN_DOWN_PICKS: "turn_down",
    ActionCode.WITHDRAW_PICKS: "withdraw",
}
CASES = [
    *((DrawKind.RANDOM, status) for status in RANDOM_STATES),
    *((kind, status) for kind in (DrawKind.MANUAL, DrawKind.ALLOCATED) for status in PICKED_STATES),
]


@pytest.fixture
def users() -> dict[str, User]:
    return {role: make_user(role) for role in ROLES}


def drawn(status: DrawStatus, users: dict[str, User]) -> Draw:
    """A random draw that the services brought to ``status``."""
    for _ in range({"unsatisfied": 2, "success_supplement": 3}.get(status, 4)):
        make_expert()
    waits = status in (DrawStatus.SEALED, DrawStatus.ABANDONED)
    plan: dict[str, Any] = {"contributors": ["operator", "supervisor"]} if waits else {}
    draw = make_draw(now=NOW, operator=users["operator"], seats=2, **plan)
    if status == DrawStatus.ABANDONED:
        abandon_draw(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    if status in (DrawStatus.SUCCESS_SUPPLEMENT, DrawStatus.UNSATISFIED):
        others = Expert.objects.exclude(pk__in=people(draw))
        go_away(*others.values_list("pk", flat=True), now=NOW)  # skipped when their turn comes
        reply(Invitation.objects.filter(draw=draw)[0], accept=False, now=NOW)
        accept_all(draw, now=NOW)
        come_back(*others.values_list("pk", flat=True), now=NOW)
    if status == DrawStatus.SUCCESS_SUPPLEMENT:
        assert add_supplement(draw=draw, actor=users["operator"], now=NOW, entropy=ENTROPY)
    if status.startswith("success"):
        accept_all(draw, now=NOW)
    if status == DrawStatus.VOID:
        void(draw, users)
    return Draw.objects.get(pk=draw.pk)


def picked(kind: DrawKind, status: DrawStatus, users: dict[str, User]) -> Draw:
    """A list that the services brought to ``status``."""
    allow_manual_ways()
    experts = [make_expert(), make_expert()]
    project = make_ready_project(now=NOW, seats=2)
    people = {"actor": users["admin"], "now": NOW, "kind": kind}
    if status in (DrawStatus.SEALED, DrawStatus.ABANDONED):
        request = ask_for(project, experts, **people)
        if status == DrawStatus.ABANDONED:
            withdraw(request, actor=users["admin"], now=NOW)
        return Draw.objects.get(pk=request.draw_id)
    draw = make_list(project, experts, second=users["supervisor"], **people)
    if status in (DrawStatus.SUCCESS, DrawStatus.UNSATISFIED):
        accept_all(draw, now=NOW)
    if status == DrawStatus.UNSATISFIED:
        leave(Invitation.objects.filter(draw=draw)[0], now=NOW)
    if status == DrawStatus.VOID:
        void(draw, users)
    return Draw.objects.get(pk=draw.pk)


def void(draw: Draw, users: dict[str, User]) -> None:
    asked = request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    decide_void(request=asked, agree=True, note="", actor=users["supervisor"], now=NOW)


def made(kind: DrawKind, status: DrawStatus, users: dict[str, User]) -> Draw:
    draw = drawn(status, users) if kind == DrawKind.RANDOM else picked(kind, status, users)
    assert (draw.kind, draw.status) == (kind, status)
    return draw


def buttons(draw: Draw, actions: dict[ActionCode, DrawAction]) -> dict[ActionCode, str]:
    """The address behind the button of each action on the page of ``draw``."""
    found = {
        ActionCode.ABANDON: reverse("draws:abandon", args=[draw.pk]),
        ActionCode.SUPPLEMENT: reverse("draws:supplement", args=[draw.pk]),
        ActionCode.PICK_MORE: reverse("draws:pick_more", args=[draw.pk]),
        ActionCode.SET_ROLES: reverse("draws:panel_roles", args=[draw.pk]),
        ActionCode.DECLARE_EMERGENCY: reverse("draws:emergency", args=[draw.pk]),
        ActionCode.RESCHEDULE: reverse("draws:reschedule", args=[draw.pk]),
        ActionCode.END_EMERGENCY: reverse("draws:emergency_end", args=[draw.pk]),
        ActionCode.ASK_VOID: reverse("workflow:request_ask", args=["draws.void", draw.pk]),
        ActionCode.ASK_RELEASE: reverse("workflow:request_ask", args=["draws.release", draw.pk]),
        ActionCode.PUBLISH: reverse("draws:publish", args=[draw.pk]),
        ActionCode.PAUSE: reverse("draws:pause", args=[draw.pk]),
        ActionCode.RESUME: reverse("draws:resume", args=[draw.pk]),
        ActionCode.RESUME_CHANGED: reverse("draws:resume_changed", args=[draw.pk]),
        ActionCode.SEND_AT_ONCE: reverse("draws:send_at_once", args=[draw.pk]),
        ActionCode.SEND_AGAIN: reverse("draws:send_again", args=[draw.pk]),
        ActionCode.WIDEN_PLAN: reverse("draws:widen_plan", args=[draw.project_id]),
        ActionCode.CONTRIBUTE: f'action="{reverse("draws:contribute", args=[draw.pk, "operator"])}',
    }
    if actions[ActionCode.WIDEN_PLAN].allowed:  # first the conditions, then the draw
        del found[ActionCode.CONTRIBUTE]
    else:
        found[ActionCode.WIDEN] = reverse("draws:widen", args=[draw.pk])
    if not actions[ActionCode.END_EMERGENCY].allowed:  # who may end it need not ask
        asked_end = reverse("workflow:request_ask", args=["draws.emergency_end", draw.pk])
        found[ActionCode.ASK_EMERGENCY_END] = asked_end
    return found | buttons_of_requests(draw)


def buttons_of_requests(draw: Draw) -> dict[ActionCode, str]:
    """The address behind the button by which each request that waits is agreed to; of a list also the others."""
    found = {}
    for code, (kind, matter, *_) in DECIDED.items():
        if (asked := open_request(kind, draw)) is not None:
            found[code] = reverse("workflow:request_agree", args=[matter, asked.pk])
    if (picks := open_request(PickRequest, draw)) is not None:
        for code, name in OF_PICKS.items():
            found[code] = reverse(f"workflow:request_{name}", args=["draws.picks", picks.pk])
    return found


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_the_page_has_a_button_for_what_is_allowed_and_for_nothing_else(
    kind: DrawKind, status: DrawStatus, users: dict[str, User], client: Client
) -> None:
    draw = made(kind, status, users)
    assert compare_buttons(draw, users, client) >= 2


def compare_buttons(draw: Draw, users: dict[str, User], client: Client, now: datetime = NOW) -> int:
    """Compare the buttons of each who sees the page of ``draw`` with what he may do; return how many do."""
    seen = 0
    for role, user in users.items():
        of_draw = actions_for(draw, user, now=now)
        actions = of_draw | actions_for_project(draw.project, user, now=now)
        answer = login(client, user).get(reverse("draws:detail", args=[draw.pk]))
        if user.grants:  # without any right there is no token
            compare_told(draw, user, of_draw, seen=answer.status_code == 200)
        if answer.status_code != 200:
            assert not any(action.permitted for action in actions.values()), role
            continue
        page, seen = answer.content.decode(), seen + 1
        if (picks := open_request(PickRequest, draw)) is not None:  # decided by who looks at them
            drawer = client.get(reverse("draws:picks", args=[draw.pk, picks.pk]))
            page += drawer.content.decode() if drawer.status_code == 200 else ""
        for code, address in buttons(draw, actions).items():
            own = address.replace("operator", "supervisor") if role == "supervisor" else address
            assert (f'{own}"' in page) == actions[code].allowed, (role, code)
        recordable = Invitation.objects.filter(draw=draw, state__in=RECORDABLE).exists()
        shown = any(
            f'{reverse("draws:answer", args=[draw.pk, line])}"' in page for line in range(1, 9)
        )
        assert shown == (actions[ActionCode.RECORD_REPLY].allowed and recordable), role
    return seen


def compare_told(
    draw: Draw, user: User, actions: dict[ActionCode, DrawAction], *, seen: bool
) -> None:
    """Compare what another platform is told with the actions: the same, but for what has no call."""
    answer = Caller(user).get(f"/draws/{draw.pk}")
    assert (answer.status_code == 200) == seen
    if not seen:
        return
    told = {row.pop("code"): row for row in answer.json()["actions"]}
    assert list(told) == list(actions)
    for code, action in actions.items():
        row = told[code]
        assert row["label"] == action.label
        assert row["permitted"] == action.permitted, (user.name, code)
        assert row["allowed"] == (action.allowed and code in CALLED), (user.name, code)
        if action.why_not:
            assert row["why_not"] == action.why_not
        assert bool(row["why_not"]) != row["allowed"]


def calls(draw: Draw, actor: User, now: datetime) -> dict[ActionCode, Callable[[], Any]]:
    """The service behind each action, with all that a person types; of what is decided about a request where there is
    one that waits (of a list: was one)."""
    by: dict[str, Any] = {"actor": actor, "now": now}
    line = Invitation.objects.filter(draw=draw).order_by("line").last()
    on = {"draw": draw, **by}
    found: dict[ActionCode, Callable[[], Any]] = {
        ActionCode.CONTRIBUTE: lambda: contribute(
            role="operator", value="41", entropy=ENTROPY, **on
        ),
        ActionCode.ABANDON: lambda: abandon_draw(reason="有误", **on),
        ActionCode.SUPPLEMENT: lambda: add_supplement(entropy=ENTROPY, **on),
        ActionCode.WIDEN: lambda: widen(draw, **by),
        ActionCode.PICK_MORE: lambda: request_more(
            picks=[Pick(make_expert().pk, "g1")], reason="有人退出", **on
        ),
        ActionCode.SET_ROLES: lambda: set_panel_roles(
            roles={row.pk: "leader" for row in seated_lines(draw)[:1]}, **on
        ),
        ActionCode.DECLARE_EMERGENCY: lambda: request_emergency(
            reason="评审临近", minutes=30, **on
        ),
        ActionCode.RESCHEDULE: lambda: reschedule(
            meetings=[NewMeeting(draw.project_id, now + timedelta(days=9), "北楼")],
            reason="答疑延期",
            entropy=ENTROPY,
            **on,
        ),
        ActionCode.ASK_EMERGENCY_END: lambda: request_emergency_end(reason="已答复", **on),
        ActionCode.END_EMERGENCY: lambda: end_emergency(reason="已答复", **on),
        ActionCode.ASK_VOID: lambda: request_void(reason="有误", **on),
        ActionCode.ASK_RELEASE: lambda: request_release(reason="检查", **on),
        ActionCode.PUBLISH: lambda: publish_result(**on),
        ActionCode.SEND_AT_ONCE: lambda: send_at_once(reason="开标提前", **on),
        ActionCode.SEND_AGAIN: lambda: send_letters_again(**on),
        ActionCode.PAUSE: lambda: pause_draw(reason="核实情况", **on),
        ActionCode.RESUME: lambda: resume_draw(reason="核实完毕", **on),
        ActionCode.RESUME_CHANGED: lambda: resume_changed(reason="已核对", entropy=ENTROPY, **on),
    }
    if line is not None:
        found[ActionCode.RECORD_REPLY] = lambda: request_answer(
            invitation=line,
            state=InvitationState.REPLACED,
            ground="其他",
            reason="电话告知",
            **by,
        )
    asked_for = PickRequest.objects.filter(draw=draw).order_by("-pk")
    if asked_for:
        found |= {
            ActionCode.AGREE_PICKS: lambda: look_and_agree(asked_for.all()[0], by),
            ActionCode.TURN_DOWN_PICKS: lambda: turn_down_picks(
                request=asked_for.all()[0], note="不妥", **by
            ),
            ActionCode.WITHDRAW_PICKS: lambda: withdraw(asked_for.all()[0], **by),
        }
    for code, (kind, _, decide, more) in DECIDED.items():
        if (asked := open_request(kind, draw)) is not None:
            found[code] = partial(decide, request=asked, agree=True, note="", **more, **by)
    return found


def look_and_agree(asked: PickRequest, by: dict[str, Any]) -> None:
    read_picks(request=asked, **by)
    agree_to_picks(request=asked, entropy=ENTROPY, **by)


def widen(draw: Draw, **by: Any) -> None:
    """Ask for it by the same conditions, which somebody fits who joined the pool since."""
    make_expert(created_at=draw.sealed_at + timedelta(minutes=1))
    version = DrawPlan.objects.get(project=draw.project).version
    request_widening(base=draw, reason="人数不足", version=version, **by)


def refusal(call: Callable[[], Any]) -> str:
    """What the service says when it refuses; nothing of it stays."""
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except DrawError as error:
        return str(error)
    return ""


def compare(draw: Draw, actor: User, now: datetime = NOW) -> set[ActionCode]:
    """Compare what the actions say with what the services do; return what was allowed."""
    allowed = set()
    actions = actions_for(draw, actor, now=now)  # once: of what the services do nothing stays
    for code, call in calls(draw, actor, now).items():
        why_not, told = actions[code].why_not, refusal(call)
        # Whether anybody is left, only who tries it is told (docs/decisions/0362).
        if code == ActionCode.SUPPLEMENT and told == NOBODY_LEFT:
            told = ""
        assert told == why_not, code
        if not why_not:
            allowed.add(code)
    return allowed


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_a_service_refuses_what_is_not_allowed_in_the_same_words(
    kind: DrawKind, status: DrawStatus, users: dict[str, User]
) -> None:
    draw = made(kind, status, users)
    make_expert()  # somebody whom a widened draw can find
    allowed = compare(draw, users["operator"])
    compare(draw, users["admin"])
    if not draw.is_valid:
        assert allowed == set()


@pytest.mark.parametrize("ask", [request_void, request_release])
def test_what_waits_for_a_second_person(ask: Callable[..., Any], users: dict[str, User]) -> None:
    draw = drawn(DrawStatus.SUCCESS, users)
    ask(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    own, others = compare(draw, users["operator"]), compare(draw, users["admin"])
    assert {code.value for code in others - own} & {"decide_void", "decide_release"}


def test_after_the_opening_nothing_new_is_begun(users: dict[str, User]) -> None:
    draw = drawn(DrawStatus.UNSATISFIED, users)
    after = draw.project.opening_at + timedelta(minutes=1)
    actions = actions_for(draw, users["operator"], now=after)
    for code in (ActionCode.SUPPLEMENT, ActionCode.WIDEN, ActionCode.DECLARE_EMERGENCY):
        assert actions[code].why_not, code
    assert "已过" in actions[ActionCode.SUPPLEMENT].why_not


def test_once_the_panel_has_done_no_answer_is_asked_to_be_recorded(users: dict[str, User]) -> None:
    """A page that was open until then would ask for what nobody can agree to."""
    draw = drawn(DrawStatus.SUCCESS, users)
    line = Invitation.objects.filter(draw=draw)[0]
    for now in (last_closing(draw.covered) - timedelta(seconds=1), last_closing(draw.covered)):
        said = actions_for(draw, users["operator"], now=now)[ActionCode.RECORD_REPLY].why_not
        told = refusal(
            lambda now=now: request_answer(
                invitation=line,
                state=InvitationState.REPLACED,
                ground="其他",
                reason="电话告知",
                actor=users["operator"],
                now=now,
            )
        )
        assert told == said
    assert "已过预定的评审结束时间" in said


def test_in_an_archived_project_nothing_is_allowed(users: dict[str, User], client: Client) -> None:
    draw = drawn(DrawStatus.SUCCESS, users)
    Project.objects.filter(pk=draw.project_id).update(status=ProjectStatus.ARCHIVED)
    draw = Draw.objects.get(pk=draw.pk)
    actions = actions_for(draw, users["operator"], now=NOW)
    assert {action.why_not for action in actions.values()} == {"项目已归档，不能再更改。"}
    page = login(client, users["operator"]).get(reverse("draws:detail", args=[draw.pk]))
    for code, address in buttons(
        draw, actions | {ActionCode.WIDEN_PLAN: actions[ActionCode.WIDEN]}
    ).items():
        assert f'{address}"' not in page.content.decode(), code
    assert refusal(
        lambda: request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    ) == ("项目已归档，不能再更改。")


def test_a_project_says_why_it_cannot_be_drawn(users: dict[str, User], client: Client) -> None:
    """As its service does; the page shows no button then."""
    ready = make_ready_project(now=NOW, seats=2)
    late = make_ready_project(now=NOW - timedelta(hours=73), seats=2)
    make_expert(), make_expert()
    for project in (ready, late):
        start = actions_for_project(project, users["operator"], now=NOW)[ActionCode.START]
        said = refusal(
            lambda project=project: start_draw(
                project=project, actor=users["operator"], now=NOW, entropy=ENTROPY
            )
        )
        assert said == start.why_not
        page = login(client, users["operator"]).get(
            reverse("projects:detail", args=[project.pk]), {"tab": "plan"}
        )
        button = f'{reverse("draws:start", args=[project.pk])}"'
        assert (button in page.content.decode()) == start.allowed
    assert not start.allowed


@pytest.mark.parametrize("kind", [DrawKind.MANUAL, DrawKind.ALLOCATED])
def test_where_choosing_by_hand_was_switched_off_nothing_is_chosen_nor_confirmed(
    kind: DrawKind, users: dict[str, User]
) -> None:
    """What waits may be turned down or withdrawn."""
    short = picked(kind, DrawStatus.UNSATISFIED, users)
    asked = picked(kind, DrawStatus.SEALED, users)
    assert lists_to_complete(users["admin"], now=NOW) == [short]
    for regime in ALLOWED.values():
        configure(regime, ())
    assert ActionCode.PICK_MORE not in compare(short, users["admin"])
    assert "制度规则" in actions_for(short, users["admin"], now=NOW)[ActionCode.PICK_MORE].why_not
    assert lists_to_complete(users["admin"], now=NOW) == []
    allowed = compare(asked, users["supervisor"])
    assert ActionCode.AGREE_PICKS not in allowed
    assert ActionCode.TURN_DOWN_PICKS in allowed
    assert ActionCode.WITHDRAW_PICKS in compare(asked, users["admin"])


def test_while_a_void_is_asked_for_the_wider_conditions_are_not_offered(
    users: dict[str, User], client: Client
) -> None:
    draw = drawn(DrawStatus.UNSATISFIED, users)
    request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    widen = actions_for_project(draw.project, users["operator"], now=NOW)[ActionCode.WIDEN_PLAN]
    assert "作废申请" in widen.why_not
    login(client, users["operator"])
    page = client.get(reverse("draws:widen_plan", args=[draw.project_id]), follow=True)
    assert widen.why_not in page.content.decode()
    assert page.redirect_chain


def test_a_project_is_offered_for_the_archive_once_nothing_of_it_is_open(
    users: dict[str, User], client: Client
) -> None:
    draw = drawn(DrawStatus.SUCCESS, users)
    address = f'{reverse("projects:archive", args=[draw.project_id])}"'
    detail = reverse("projects:detail", args=[draw.project_id])
    page = login(client, users["operator"]).get(detail).content.decode()
    assert address not in page
    assert "暂不能归档：评审尚未结束" in page
    idle = make_ready_project(now=NOW, seats=2)
    page = client.get(reverse("projects:detail", args=[idle.pk])).content.decode()
    assert f'{reverse("projects:archive", args=[idle.pk])}"' in page


def test_what_nobody_asked_for_is_not_said_to_be_settled(users: dict[str, User]) -> None:
    draw = drawn(DrawStatus.SUCCESS, users)
    actions = actions_for(draw, users["supervisor"], now=NOW)
    for code in (ActionCode.DECIDE_VOID, ActionCode.DECIDE_RELEASE, ActionCode.AGREE_PICKS):
        assert "先由一人提出" in actions[code].why_not, code
    asked = request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    decide_void(request=asked, agree=False, note="不妥", actor=users["supervisor"], now=NOW)
    actions = actions_for(draw, users["supervisor"], now=NOW)
    assert "已经有人处理" in actions[ActionCode.DECIDE_VOID].why_not


def test_an_abandoned_draw_is_called_so(users: dict[str, User], client: Client) -> None:
    draw = drawn(DrawStatus.ABANDONED, users)
    actions = actions_for(draw, users["operator"], now=NOW)
    posted = login(client, users["operator"]).post(
        reverse("draws:panel_roles", args=[draw.pk]), headers={"HX-Request": "true"}
    )
    told = json.loads(posted.headers["HX-Trigger"])["toast"]["message"]
    assert told == actions[ActionCode.SET_ROLES].why_not
    assert "已放弃" in actions[ActionCode.CONTRIBUTE].why_not
    with pytest.raises(DrawNotReady, match="已放弃"):
        build_record(draw)


def test_only_a_second_open_request_is_refused_as_one(users: dict[str, User]) -> None:
    """Any other broken constraint is a fault of ours, and no user's."""
    draw = drawn(DrawStatus.SUCCESS, users)
    by: dict[str, Any] = {"actor": users["operator"], "now": NOW, "refused": VoidRefused}
    wrong = VoidRequest(draw=draw, reason="有误", decided_by=users["operator"], decided_at=NOW)
    with pytest.raises(IntegrityError, match="by_two_persons"):
        ask(wrong, action="draw.void_request", **by)
    request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    with pytest.raises(VoidRefused, match="待确认"):
        ask(VoidRequest(draw=draw, reason="又一次"), action="draw.void_request", **by)
