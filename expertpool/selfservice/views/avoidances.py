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
from expertpool.experts.models import Expert
from expertpool.experts.services.avoidance import (
    add_avoidance_unit,
    is_of_office,
    remove_avoidance_unit,
)
from expertpool.selfservice.forms.own_data import OwnAvoidanceForm
from expertpool.selfservice.views.own import as_expert


@require_safe
@as_expert
def avoidances(request: UserRequest, expert: Expert) -> HttpResponse:
    units = expert.avoidance_units.select_related("unit", "expert")
    rows = [(row, is_of_office(row)) for row in units]
    context = {"rows": rows, "employer": expert.employer}
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
    row = get_object_or_404(expert.avoidance_units.select_related("unit", "expert"), pk=pk)
    try:
        remove_avoidance_unit(row=row, actor=request.user, now=timezone.now())
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("已移除。")
