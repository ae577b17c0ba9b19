"""The expert's own area: what he is paid, and his hand under it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.client import client_address
from expertpool.core.codes import new_code
from expertpool.core.configuration import value_of
from expertpool.core.responses import file_answer
from expertpool.core.views.drawers import attempt
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.lines import SignForm
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import fees_of
from expertpool.fees.queries.statistics import years_of
from expertpool.fees.queries.void_draws import held_among
from expertpool.fees.services.codes import has_open_code
from expertpool.fees.services.letters import lacking_of, letter_pdf
from expertpool.fees.services.signing import send_sign_code, sign, signing
from expertpool.fees.settings import SIGN_CODE

MOST_DEVICE = 200  # characters of how a browser calls itself


@require_safe
@as_expert
def index(request: UserRequest, expert: Expert) -> HttpResponse:
    rows = fees_of(expert)
    context = {
        "rows": rows,
        "held": held_among(rows),
        "years": years_of(rows),
        "lacking": lacking_of(rows),
    }
    return render(request, "fees/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def fee(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One fee of his: how it comes about, and where he signs."""
    row, now = get_object_or_404(fees_of(expert), pk=pk), timezone.now()
    by_code = value_of(SIGN_CODE)
    if by_code and request.method == "POST" and request.POST.get("do") == "send":
        return _send_code(request, expert, row, now)
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
            now=now,
            code=form.cleaned_data["code"],
        )

    if request.method == "POST" and attempt(form, write, refusals=FeeRefused):
        messages.success(request, "已签字，谢谢。")
        return redirect("fees:own_fee", pk=pk)
    status = 422 if request.method == "POST" else 200
    context = {
        "row": row,
        "held": held_among([row]),
        "lacking": lacking_of([row]),
        "form": form,
        "by_code": by_code,
        "may_sign": not by_code or has_open_code(expert, signing(row.letter_hash), now=now),
    }
    return render(request, "fees/own_fee.html", context, status=status)


def _send_code(request: UserRequest, expert: Expert, row: FeeLine, now: datetime) -> HttpResponse:
    try:
        send_sign_code(line=row, expert=expert, code=new_code(), actor=request.user, now=now)
    except FeeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "验证码已发出，10 分钟内有效。")
    return redirect("fees:own_fee", pk=row.pk)


@require_safe
@as_expert
def letter(request: UserRequest, expert: Expert, pk: int) -> HttpResponseBase:
    row = get_object_or_404(fees_of(expert), pk=pk)
    content = letter_pdf(row, at=timezone.now())
    return file_answer(content, name=f"劳务费确认函 {row.project.name}.pdf", inline=True)
