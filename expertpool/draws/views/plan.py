"""The draw plan of a project: its groups and settings, live counts, the pre-query."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.client import only_asks
from expertpool.core.criteria import CriteriaError, parse
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused, saved
from expertpool.core.text import is_key
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.draws.exceptions import DrawError, DrawNotReady, TooManyCounts
from expertpool.draws.forms.plan import (
    GROUP,
    GroupsForm,
    SettingsForm,
    drafts_of,
    with_groups,
)
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.actions import actions_for_project
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.draws import (
    codes_for_project,
    plan_for,
    projects_to_draw,
    valid_draws,
)
from expertpool.draws.queries.ending import ended_by_plan
from expertpool.draws.queries.insight import insight_of
from expertpool.draws.queries.readiness import ARCHIVED, SEALED
from expertpool.draws.queries.templates import templates_for
from expertpool.draws.queries.ties import tie_paths
from expertpool.draws.services.plan import DEFAULT_CHANNELS, delete_plan, save_plan, usual_times
from expertpool.draws.services.plan_edits import PlanEdits
from expertpool.draws.services.prequery import run_prequery
from expertpool.draws.services.tallies import count_for
from expertpool.draws.services.templates import groups_of
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import check_projects, lead_of, members_of

PREQUERY = ("draws.plan", "draws.run", "draws.see_exclusions")


@requires("draws.plan")
def plan(request: UserRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    if request.method == "GET" and project.is_archived:
        return not_opened(request, ARCHIVED, back=plan_address(project))
    if request.method == "GET" and valid_draws(project):
        messages.error(request, SEALED)
        return redirect(plan_address(project))
    editing = Editing(request, PlanEdits(project))
    saved_plan = plan_for(project) or DrawPlan(
        project=lead_of(project),
        channels=DEFAULT_CHANNELS,
        **usual_times(project.regime, now=timezone.now()),
    )
    if request.method != "POST":
        settings = SettingsForm(instance=saved_plan)
        groups = GroupsForm(drafts_of(saved_plan), user=request.user)
        editing.about([*parts_of(settings), groups.as_part(saved_plan)])
        return _page(request, project, settings, groups, editing)
    settings = SettingsForm(request.POST, instance=saved_plan)
    groups = GroupsForm(GROUP.posted(request.POST), user=request.user, data=request.POST)

    def write() -> DrawPlan:
        return save_plan(
            project=project,
            settings=settings.data_for_service(),
            groups=groups.data_for_service(),
            actor=request.user,
            now=timezone.now(),
            lead=int(lead) if is_key(lead := request.POST.get("lead", "")) else None,
        )

    # Both are asked, so that all errors show at once.
    if all([settings.is_valid(), groups.is_valid()]):
        editing.about([*parts_of(settings), groups.as_part(saved_plan)])
        if attempt(settings, write, refusals=(DrawError, CriteriaError), editing=editing):
            messages.success(request, "抽取方案已保存。")
            return redirect(plan_address(project))
    return _page(request, project, settings, groups, editing, status=422)


@require_POST
@requires("draws.plan")
def delete(request: UserRequest, pk: int, version: int) -> HttpResponse:
    project = _project(request, pk)
    try:
        delete_plan(project=project, version=version, actor=request.user, now=timezone.now())
    except DrawError as error:
        return refused(str(error))
    return saved("抽取方案已删除。", refresh="page")


def plan_address(project: Project) -> str:
    """The tab 抽取方案 of the project's panorama."""
    return reverse("projects:detail", args=[project.pk]) + "?tab=plan"


@require_POST
@requires("draws.plan")
def plan_groups(request: UserRequest, pk: int) -> HttpResponse:
    """Answer the groups anew after a button added, moved, copied or removed something."""
    project = _project(request, pk)
    drafts, operation = GROUP.posted(request.POST), request.POST.get("op", "")
    if operation == "use_template":
        keys = [int(key) for key in request.POST.getlist("template") if is_key(key)]
        template = templates_for(request.user).filter(pk__in=keys).first()
        drafts = with_groups(drafts, groups_of(template)) if template else drafts
    else:
        drafts = GROUP.changed(drafts, operation)
    context = {"project": project, "condition_groups": GroupsForm(drafts, user=request.user).rows}
    return render(request, "draws/plan_form.html#groups", context)


@require_POST
@requires("draws.plan")
@only_asks
def plan_count(request: UserRequest, pk: int) -> HttpResponse:
    """Say how many experts the posted condition finds; nothing that identifies anybody."""
    project = _project(request, pk)
    try:
        # The whole form is posted; ``field`` says which condition is meant.
        node = parse(SUBJECT, request.POST.get(request.POST.get("field", "")), viewer=request.user)
    except CriteriaError as error:
        return render(request, "draws/_condition_count.html", {"error": str(error)})
    try:
        counts = count_for(project, node, actor=request.user, now=timezone.now())
    except TooManyCounts as error:
        page = {"error": str(error)}
        # Told in its place: a form that is being filled goes on.
        answer = render(request, "draws/_condition_count.html", page, status=429)
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return render(request, "draws/_condition_count.html", {"counts": counts})


@require_POST
@requires(*PREQUERY)
@only_asks
def prequery(request: UserRequest, pk: int) -> HttpResponse:
    """Show who could be drawn, in numbers, and what stands behind them; nothing changes but the log."""
    code = next(code for code in PREQUERY if request.user.has_permission(code))
    project = get_object_or_404(projects_to_draw(request.user, code), pk=pk)
    sees_exclusions = bool(codes_for_project(request.user, project, ["draws.see_exclusions"]))
    now = timezone.now()
    saved_plan = plan_for(project)
    try:
        if saved_plan is None:
            raise DrawNotReady("请先设置抽取方案，再预查询。")
        result = run_prequery(plan=saved_plan, actor=request.user, now=now)
    except DrawError as error:
        messages.error(request, str(error))
        return redirect(plan_address(project))
    insight = insight_of(saved_plan, now=now)
    context = {
        "project": project,
        "result": result,
        "standby_note": f"另有候补 {result.standby_seats} 人" if result.standby_seats else "",
        "insight": insight,
        "costs": insight.costs if sees_exclusions else insight.setting_costs,
        "paths": tie_paths(project, insight.fitting_ids) if sees_exclusions else [],
        "findings": check_projects(members_of(project), result.seats, now),
        "guessable_bits": insight.wanted_bits,
        "sees_exclusions": sees_exclusions,
        "actions": actions_for_project(project, request.user, now=now),
    }
    return render(request, "draws/prequery.html", context)


def _project(request: UserRequest, pk: int) -> Project:
    return get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)


def _page(
    request: UserRequest,
    project: Project,
    settings: SettingsForm,
    groups: GroupsForm,
    editing: Editing,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "form": settings,
        "editing": editing,
        "condition_groups": groups.rows,
        "templates": templates_for(request.user),
        "cancel_url": plan_address(project),
        "lead": lead_of(project).pk,
        "ended": ended_by_plan(plan_for(project)),
    }
    return render(request, "draws/plan_form.html", context, status=status)
