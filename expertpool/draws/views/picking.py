"""人工抽取 and 专家分配: choosing, and the second person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused
from expertpool.draws.enums import DrawKind
from expertpool.draws.exceptions import DrawError, DrawNotReady
from expertpool.draws.forms.picking import PickForm, picks_in
from expertpool.draws.models import Draw, DrawPlan, PickRequest
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import draws_visible_to, plan_for, projects_to_draw
from expertpool.draws.queries.picking import propose, recommend, seats_of
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.matters import PICKS
from expertpool.draws.services.pick_checks import people_of
from expertpool.draws.services.picking import (
    look_for_picks,
    read_picks,
    request_more,
    request_picks,
)
from expertpool.draws.services.rescheduling import words_before
from expertpool.draws.views.plan import plan_address
from expertpool.projects.models import Project
from expertpool.workflow.queries.asking import asked_or_404
from expertpool.workflow.queries.requests import visible_requests, waiting_request, waits


@requires("draws.pick")
def pick(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Choose the first list of a project, by hand or from the recommendation."""
    if kind not in (DrawKind.MANUAL, DrawKind.ALLOCATED):
        raise Http404
    project = get_object_or_404(projects_to_draw(request.user, "draws.pick"), pk=pk)
    if request.method == "GET" and project.is_archived:
        return not_opened(request, ARCHIVED, back=plan_address(project))
    form = PickForm(request.POST if _is_sent(request) else None, first=True)
    try:
        if _is_sent(request) and form.is_valid():
            asked = request_picks(
                project=project,
                kind=DrawKind(kind),
                picks=picks_in(request.POST.getlist("pick")),
                reason=form.cleaned_data["reason"],
                approval_number=form.cleaned_data["approval_number"],
                actor=request.user,
                now=timezone.now(),
            )
            return _sent(request, asked)
    except DrawError as error:
        form.add_error(None, str(error))
    return _page(request, project, DrawKind(kind), form)


@requires("draws.pick")
def pick_more(request: UserRequest, pk: int) -> HttpResponse:
    """Choose others for the seats of a list that became free."""
    draw = _list(request, pk, "draws.pick")
    if request.method == "GET" and draw.project.is_archived:
        return not_opened(request, ARCHIVED, back=reverse("draws:detail", args=[pk]))
    form = PickForm(request.POST if _is_sent(request) else None, first=False)
    try:
        if _is_sent(request) and form.is_valid():
            asked = request_more(
                draw=draw,
                picks=picks_in(request.POST.getlist("pick")),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=timezone.now(),
            )
            return _sent(request, asked)
    except DrawError as error:
        form.add_error(None, str(error))
    return _page(request, draw.project, DrawKind(draw.kind), form, draw=draw)


@require_safe
@requires("draws.pick", "draws.confirm_picks")
def picks(request: UserRequest, pk: int, request_pk: int) -> HttpResponse:
    """Show whom an open request names (drawer): to its author and to those who confirm it."""
    asked, now = _asked(request, pk, request_pk), timezone.now()
    context = {
        "title": "待确认的人选",
        "draw": asked.draw,
        "pick_request": asked,
        "review": "，".join(words_before(asked.draw.covered).values()),
        "moves": asked.draw.reschedulings.filter(moved_at__gt=asked.requested_at),
        "rows": read_picks(request=asked, actor=request.user, now=now),
        "item": waiting_request(PICKS, asked, request.user, now=now),
    }
    return render(request, "draws/picks.html", context)


def _list(request: UserRequest, pk: int, code: str) -> Draw:
    lists = draws_visible_to(request.user, code).exclude(kind=DrawKind.RANDOM)
    return get_object_or_404(lists, pk=pk)


def _asked(request: UserRequest, pk: int, request_pk: int) -> PickRequest:
    """Return the request that waits, for its author and those who confirm it; 404 for all others."""
    rows = visible_requests(PICKS, request.user).filter(waits(timezone.now()), draw=pk)
    found: PickRequest = asked_or_404(rows, request_pk)
    return found


def _is_sent(request: UserRequest) -> bool:
    """Whether the form was sent to be saved; a search posts it, too, to keep what was chosen."""
    return request.method == "POST" and request.POST.get("op") != "search"


def _sent(request: UserRequest, asked: PickRequest) -> HttpResponse:
    messages.success(request, PICKS.words.asked)
    return redirect("draws:detail", pk=asked.draw_id)


def _page(
    request: UserRequest,
    project: Project,
    kind: DrawKind,
    form: PickForm,
    *,
    draw: Draw | None = None,
) -> HttpResponse:
    cancel_url = reverse("draws:detail", args=[draw.pk]) if draw else plan_address(project)
    plan = plan_for(project)
    try:
        if plan is None or not plan.groups.all():
            raise DrawNotReady("请先设置抽取方案：条件组和人数也是人工选定的依据。")
        groups = _groups(request, plan, kind, draw)
    except DrawError as error:
        if request.POST.get("op") == "search":
            # What was chosen stays on the page.
            return refused(str(error))
        messages.error(request, str(error))
        return redirect(cancel_url)
    context: dict[str, Any] = {
        "project": project,
        "draw": draw,
        "kind": kind,
        "form": form,
        "groups": groups,
        "text": request.POST.get("q", ""),
        "cancel_url": cancel_url,
        "submit_label": "提交确认",
    }
    if request.POST.get("op") == "search":
        return render(request, "draws/pick_form.html#lists", context)
    return render(request, "draws/pick_form.html", context, status=422 if form.is_bound else 200)


def _groups(
    request: UserRequest, plan: DrawPlan, kind: DrawKind, draw: Draw | None
) -> list[dict[str, Any]]:
    """Each group with its free seats and who may be chosen; an allocation begins with the first
    of the recommendation."""
    now = timezone.now()
    found = look_for_picks(plan=plan, draw=draw, actor=request.user, now=now)
    before, counting = people_of(draw)
    free = {group.code: group.lack for group in board_of(draw).groups} if draw else seats_of(plan)
    picked: dict[str, set[int]] = {}
    for pick in picks_in(request.POST.getlist("pick")):
        picked.setdefault(pick.group, set()).add(pick.expert_id)
    opening_at = plan.project.opening_at
    if request.method == "GET" and kind == DrawKind.ALLOCATED:
        picked = propose(
            found,
            free,
            unit_cap=plan.unit_cap,
            before=before,
            counting=counting,
            opening_at=opening_at,
        )
    groups = []
    for group in plan.groups.all():
        chosen = picked.get(group.code, set())
        rows = [
            row
            for row in recommend(
                found,
                group.code,
                chosen=chosen,
                text=request.POST.get("q", "").replace("\x00", "").strip(),
                user=request.user,
                opening_at=opening_at,
            )
            if row.expert.pk not in before
        ]
        if free[group.code]:
            groups.append(
                {"group": group, "free": free[group.code], "rows": rows, "chosen": chosen}
            )
    return groups
