"""Completing a panel that fell short: wider conditions, then a draw for the free seats alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.client import only_asks
from expertpool.core.criteria import CriteriaError
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import ChangedMeanwhile, Editing
from expertpool.core.views.rows import Draft
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawError, PlanChanged, TooManyCounts
from expertpool.draws.forms.plan import GROUP, GroupsForm, drafts_of
from expertpool.draws.forms.widening import WideningForm
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.actions import actions_for, actions_for_project
from expertpool.draws.queries.draws import draws_visible_to, plan_for, projects_to_draw
from expertpool.draws.queries.ending import ended_by_plan
from expertpool.draws.queries.readiness import NOTHING_LACKS
from expertpool.draws.queries.shortfall import Shortfall, shortfall_of
from expertpool.draws.queries.widening import asked_of
from expertpool.draws.services.matters import WIDENING
from expertpool.draws.services.plan_edits import PlanEdits
from expertpool.draws.services.tallies import compare_for
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.draws.views.plan import plan_address
from expertpool.projects.models import Project


@requires("draws.plan")
def conditions(request: UserRequest, pk: int) -> HttpResponse:
    """The conditions of the groups that lack experts; names and numbers stand fixed."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)
    editing = Editing(request, PlanEdits(project))
    short, plan = shortfall_of(project), plan_for(project)
    if short is None or plan is None:
        messages.error(request, NOTHING_LACKS)
        return redirect(plan_address(project))
    if request.method != "POST":
        may = actions_for_project(project, request.user, now=timezone.now())
        if why_not := may[ActionCode.WIDEN_PLAN].why_not:
            messages.error(request, why_not)
            return redirect(plan_address(project))
        groups = GroupsForm(_drafts(plan, short), user=request.user)
        return _page(request, project, short, groups, editing)
    data = _fixed(request.POST, plan, short)
    groups, error = GroupsForm(GROUP.posted(data), user=request.user, data=data), ""

    def write() -> DrawPlan:
        return widen_plan(
            project=project, levels=_levels(groups), actor=request.user, now=timezone.now()
        )

    if groups.is_valid():
        try:
            editing.write(write)
        except ChangedMeanwhile:
            pass  # the form says it
        except (DrawError, CriteriaError) as refusal:
            error = str(refusal)
        except ValidationError as refusal:
            error = "；".join(refusal.messages)
        else:
            messages.success(request, "放宽的条件已保存，可以预查询，然后按放宽的条件补抽。")
            return redirect(plan_address(project))
    return _page(request, project, short, groups, editing, error=error, status=422)


@require_POST
@requires("draws.plan")
def condition_groups(request: UserRequest, pk: int) -> HttpResponse:
    """Answer the groups anew after a button added or removed a level."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)
    short, plan = shortfall_of(project), plan_for(project)
    if short is None or plan is None:
        return refused(NOTHING_LACKS)
    operation = request.POST.get("op", "")
    drafts = GROUP.posted(_fixed(request.POST, plan, short))
    if operation.count(":") == 2:  # of a level: the groups themselves stand fixed
        drafts = GROUP.changed(drafts, operation)
    context = {
        "project": project,
        "condition_groups": GroupsForm(drafts, user=request.user).rows,
    }
    return render(request, "draws/widen_plan.html#groups", context)


@require_POST
@requires("draws.plan")
@only_asks
def compare_conditions(request: UserRequest, pk: int) -> HttpResponse:
    """Show the posted conditions beside those that were sealed; counts only, noted and limited as all."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=pk)
    short, plan = shortfall_of(project), plan_for(project)
    if short is None or plan is None:
        return refused(NOTHING_LACKS)
    data = _fixed(request.POST, plan, short)
    groups = GroupsForm(GROUP.posted(data), user=request.user, data=data)
    context: dict[str, Any] = {}
    if not groups.is_valid():
        context = {"error": groups.fault or "填好每一级次的条件之后，这里对照新旧条件。"}
    else:
        try:
            found = compare_for(short, _levels(groups), actor=request.user, now=timezone.now())
            context = {"comparisons": found}
        except TooManyCounts as error:
            answer = render(request, "draws/_widening.html", {"error": str(error)}, status=429)
            answer.headers["HX-Reswap"] = "innerHTML"  # told in its place: the form goes on
            return answer
        except CriteriaError as error:
            context = {"error": str(error)}
    return render(request, "draws/_widening.html", context)


def _levels(groups: GroupsForm) -> dict[str, Sequence[dict[str, Any]]]:
    """Return the conditions that were entered, by the code of their group."""
    # The key of a saved group is its order, hence this is its code.
    codes = (f"g{row.key}" for row in groups.rows)
    return dict(zip(codes, (one.levels for one in groups.data_for_service()), strict=True))


@requires("draws.run")
def widen(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for the draw for what the panel of a draw lacks (drawer)."""
    base = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    back = reverse("draws:detail", args=[pk])
    # What is typed already stays: the service says the same above the form.
    may = actions_for(base, request.user, now=timezone.now())[ActionCode.WIDEN]
    why_not = may.why_not if request.method == "GET" else ""
    if why_not or (short := shortfall_of(base.project)) is None:
        return not_opened(request, why_not or may.why_not or NOTHING_LACKS, back=back)
    plan = DrawPlan.objects.select_related("project").get(project=base.project_id)
    data = request.POST if request.method == "POST" else None
    form = WideningForm(data, initial={"version": plan.version})

    def write() -> None:
        try:
            request_widening(base=base, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except PlanChanged:
            # What he is shown now is what he asks for next.
            form.show_version(plan.version)
            raise

    return drawer_form(
        request,
        form,
        write,
        title="按放宽的条件补抽",
        submit_label="提交申请",
        message=WIDENING.words.asked,
        refresh="page",
        refusals=DrawError,
        template="draws/widen_form.html",
        back=back,
        asked=asked_of(plan, short, viewer=request.user, now=timezone.now()),
    )


def _drafts(plan: DrawPlan, short: Shortfall) -> list[Draft]:
    drafts = [draft for draft in drafts_of(plan) if f"g{draft.key}" in short.lacking]
    for draft in drafts:
        draft.values["seats"] = str(short.lacking[f"g{draft.key}"])
    return drafts


def _fixed(posted: QueryDict, plan: DrawPlan, short: Shortfall) -> QueryDict:
    """Return what was ``posted`` for the groups that lack experts, with their own names and seats."""
    return GROUP.fixed(posted, _drafts(plan, short), ("name", "seats"))


def _page(
    request: UserRequest,
    project: Project,
    short: Shortfall,
    groups: GroupsForm,
    editing: Editing,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "short": short,
        "editing": editing,
        "condition_groups": groups.rows,
        "error": error,
        "submit_label": "保存放宽的条件",
        "cancel_url": plan_address(project),
        "ended": ended_by_plan(plan_for(project)),
    }
    return render(request, "draws/widen_plan.html", context, status=status)
