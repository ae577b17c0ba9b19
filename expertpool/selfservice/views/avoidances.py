"""The expert's own area: the units and persons that he has to stay away from."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import render_list
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import avoidance_words, own_avoidances
from expertpool.experts.queries.removals import removals_of
from expertpool.experts.services.avoidance import (
    add_avoidance_unit,
    is_of_office,
    remove_avoidance_unit,
)
from expertpool.experts.services.removals import request_removal
from expertpool.selfservice.forms.own_data import OwnAvoidanceForm, RemovalForm


@require_safe
@as_expert
def avoidances(request: UserRequest, expert: Expert) -> HttpResponse:
    units, today = own_avoidances(expert), timezone.localdate()
    removals = removals_of(expert)
    waiting = {one.avoidance_id for one in removals if one.agreed is None}
    rows = [
        (row, is_of_office(row), row.pk in waiting, *avoidance_words(row, on=today))
        for row in units
    ]
    context = {
        "rows": rows,
        "removals": [(one, None) for one in removals],
        "employer": expert.employer,
    }
    return render_list(request, "selfservice/avoidances.html", context)


@as_expert
def add(request: UserRequest, expert: Expert) -> HttpResponse:
    form = OwnAvoidanceForm(request.POST or None)

    def write() -> None:
        with transaction.atomic():  # a unit that was made for a refused row goes with it
            add_avoidance_unit(row=form.row(expert), actor=request.user, now=timezone.now())

    message = "已登记，涉及该单位或人员的项目不会抽取您。"
    return drawer_form(request, form, write, title="登记回避关系", message=message)


@require_POST
@as_expert
def remove(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    row = get_object_or_404(own_avoidances(expert), pk=pk)
    try:
        remove_avoidance_unit(row=row, actor=request.user, now=timezone.now())
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("已移除。")


@as_expert
def ask_removal(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """Ask the office to remove what it has set of him."""
    row = get_object_or_404(own_avoidances(expert), pk=pk)
    form = RemovalForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        request_removal(
            row=row,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"申请移除回避 · {row.target}",
        submit_label="提交申请",
        message="已提交申请，核定前这条回避继续有效。",
    )
