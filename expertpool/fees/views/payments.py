"""Fees are paid: which, to which accounts, who agreed, what the bank said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer, refused
from expertpool.core.views.drawers import attempt, drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.payments import (
    BatchFilter,
    BatchForm,
    PaidForm,
    PayableFilter,
    PaymentFilter,
    ReturnedForm,
    TaxMonthForm,
)
from expertpool.fees.permissions import PAY, TAX
from expertpool.fees.queries.lines import fees_visible_to
from expertpool.fees.queries.payments import (
    MOST,
    WAITS,
    batches_visible_to,
    owed_by,
    payables,
    payments_of,
    payments_visible_to,
    seen_mark,
    sums_of,
    unpaid_lines,
)
from expertpool.fees.queries.taxes import came_back_after, payments_in, taken_back_in
from expertpool.fees.queries.void_draws import held_by_batch, held_payments, void_words
from expertpool.fees.services import papers, taxes
from expertpool.fees.services.letters import lacking_of, letters_pdf
from expertpool.fees.services.payments import make_batch, mark_paid, mark_returned
from expertpool.fees.tables import BATCH_SORTS, BATCH_TABS, PAYMENT_SORTS, PAYMENT_TABS
from expertpool.workflow.queries.requests import waiting_about

CHANGED = "可付款的劳务费有了变化，请核对现在列出的各笔后再提交。"


@require_safe
@requires(PAY)
def batches(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        batches_visible_to(request.user),
        sorts=BATCH_SORTS,
        default_sort="-made",
        form=BatchFilter(request.GET),
        tabs=BATCH_TABS,
    )
    context = found.context | {"held": held_by_batch(found.context["page"])}
    return render_list(request, "fees/batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PAY)
def new(request: UserRequest) -> HttpResponse:
    """Choose by a filter which fees are paid together; whatever cannot be paid says why."""
    narrowed = PayableFilter(request.GET, user=request.user)
    rows = payables(narrowed.filter(unpaid_lines(request.user))[: MOST + 1], now=timezone.now())
    ready = owed_by(request.user, [one for one in rows if not one.why_not][:MOST])
    total = sum((one.amount for one in ready), Decimal(0))
    form, seen = BatchForm(request.POST if request.method == "POST" else None), seen_mark(ready)

    def write() -> int:
        if form.cleaned_data["seen"] != seen:
            raise FeeRefused(CHANGED)
        made = make_batch(
            lines=[one.line.pk for one in ready],
            title=form.cleaned_data["title"],
            actor=request.user,
            now=timezone.now(),
        )
        return made.pk

    if request.method == "POST" and (done := attempt(form, write, refusals=FeeRefused)):
        messages.success(request, "批次已建立，等待另一位有权限的人员复核。")
        return redirect("fees:batch", pk=done.result)
    context: dict[str, Any] = {
        "filter_form": narrowed,
        "form": form,
        "ready": ready,
        "others": [one for one in rows if one.why_not],
        "total": total,
        "seen": seen,
        "most": MOST,
        "is_more": len(rows) > MOST,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fees/batch_new.html", context, status=status)


@require_safe
@requires(PAY)
def batch(request: UserRequest, pk: int) -> HttpResponse:
    """One batch: its payments, who agreed, what came of them."""
    row = get_object_or_404(batches_visible_to(request.user), pk=pk)
    found = listing(
        request,
        payments_of(row),
        sorts=PAYMENT_SORTS,
        default_sort="reference",
        form=PaymentFilter(request.GET, user=request.user),
        tabs=PAYMENT_TABS,
    )
    now = timezone.now()
    held, all_of = held_payments(row.payments.all()), payments_of(row)
    context = found.context | {
        "batch": row,
        "held": held,
        "lacking": lacking_of(one.line for one in found.page),
        "held_sum": sums_of(all_of.filter(pk__in=held))["amount"],
        # Of a batch that was given up all of it was.
        "dropped_sum": sums_of(all_of.filter(dropped_at__isnull=False))["amount"]
        if row.approved_at
        else 0,
        "sums": sums_of(all_of),
        "void": void_words(row),
        "requests": waiting_about(row, request.user, now=now),
        "left": all_of.filter(WAITS).exclude(pk__in=held).exists(),
    }
    return render_list(request, "fees/batch.html", context)


@require_safe
@requires(PAY)
def batch_file(request: UserRequest, pk: int, kind: str) -> HttpResponseBase:
    """The table of payments, its letters, or the file for the bank; that only of what was agreed to."""
    row = get_object_or_404(batches_visible_to(request.user), pk=pk)
    if kind == "letters":
        rows = fees_visible_to(request.user, PAY).filter(payments__batch=row).order_by("pk")
        content = letters_pdf(rows, at=timezone.now())
        return file_answer(content, name=f"劳务费确认函 {row.number}.pdf", inline=True)
    code = {"table": papers.TABLE, "bank": papers.BANK}.get(kind)
    if code is None or (code == papers.BANK and row.state != "approved"):
        raise Http404
    try:
        content, name = papers.batch_file(row, code, actor=request.user, now=timezone.now())
    except FeeRefused as refusal:
        return refused(str(refusal))
    return file_answer(content, name=name)


@requires(PAY)
def paid(request: UserRequest, pk: int) -> HttpResponse:
    """Say of all that is left of a batch that it was paid, and when (drawer)."""
    row = get_object_or_404(batches_visible_to(request.user), pk=pk)
    now = timezone.now()
    form = PaidForm(request.POST if request.method == "POST" else None, now=now)

    def write() -> None:
        on = form.cleaned_data["on"]
        mark_paid(batch=row, payments=None, actor=request.user, now=now, on=on)

    return drawer_form(
        request,
        form,
        write,
        title=f"登记为已付款 · {row.number}",
        submit_label="其余各笔都已付款",
        message="已登记为已付款。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:batch", args=[pk]),
    )


@requires(PAY)
def returned(request: UserRequest, pk: int) -> HttpResponse:
    """Say of one payment that the bank has returned it (drawer)."""
    row = get_object_or_404(payments_visible_to(request.user), pk=pk)
    form = ReturnedForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        note = form.cleaned_data["reason"]
        mark_returned(payment=row, note=note, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        title=f"登记退回 · {row.account.expert.name} {row.amount:.2f} 元",
        submit_label="登记退回",
        message="已登记并通知专家；收款账户重新核对后，这笔劳务费可以再列入批次。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:batch", args=[row.batch_id]),
    )


@require_safe
@requires(TAX)
def tax(request: UserRequest) -> HttpResponseBase:
    """What was withheld of what was paid in a month; of each payer the file for the tax bureau's client."""
    now = timezone.now()
    month = taxes.month_of(request.GET.get("month", ""), now)
    back = taken_back_in(request.user, month, TAX)
    payers = taxes.by_payer(payments_in(request.user, month, TAX), back)
    if "file" in request.GET:
        payer = request.GET.get("payer", "")
        found = next((one for one in payers if one.name == payer), None)
        if found is None:
            raise Http404
        content, name = taxes.tax_file(found, month=month, actor=request.user, now=now)
        return file_answer(content, name=name)
    context = {
        "form": TaxMonthForm(initial={"month": f"{month:%Y-%m}"}),
        "month": month,
        "payers": payers,
        "back": len(back),
        "came_back": came_back_after(request.user, month, TAX),
    }
    return render(request, "fees/tax.html", context)
