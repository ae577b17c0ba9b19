"""待我审批: what waits for the user, sending it back with reasons, and handing it over."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DelegationRefused
from expertpool.workflow.forms.approvals import ApprovalFilter, DelegationForm, ReturnForm
from expertpool.workflow.models import Delegation
from expertpool.workflow.queries.approvals import course_of, step_before, waiting_for
from expertpool.workflow.queries.notices import objections_about
from expertpool.workflow.queries.todo import (
    approvals_waiting_for,
    codes_to_decide,
    lines_of,
    subjects_of,
)
from expertpool.workflow.registry import FLOW_SUBJECTS
from expertpool.workflow.services.delegations import delegate, end_delegation

SORTS = {"due": "due_at", "handed_in": "started_at"}


@require_safe
@requires(codes_to_decide)
def approval_list(request: UserRequest) -> HttpResponse:
    """All that waits for the user, of whatever subject."""
    now = timezone.now()
    subjects = subjects_of(request.user)
    found = listing(
        request,
        approvals_waiting_for(request.user, subjects),
        sorts=SORTS,
        default_sort="due",
        form=ApprovalFilter(request.GET, subjects={one.code: one.label for one in subjects}),
    )
    handed = Delegation.objects.filter(ended_at__isnull=True, ends_at__gt=now)
    context = found.context | {
        "lines": lines_of(found.page, request.user, now=now),
        "given": handed.filter(giver=request.user).select_related("to"),
        "received": handed.filter(to=request.user).select_related("giver"),
    }
    return render_list(request, "workflow/approval_list.html", context)


@requires(codes_to_decide)
def send_back(request: UserRequest, subject: str, pk: int) -> HttpResponse:
    """Send back what waits for the user, with reasons by field (drawer)."""
    found = FLOW_SUBJECTS.get(subject)
    if found is None or not found.decidable or not found.send_back:
        raise Http404
    if not request.user.has_permission(found.permission):
        raise Http404
    rows = found.decidable(request.user).filter(waiting_for(request.user, subject))
    row = get_object_or_404(rows, pk=pk)
    give = found.send_back
    before = step_before(row)
    form = ReturnForm(request.POST or None, subject=found, viewer=request.user, before=before)

    def write() -> str:
        verdict = give(
            row,
            note=form.cleaned_data["note"],
            fields=form.reasons,
            actor=request.user,
            now=timezone.now(),
        )
        if verdict == Verdict.SENT_BACK:
            return f"{found.name_of(row)}：已退回「{before}」重新审核。"
        return "已退回，意见已转告。"

    return drawer_form(
        request,
        form,
        write,
        title=f"退回：{found.name_of(row)}",
        refresh="page",
        refusals=found.refused,
        template="workflow/send_back.html",
        course=course_of(row, now=timezone.now()),
        objections=objections_about(request.user, row),
        submit_label=f"退回「{before}」" if before else "退回",
        before=before,
        danger=True,
    )


@requires(codes_to_decide)
def hand_over(request: UserRequest) -> HttpResponse:
    """Hand over what waits for the user for some days (drawer)."""
    form = DelegationForm(
        request.POST or None,
        giver=request.user,
        initial={"begins_on": timezone.localdate()},
    )

    def write() -> object:
        begins_at, ends_at = form.period()
        return delegate(
            to=form.cleaned_data["to"],
            begins_at=begins_at,
            ends_at=ends_at,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title="委托他人审批",
        message="已委托，受托人会收到通知。",
        refresh="page",
        refusals=DelegationRefused,
        submit_label="委托",
    )


@require_POST
@requires(codes_to_decide)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """End what the user has handed over."""
    delegation = get_object_or_404(Delegation, pk=pk, giver=request.user)
    try:
        end_delegation(delegation=delegation, actor=request.user, now=timezone.now())
    except DelegationRefused as error:
        return refused(str(error))
    return saved("委托已结束。", refresh="page")
