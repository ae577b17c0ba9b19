"""What may be begun for a project is said once, and each service keeps to it in the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.actions import actions_for_project
from expertpool.draws.services.plan import GroupInput, PlanInput, delete_plan, save_plan
from expertpool.draws.services.plan_approval import decide_plan, submit_plan, withdraw_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.widening import widen_plan
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.draws.test_actions import ENTROPY, refusal
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.projects import make_project
from tests.factories.widening import SENIOR, make_short_panel

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
