"""Rounds of inspections: the list, setting one up, how it goes, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.criteria import AllOf, CriteriaError, explain, parse
from expertpool.core.exporting import export_url
from expertpool.core.permissions import View, requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.exports import InspectionExport, day_of
from expertpool.inspections.forms import InspectionFilter, RoundFilter, RoundForm
from expertpool.inspections.models import Round
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.inspections import (
    inspections_visible_to,
    members_for,
    rounds_managed_by,
    rounds_visible_to,
    shown_word,
    to_decide,
    with_held,
)
from expertpool.inspections.services.rounds import close_round, open_round, remove_round, save_round
from expertpool.inspections.services.terms import remind_all
from expertpool.inspections.tables import (
    ROUND_SORTS,
    ROUND_TABS,
    ROUND_TONES,
    SORTS,
    tabs,
    tone_of,
)


@require_safe
@requires(VIEW, MANAGE)
def index(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        rounds_visible_to(request.user),
        sorts=ROUND_SORTS,
        default_sort="-year",
        form=RoundFilter(request.GET),
        tabs=ROUND_TABS,
    )
    shown = list(found.page)
    own = inspections_visible_to(request.user).filter(round__in=[row.pk for row in shown])
    counts: dict[int, Any] = {
        one["round"]: one
        for one in own.order_by()
        .values("round")
        .annotate(
            all=Count("pk"),
            waits=Count("pk", filter=Q(shown=State.SUBMITTED)),
            done=Count("pk", filter=Q(shown__in=(State.PASSED, State.FAILED))),
        )
    }
    context = {
        "rows": [(row, ROUND_TONES[row.state], counts.get(row.pk, {})) for row in shown],
        "may_manage": request.user.has_permission(MANAGE),
    }
    return render_list(request, "inspections/list.html", found.context | context)


@require_safe
@requires(VIEW, MANAGE)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """How a round goes: numbers, and the inspections of the experts in his scope."""
    row = get_object_or_404(rounds_visible_to(request.user), pk=pk)
    today, may_manage = timezone.localdate(), request.user.has_permission(MANAGE)
    found = listing(
        request,
        with_held(inspections_visible_to(request.user).filter(round=row), today),
        sorts=SORTS,
        default_sort="number",
        form=InspectionFilter(request.GET, user=request.user),
        tabs=tabs(today),
    )
    shown = list(found.page)
    keys = [one.pk for one in shown]
    mine = (
        set(to_decide(request.user).filter(pk__in=keys).values_list("pk", flat=True))
        if may_manage
        else set()
    )
    node = parse(OF_EXPERTS, row.criteria, stored=True)
    may_export = request.user.has_permission(InspectionExport.permission)
    context = found.context | {
        "row": row,
        "tone": ROUND_TONES[row.state],
        "scope": "全部在库专家" if node == AllOf() else explain(node),
        "rows": [
            (
                one,
                word := shown_word(one, today),
                tone_of(word),
                day_of(one.shown_at),
                one.pk in mine,
            )
            for one in shown
        ],
        "may_manage": may_manage,
        "is_own": may_manage and rounds_managed_by(request.user).filter(pk=pk).exists(),
        "over": today > row.due_date,
        "export_url": export_url(InspectionExport.code) if may_export else "",
    }
    if row.state == "draft":
        try:
            context["chosen"] = members_for(row, request.user, now=timezone.now()).count()
        except CriteriaError as error:
            context["scope"] += f"（{error}）"
    return render_list(request, "inspections/round.html", context)


@requires(MANAGE)
def create(request: UserRequest) -> HttpResponse:
    return _form(request, Round(), "新建年检", reverse("inspections:list"))


@requires(MANAGE)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(rounds_managed_by(request.user), pk=pk)
    return _form(request, row, f"修改：{row.name}", reverse("inspections:round", args=[pk]))


def _form(request: UserRequest, row: Round, title: str, back: str) -> HttpResponse:
    editing = Editing(request, Edits((Round, [row.pk]))) if row.pk else None
    if row.pk:  # read again: what is shown is at least as new as what it says to have read
        row = Round.objects.get(pk=row.pk)
    posted = request.POST if request.method == "POST" else None
    form = RoundForm(posted, row=row, user=request.user)

    def write() -> HttpResponse | None:
        kept = save_round(row=row, values=form.values, actor=request.user, now=timezone.now())
        address = reverse("inspections:round", args=[kept.pk])
        return None if editing else HttpResponseClientRedirect(address)

    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title=title,
        back=back,
        editing=editing,
        refresh="page",
    )


def _act(service: Callable[..., Any], message: str, *, to_list: bool = False) -> View:
    @require_POST
    @requires(MANAGE)
    def view(request: UserRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(rounds_managed_by(request.user), pk=pk)
        try:
            service(row=row, actor=request.user, now=timezone.now())
        except InspectionRefused as refusal:
            return refused(str(refusal))
        if to_list:
            return HttpResponseClientRedirect(reverse("inspections:list"))
        return saved(message, refresh="page")

    return view


open_ = _act(open_round, "已开启，正在建立名单并通知专家。")
close = _act(close_round, "这次年检已结束。")
remove = _act(remove_round, "已删除。", to_list=True)


@require_POST
@requires(MANAGE)
def remind(request: UserRequest, pk: int) -> HttpResponse:
    """Remind all in his scope who have not handed in."""
    row = get_object_or_404(rounds_visible_to(request.user), pk=pk)
    rows = inspections_visible_to(request.user, MANAGE).filter(round=row)
    try:
        count = remind_all(round_=row, rows=rows, actor=request.user, now=timezone.now())
    except InspectionRefused as refusal:
        return refused(str(refusal))
    return saved(f"已催办 {count} 位专家，同一天不重复发送。", refresh="")
