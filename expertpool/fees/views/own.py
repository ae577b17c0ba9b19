"""The expert's own area: what he is paid, and his hand under it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.client import client_address
from expertpool.core.responses import file_answer
from expertpool.core.views.drawers import attempt
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.lines import SignForm
from expertpool.fees.queries.lines import fees_of, totals_of
from expertpool.fees.queries.statistics import years_of
from expertpool.fees.services.letters import letter_pdf
from expertpool.fees.services.lines import sign

MOST_DEVICE = 200  # characters of how a browser calls itself


@require_safe
@as_expert
def index(request: UserRequest, expert: Expert) -> HttpResponse:
    rows = fees_of(expert)
    context = {"rows": rows, "totals": totals_of(rows), "years": years_of(rows)}
    return render(request, "fees/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def fee(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One fee of his: how it comes about, and where he signs."""
    row = get_object_or_404(fees_of(expert), pk=pk)
    form = SignForm(request.POST if request.method == "POST" else None)
    form.initial["seen"] = row.letter_hash
    device = request.headers.get("User-Agent", "")[:MOST_DEVICE]

    def write() -> None:
        sign(
            line=row,
            expert=expert,
            signature=form.cleaned_data["signature"],
            seen=form.cleaned_data["seen"],
            signed_from=f"{client_address(request)} {device}",
            actor=request.user,
            now=timezone.now(),
        )

    if request.method == "POST" and attempt(form, write, refusals=FeeRefused):
        messages.success(request, "已签字，谢谢。")
        return redirect("fees:own_fee", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "fees/own_fee.html", {"row": row, "form": form}, status=status)


@require_safe
@as_expert
def letter(request: UserRequest, expert: Expert, pk: int) -> HttpResponseBase:
    row = get_object_or_404(fees_of(expert), pk=pk)
    content = letter_pdf(row, at=timezone.now())
    return file_answer(content, name=f"劳务费确认函 {row.project.name}.pdf", inline=True)
