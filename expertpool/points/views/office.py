"""What the office sees of points, corrections, and what experts ask for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.answering import AnswerForm
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.exceptions import PointsRefused
from expertpool.points.exports import AccountExport, EntryExport
from expertpool.points.forms.filters import AccountFilter, EntryFilter, PersonFilter
from expertpool.points.forms.rows import CorrectionForm, CounterForm
from expertpool.points.permissions import CORRECT, EXPORT, SERVE, VIEW
from expertpool.points.queries.ledger import (
    accounts_visible_to,
    entries_visible_to,
    lines_for,
    totals_for,
)
from expertpool.points.queries.levels import all_levels, standing_of
from expertpool.points.queries.requests import one_request, requests_visible_to
from expertpool.points.services.benefits import answer_request
from expertpool.points.services.corrections import request_correction
from expertpool.points.services.matters import CORRECTION
from expertpool.points.tables import (
    ACCOUNT_SORTS,
    ENTRY_SORTS,
    REQUEST_SORTS,
    REQUEST_TABS,
)


@require_safe
@requires(VIEW)
def accounts(request: UserRequest) -> HttpResponse:
    """What experts have, the most first."""
    now = timezone.now()
    found = listing(
        request,
        accounts_visible_to(request.user, now=now),
        sorts=ACCOUNT_SORTS,
        default_sort="-balance",
        form=AccountFilter(request.GET, user=request.user),
    )
    levels = all_levels()
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {
        "rows": [(row, standing_of(row.told, levels)) for row in found.page],
        "totals": totals_for(request.user, since=month, now=now),
        "export_url": export_url(AccountExport.code) if may_export else "",
    }
    return render_list(request, "points/account_list.html", context)


@require_safe
@requires(VIEW)
def entries(request: UserRequest) -> HttpResponse:
    """All entries, the latest first."""
    found = listing(
        request,
        entries_visible_to(request.user, now=timezone.now()),
        sorts=ENTRY_SORTS,
        default_sort="-at",
        form=EntryFilter(request.GET, user=request.user),
    )
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {
        "lines": lines_for(request.user, found.page, now=timezone.now()),
        "export_url": export_url(EntryExport.code) if may_export else "",
    }
    return render_list(request, "points/entry_list.html", context)


@requires(CORRECT)
def correct(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for points of an expert to be corrected (drawer)."""
    rows = experts_visible_to(request.user, CORRECT).exclude(status=ExpertStatus.DELETED)
    expert = get_object_or_404(rows, pk=pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        request_correction(
            expert=expert,
            points=form.cleaned_data["points"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"更正积分 · {expert.name}",
        submit_label="提交申请",
        message=CORRECTION.words.asked,
        refresh="page",
        refusals=PointsRefused,
        back=_points_of(pk),
    )


@requires(CORRECT)
def counter(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for one entry to be taken back (drawer)."""
    rows = entries_visible_to(request.user, CORRECT, now=timezone.now())
    entry = get_object_or_404(rows, pk=pk)
    form = CounterForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        request_correction(
            expert=entry.expert,
            points=-entry.points,
            reason=form.cleaned_data["reason"],
            counters=entry,
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"冲正「{entry}」· {entry.expert.name}",
        submit_label="提交申请",
        message=CORRECTION.words.asked,
        refresh="page",
        refusals=PointsRefused,
        back=_points_of(entry.expert_id),
    )


def _points_of(pk: int) -> str:
    return reverse("experts:detail", args=[pk]) + "?tab=points"


@require_safe
@requires(SERVE)
def requests(request: UserRequest) -> HttpResponse:
    """What experts asked for, and what was answered."""
    found = listing(
        request,
        requests_visible_to(request.user),
        sorts=REQUEST_SORTS,
        default_sort="-asked",
        form=PersonFilter(request.GET, user=request.user),
        tabs=REQUEST_TABS,
    )
    return render_list(request, "points/request_list.html", found.context)


@requires(SERVE)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Answer what an expert asked for (drawer)."""
    row = get_object_or_404(one_request(request.user, pk))
    form = AnswerForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        answer_request(
            request=row,
            agree=form.is_agreed,
            answer=form.cleaned_data["answer"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"答复 · {row.expert.name}",
        submit_label="发送答复",
        message="已答复，结果会通知专家。",
        refusals=PointsRefused,
        template="points/answer_form.html",
        back=reverse("points:request_list"),
        row=row,
    )
