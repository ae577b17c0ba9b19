"""A fee that was paid and found wrong: what is asked for, and what came back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.corrections import CorrectionForm, ReceivedForm
from expertpool.fees.permissions import PAY, REVERSE
from expertpool.fees.queries.lines import fees_visible_to, standing_gross
from expertpool.fees.services.corrections import mark_received, request_correction


@requires(REVERSE)
def correct(request: UserRequest, pk: int) -> HttpResponse:
    """Ask that a fee that was paid be corrected (drawer)."""
    row = get_object_or_404(fees_visible_to(request.user, REVERSE), pk=pk)
    stands = standing_gross(row)
    form = CorrectionForm(request.POST if request.method == "POST" else None, stands=stands)

    def write() -> None:
        request_correction(
            line=row,
            gross=form.cleaned_data["gross"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"更正 · {row.expert.name} 应发 {row.gross:.2f} 元",
        submit_label="申请更正",
        message="已申请，等待另一位有权限的人员确认。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:detail", args=[pk]),
    )


@requires(PAY)
def received(request: UserRequest, pk: int) -> HttpResponse:
    """Say that what was paid too much has come back (drawer)."""
    row = get_object_or_404(fees_visible_to(request.user, PAY), pk=pk)
    now = timezone.now()
    form = ReceivedForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        mark_received(line=row, note=form.cleaned_data["note"], actor=request.user, now=now)

    return drawer_form(
        request,
        form,
        write,
        title=f"登记已收回 · {row.expert.name} {-row.net:.2f} 元",
        submit_label="登记已收回",
        message="已登记，计入付款当月的个税更正。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:detail", args=[pk]),
    )
