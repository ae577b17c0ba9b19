"""The expert's own area: his achievements."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.achievements.enums import AchievementKind
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.forms import AchievementForm
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import achievements_of
from expertpool.achievements.services.writing import (
    TAKEN_BACK,
    hand_in,
    save_achievement,
    take_back,
)
from expertpool.achievements.tables import TONES
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert


@require_safe
@as_expert
def achievements(request: UserRequest, expert: Expert) -> HttpResponse:
    rows = [(row, TONES[row.state]) for row in achievements_of(expert)]
    context = {"rows": rows, "kinds": AchievementKind.choices}
    return render_list(request, "achievements/own.html", context)


@as_expert
def add(request: UserRequest, expert: Expert, kind: str) -> HttpResponse:
    # The address comes from anybody: a kind that is none has no form.
    if kind not in AchievementKind.values:
        raise Http404
    return _form(request, Achievement(expert=expert, kind=kind), None)


@as_expert
def edit(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    # Another expert's is not found, rather than forbidden.
    row = get_object_or_404(achievements_of(expert), pk=pk)
    return _form(request, row, row)


def _form(request: UserRequest, row: Achievement, shown: Achievement | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = AchievementForm(posted, kind=row.kind, row=shown)

    def write() -> HttpResponse:
        kept = save_achievement(
            row=row, values=form.cleaned_data, actor=request.user, now=timezone.now()
        )
        return HttpResponseClientRedirect(reverse("achievements:detail", args=[kept.pk]))

    # One form for both: what differs is whether something stands in it already.
    verb = "修改" if shown else "登记"
    return drawer_form(
        request,
        form,
        write,
        refusals=AchievementRefused,
        title=f"{verb}{AchievementKind(row.kind).label}",
        submit_label="保存草稿",
        back=reverse("achievements:own"),
    )


def _act(service: Any, message: str) -> Any:
    @require_POST
    @as_expert
    def view(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
        row = get_object_or_404(achievements_of(expert), pk=pk)
        try:
            service(row=row, actor=request.user, now=timezone.now())
        except AchievementRefused as refusal:
            return refused(str(refusal))
        # The approver may have decided between the page and the click.
        row.refresh_from_db()
        return saved(TAKEN_BACK if row.taken_back_at else message, refresh="page")

    return view


submit = _act(hand_in, "已提交，审核结果会通知您。")
withdraw = _act(take_back, "已撤回，可以修改后重新提交。")
