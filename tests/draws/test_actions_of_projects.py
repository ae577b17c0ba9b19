"""What may be begun for a project is said once, and each service keeps to it in the same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.api import api
from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode
from expertpool.draws.models import DrawPlan, PlanVersion
from expertpool.draws.queries.actions import actions_for_project
from expertpool.draws.queries.plan_versions import SUBJECT
from expertpool.draws.services.plan import GroupInput, PlanInput, delete_plan, save_plan
from expertpool.draws.services.plan_approval import decide_plan, submit_plan, withdraw_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.widening import widen_plan
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.api.caller import Caller, assert_problem
from tests.draws.test_actions import ENTROPY, ROLES, refusal
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.projects import make_project
from tests.factories.widening import SENIOR, make_short_panel
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(second=0, microsecond=0)


def without_plan(_: User) -> Project:
    return make_project(ProjectStatus.APPROVED, now=NOW, opening_at=NOW + timedelta(hours=72))


def planned(by: User) -> Project:
    project = without_plan(by)
    _plan(project, by)
    return project


def waiting(by: User) -> Project:
    project = planned(by)
    submit_plan(project=project, version=1, actor=by, now=NOW)
    return project


def returned(by: User) -> Project:
    project = waiting(by)
    second = make_user("supervisor", name="退回的人")
    decide_plan(project=project, version=1, agree=False, note="不妥", actor=second, now=NOW)
    return project


def late(_: User) -> Project:
    return make_ready_project(now=NOW - timedelta(hours=73), seats=2)


def drawn(_: User) -> Project:
    return make_draw(now=NOW, seats=2).project


def short(_: User) -> Project:
    return make_short_panel(now=NOW).project


def archived(by: User) -> Project:
    project = planned(by)
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    return Project.objects.get(pk=project.pk)


STATES = (without_plan, planned, waiting, returned, late, drawn, short, archived)


def _plan(project: Project, by: User) -> None:
    groups = [GroupInput("综合", 2, [EVERYBODY])]
    save_plan(project=project, settings=PlanInput(unit_cap=None), groups=groups, actor=by, now=NOW)


def calls(project: Project, actor: User) -> dict[ActionCode, Callable[[], Any]]:
    plan = DrawPlan.objects.filter(project=project).first()
    by: dict[str, Any] = {"project": project, "actor": actor, "now": NOW}
    read = {"version": plan.version if plan else 0}
    return {
        ActionCode.PLAN: lambda: _plan(project, actor),
        ActionCode.DELETE_PLAN: lambda: delete_plan(**read, **by),
        ActionCode.SUBMIT_PLAN: lambda: submit_plan(**read, **by),
        ActionCode.WITHDRAW_PLAN: lambda: withdraw_plan(**by),
        ActionCode.DECIDE_PLAN: lambda: decide_plan(agree=False, note="不妥", **read, **by),
        ActionCode.START: lambda: start_draw(entropy=ENTROPY, **by),
        ActionCode.PICK: lambda: ask_for(
            project, Expert.objects.order_by("pk")[:2], actor=actor, now=NOW
        ),
        ActionCode.WIDEN_PLAN: lambda: widen_plan(levels={"g1": [SENIOR, EVERYBODY]}, **by),
    }


@pytest.mark.parametrize("state", STATES, ids=lambda one: one.__name__)
def test_a_service_refuses_what_cannot_be_begun_in_the_same_words(
    state: Callable[[User], Project],
) -> None:
    allow_manual_ways()
    for _ in range(3):
        make_expert()
    operator, supervisor = make_user("operator"), make_user("supervisor")
    project = state(operator)
    for actor in (operator, supervisor):
        actions = actions_for_project(project, actor, now=NOW)
        done = calls(project, actor)
        assert set(done) == set(actions)
        assert {code: refusal(call) for code, call in done.items()} == {
            code: action.why_not for code, action in actions.items()
        }, actor


def buttons(project: Project) -> dict[ActionCode, str]:
    """The address behind the button of each action on the page of ``project``."""
    plan = DrawPlan.objects.filter(project=project).first()
    version = plan.version if plan else 0
    of = {
        ActionCode.PLAN: ("plan", []),
        ActionCode.DELETE_PLAN: ("plan_delete", [version]),
        ActionCode.SUBMIT_PLAN: ("plan_submit", [version]),
        ActionCode.WITHDRAW_PLAN: ("plan_withdraw", []),
        ActionCode.START: ("start", []),
        ActionCode.PICK: ("pick", ["manual"]),
        ActionCode.WIDEN_PLAN: ("widen_plan", []),
    }
    standing = PlanVersion.objects.filter(plan=plan, number=version).first()
    found = {
        code: reverse(f"draws:{name}", args=[project.pk, *more])
        for code, (name, more) in of.items()
    }
    return found | {
        # Whoever may decide can send it back, be he the second person to agree or not.
        ActionCode.DECIDE_PLAN: reverse(
            "workflow:send_back", args=[SUBJECT, standing.pk if standing else 0]
        )
    }


@pytest.mark.parametrize("state", STATES, ids=lambda one: one.__name__)
def test_the_page_has_a_button_for_what_may_be_begun_and_for_nothing_else(
    state: Callable[[User], Project], client: Client
) -> None:
    allow_manual_ways()
    for _ in range(3):
        make_expert()
    users = {role: make_user(role) for role in ROLES}
    project = state(users["operator"])
    address = reverse("projects:detail", args=[project.pk])
    seen = 0
    for role, user in users.items():
        actions = actions_for_project(project, user, now=NOW)
        answer = login(client, user).get(address, {"tab": "plan"})
        if answer.status_code != 200:
            assert not any(action.permitted for action in actions.values()), role
            continue
        page, seen = answer.content.decode(), seen + 1
        found = buttons(project)
        assert set(found) == set(actions)
        shown = {code for code, place in found.items() if re.search(rf'="{place}["?]', page)}
        assert shown == {code for code, action in actions.items() if action.allowed}, role
    assert seen >= 2


# What the interface has a call for; all else is done on the page of the project.
def called(caller: Caller, project: Project) -> dict[ActionCode, Callable[[], HttpResponse]]:
    address, plan = f"/projects/{project.pk}", DrawPlan.objects.filter(project=project).first()
    version = plan.version if plan else 0
    group = {"name": "综合", "seats": 2, "standby_seats": 0, "levels": [EVERYBODY]}
    said = {"version": version, "groups": [group], "unit_cap": None}
    return {
        ActionCode.PLAN: lambda: caller.put(f"{address}/plan", said),
        ActionCode.START: lambda: caller.post(f"{address}/draws", {"plan_version": version}),
    }


@pytest.mark.parametrize("state", STATES, ids=lambda one: one.__name__)
def test_the_interface_begins_what_may_be_begun_and_refuses_the_rest_in_the_same_words(
    state: Callable[[User], Project],
) -> None:
    for _ in range(3):
        make_expert()
    users = {role: make_user(role) for role in ROLES}
    project = state(users["operator"])
    for role, user in users.items():
        actions = actions_for_project(project, user, now=NOW)
        if not user.grants:  # without any right there is no token
            assert not any(action.permitted for action in actions.values())
            continue
        for code, call in called(Caller(user), project).items():
            with transaction.atomic():
                answer = call()
                transaction.set_rollback(True)
            action = actions[code]
            assert (answer.status_code in (200, 201)) == action.allowed, (role, code)
            if not action.permitted:
                assert answer.status_code in (403, 404), (role, code)
            elif action.why_not:
                assert_problem(answer, 409, "draw-refused")
                assert answer.json()["detail"] == action.why_not


def test_the_interface_has_no_other_call_by_which_something_is_begun() -> None:
    """What comes to it stands in the cases above."""
    written = {
        f"{method} {path}"
        for path, calls in api.get_openapi_schema()["paths"].items()
        for method in calls.keys() - {"get"}
        if "/projects/{project_id}/" in path
    }
    assert {one.rpartition("}")[2] for one in written} == {
        *("/plan", "/draws", "/prequery"),  # the last begins nothing
        *(
            "/submit",
            "/approve",
            "/reject",
            "/avoidances",
            "/review",
        ),  # of the project, and what follows
    }
