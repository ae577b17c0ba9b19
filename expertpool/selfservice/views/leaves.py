"""The expert's own area: the times in which he is drawn for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import render_list
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.experts.exceptions import LeaveRefused
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.coming import ComingSeats
from expertpool.experts.queries.leaves import leaves_of
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.selfservice.forms.own_data import OwnLeaveForm
from expertpool.selfservice.services.seats import give_up_own_seats, own_seats


@dataclass(frozen=True)
class OwnLeave:
    """A leave as the list shows it."""

    leave: Leave
    label: str
    tone: str
    cancellable: bool


def _own_leave(leave: Leave, now: datetime) -> OwnLeave:
    if leave.ended_at:
        return OwnLeave(leave, "已销假", "grey", cancellable=False)
    if leave.during.upper <= now:
        return OwnLeave(leave, "已结束", "grey", cancellable=False)
    if leave.given_back_at:
        return OwnLeave(leave, "已销假，明天生效", "grey", cancellable=False)
    if leave.during.lower > now:
        return OwnLeave(leave, "未开始", "blue", cancellable=True)
    return OwnLeave(leave, "请假中", "orange", cancellable=True)


@require_safe
@as_expert
def leaves(request: UserRequest, expert: Expert) -> HttpResponse:
    now = timezone.now()
    rows = [_own_leave(leave, now) for leave in leaves_of(expert)]
    return render_list(request, "selfservice/leaves.html", {"leaves": rows})


@as_expert
def add(request: UserRequest, expert: Expert) -> HttpResponse:
    form, now = OwnLeaveForm(request.POST or None), timezone.now()
    shown: dict[str, ComingSeats] = {}

    def write() -> str:
        data = form.cleaned_data
        during, seen = (data["start"], data["end"]), request.POST.get("seats", "")
        shown["coming"] = coming = own_seats(expert, during=during, seen=seen, now=now)
        if not coming.are_seen:
            raise LeaveRefused("您在这段时间有评审，请看清下面列出的评审和名额的去向，再提交。")
        reason = data["reason"]
        file_leave(
            expert=expert,
            start=during[0],
            end=during[1],
            reason=reason,
            actor=request.user,
            now=now,
        )
        said = ""
        if request.POST.get("give_up") == "1":
            said = give_up_own_seats(
                expert=expert,
                coming=coming,
                now=now,
                entropy=SystemEntropy(),
            )
        elif coming:
            # The tick stands below what a telephone shows: he would go away and be waited for.
            said = f"有 {len(coming.seats)} 场评审没有退出，仍须参加；不能参加的，请在「我的评审」里处理。"
        return f"请假已登记，期间不会被抽取。{said}"

    return drawer_form(
        request,
        form,
        write,
        title="登记请假",
        refusals=LeaveRefused,
        template="experts/seats_form.html",
        shown=shown,
    )


@require_POST
@as_expert
def cancel(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    leave = get_object_or_404(expert.leaves, pk=pk)
    try:
        leave = cancel_leave(leave=leave, actor=request.user, now=timezone.now())
    except LeaveRefused as error:
        return refused(str(error))
    return saved("已销假。" if leave.ended_at else "已销假，明天生效，之后您可能被抽取。")
