"""One inspection: looked at, decided, lifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import View, requires
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import picked_rows
from expertpool.core.views.reasons import reason_of
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.exports import day_of
from expertpool.inspections.forms import DecisionForm, ForForm, InspectionFilter, ReasonForm
from expertpool.inspections.models import Inspection
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.inspections import (
    SUBJECT,
    inspections_visible_to,
    labels_of,
    may_hand_in_for,
    shown_word,
    to_decide,
    with_held,
)
from expertpool.inspections.services.deciding import (
    decide_inspection,
    lift,
    pass_inspection,
    reopen,
    return_inspection,
    why_not_pass,
)
from expertpool.inspections.services.submitting import hand_in_for
from expertpool.inspections.tables import tabs, tone_of
from expertpool.workflow.guards import row_to_decide
from expertpool.workflow.queries.approvals import course_of, returned


@require_safe
@requires(VIEW, MANAGE)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    rows = with_held(inspections_visible_to(request.user), today)
    row: Any = get_object_or_404(rows, pk=pk)
    may_manage = request.user.has_permission(MANAGE)
    # What is not handed in is its expert's alone.
    is_shown = row.shown in (State.SUBMITTED, State.PASSED, State.FAILED)
    word = shown_word(row, today)
    why = returned(SUBJECT, row.pk) if row.shown in (State.RETURNED, State.FAILED) else None
    labels = labels_of(row)
    context = {
        "row": row,
        "is_shown": is_shown,
        "not_there": "已退回修改" if row.shown == State.RETURNED else "还没有提交",
        "word": word,
        "tone": tone_of(word),
        "asked_on": day_of(row.shown_at),
        "reasons": [
            (labels.get(name, name), text) for name, text in (why.fields if why else {}).items()
        ],
        "course": course_of(row, now=timezone.now()) if is_shown else None,
        "may_decide": may_manage and to_decide(request.user).filter(pk=pk).exists(),
        "may_manage": may_manage,
        "may_reopen": row.state == State.FAILED or row.is_altered,
        "may_hand_in": may_hand_in_for(request.user, row),
    }
    return render(request, "inspections/detail.html", context)


@requires(MANAGE)
def hand_in_for_(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(inspections_visible_to(request.user, MANAGE), pk=pk)
    form = ForForm(request.POST if request.method == "POST" else None, row=row)

    def write() -> None:
        hand_in_for(
            row=row,
            contents=form.cleaned_data["contents"],
            signed=form.cleaned_data["declared"],
            version=form.cleaned_data["version"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title=f"代为提交 · {row.expert.name}",
        message="已代为提交，请由另一人审核。",
        refresh="page",
        submit_label="提交年检",
        back=reverse("inspections:detail", args=[pk]),
    )


@requires(MANAGE)
def decide(request: UserRequest, pk: int) -> HttpResponse:
    seen = inspections_visible_to(request.user, MANAGE)
    row = row_to_decide(to_decide(request.user), seen, pk)
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, row=row)

    def write() -> str:
        verdict = decide_inspection(
            row=row,
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
            reasons=form.reasons,
            seen=form.cleaned_data["seen"],
            actor=request.user,
            now=timezone.now(),
        )
        return f"年检审核：{verdict.label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title=f"审核年检 · {row.expert.name}",
        refresh="page",
        submit_label="提交",
        template="workflow/decide_drawer.html",
        why_not_agree=why_not_pass(row, request.user, now=timezone.now()),
        back=reverse("inspections:detail", args=[pk]),
    )


def _with_reason(service: Callable[..., Any], title: str, help_text: str, message: str) -> View:
    @requires(MANAGE)
    def view(request: UserRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(inspections_visible_to(request.user, MANAGE), pk=pk)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        form.fields["reason"].help_text = help_text

        def write() -> None:
            service(
                row=row,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=timezone.now(),
            )

        return drawer_form(
            request,
            form,
            write,
            refusals=InspectionRefused,
            at="reason",
            title=f"{title} · {row.expert.name}",
            message=message,
            refresh="page",
            submit_label=title,
            back=reverse("inspections:detail", args=[pk]),
        )

    return view


reopen_ = _with_reason(
    reopen,
    "允许重新提交",
    "专家会收到；重新提交并通过之前仍暂停抽取。",
    "已允许重新提交，并通知专家。",
)
lift_ = _with_reason(lift, "恢复抽取", "记入日志和这位专家的年检；年检结果不变。", "已恢复抽取。")


def _picked(request: UserRequest) -> QuerySet[Inspection]:
    match: Any = request.resolver_match
    return picked_rows(
        request,
        inspections_visible_to(request.user).filter(round=match.kwargs["pk"]),
        form=lambda data: InspectionFilter(data, user=request.user),
        tabs=tabs(timezone.localdate()),
    )


def _seen(request: UserRequest) -> dict[str, datetime | None]:
    """When the list was shown: what was handed in anew since is not decided unseen."""
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        at = None
    return {"seen": at if at and is_aware(at) else None}


def _many(
    service: Callable[..., Any], verb: str, arguments: Callable[[Any], dict[str, Any]]
) -> View:
    action = bulk_view(
        BulkAction(
            MANAGE,
            verb,
            "份年检",
            "row",
            service,
            _picked,
            lambda request: to_decide(request.user),
            InspectionRefused,
            arguments,
            meant=Q(shown=State.SUBMITTED),
        )
    )

    def view(request: UserRequest, pk: int) -> HttpResponseBase:
        return action(request)

    return view


pass_many = _many(pass_inspection, "通过", _seen)
return_many = _many(
    return_inspection, "退回", lambda request: _seen(request) | {"reason": reason_of(request)}
)
