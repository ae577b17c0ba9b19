"""Handing in a plan, deciding on it, and what its versions said."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.reasons import reason_of
from expertpool.draws.exceptions import DrawError
from expertpool.draws.queries.draws import codes_for_project, plan_for, projects_to_draw
from expertpool.draws.queries.naming import PLANNING
from expertpool.draws.queries.plan_versions import history_of
from expertpool.draws.services.plan_approval import decide_plan, submit_plan, withdraw_plan
from expertpool.projects.models import Project
from expertpool.workflow.enums import Verdict


@require_POST
@requires("draws.plan")
def submit(request: UserRequest, pk: int, version: int) -> HttpResponse:
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)
    return _answer(
        lambda: submit_plan(
            project=project,
            version=version,
            actor=request.user,
            now=timezone.now(),
            mark=request.GET.get("mark"),
        ),
        "方案已提交，等待审核。",
    )


@require_POST
@requires("draws.plan")
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)
    return _answer(
        lambda: withdraw_plan(project=project, actor=request.user, now=timezone.now()),
        "方案已撤回。",
    )


@require_POST
@requires("draws.approve_plan")
def agree(request: UserRequest, pk: int, version: int) -> HttpResponse:
    """Agree to the plan as it was shown; it is sent back in the drawer of the app of approvals, with reasons."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.approve_plan"), pk=pk)
    told = ""

    def decided() -> None:
        nonlocal told
        verdict = decide_plan(
            project=project,
            version=version,
            agree=True,
            note=reason_of(request),
            actor=request.user,
            now=timezone.now(),
            mark=request.GET.get("mark"),
        )
        told = "方案已审核通过。" if verdict == Verdict.APPROVED else f"{verdict.label}。"

    return _answer(decided, lambda: told)


@require_safe
@requires(*PLANNING)
def versions(request: UserRequest, pk: int) -> HttpResponse:
    """What each version changed (drawer)."""
    project = _readable(request, pk)
    plan = plan_for(project)
    context = {"project": project, "items": history_of(plan) if plan else []}
    return render(request, "draws/plan_versions.html", context)


def _readable(request: UserRequest, pk: int) -> Project:
    project = get_object_or_404(Project, pk=pk)
    if not codes_for_project(request.user, project, PLANNING):
        raise Http404
    return project


def _answer(act: Callable[[], object], told: str | Callable[[], str]) -> HttpResponse:
    try:
        act()
    except DrawError as error:
        return refused(str(error))
    return saved(told if isinstance(told, str) else told(), refresh="page")
