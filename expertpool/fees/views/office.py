"""Fees as the office enters, sends and reads them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.drawers import attempt, drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.parts import parts_of
from expertpool.draws.queries.untold import sealed_draws
from expertpool.draws.queries.void_parts import void_part_words
from expertpool.draws.services.names import read_who_sat
from expertpool.experts.enums import ExpertStatus
from expertpool.fees.enums import FeeState
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.exports import FeeExport
from expertpool.fees.forms.lines import (
    FeeFilter,
    PanelFeesForm,
    PayVoidForm,
    ReverseForm,
    ToPayFilter,
)
from expertpool.fees.permissions import ENTER, EXPORT, PAY, REVERSE, VIEW
from expertpool.fees.queries.lines import (
    fees_in,
    fees_visible_to,
    letters_mark,
    may_enter,
    projects_to_pay,
)
from expertpool.fees.queries.rates import rates_for
from expertpool.fees.queries.void_draws import decided_words, held_among, totals_to_pay
from expertpool.fees.queries.workload import sent_home_of, stopped_words, workload_of
from expertpool.fees.services.corrections import can_be_corrected
from expertpool.fees.services.edits import FeeEdits
from expertpool.fees.services.letters import lacking_of, letter_file, letter_pdf, own_form
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.void_draws import pay_anyway
from expertpool.fees.tables import FEE_SORTS, FEE_TABS, TO_PAY_SORTS, TO_PAY_TABS
from expertpool.workflow.queries.requests import waiting_about


@require_safe
@requires(VIEW)
def fees(request: UserRequest) -> HttpResponse:
    """All fees in the user's scope, with what they come to."""
    form = FeeFilter(request.GET, user=request.user)
    found = listing(
        request,
        fees_visible_to(request.user),
        sorts=FEE_SORTS,
        default_sort="-entered",
        form=form,
        tabs=FEE_TABS,
    )
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {
        # Of what is listed: of the tab, too.
        "totals": totals_to_pay(found.rows),
        "held": held_among(found.context["page"]),
        "export_url": export_url(FeeExport.code) if may_export else "",
    }
    return render_list(request, "fees/list.html", context)


@require_safe
@requires(VIEW)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One fee: how it comes about, its letter and its signature."""
    row = get_object_or_404(fees_visible_to(request.user), pk=pk)
    may_reverse = fees_visible_to(request.user, REVERSE).filter(pk=pk).exists()
    may_pay = fees_visible_to(request.user, PAY).filter(pk=pk).exists()
    decided = decided_words(row)
    held, batch = held_among([row]), row.payment.batch if row.payment else None
    is_open = row.sent_at and not row.reversed_at and not row.payment and not row.received_at
    # Whoever put the batch together has no second word in it.
    is_own = batch is not None and batch.approved_at and batch.made_by_id == request.user.pk
    context = {
        "row": row,
        "held": held,
        "batch": batch,
        "may_reverse": may_reverse and (is_open or (held and batch and batch.approved_at)),
        "decided": decided,
        "may_pay_void": may_pay and held and not is_own,
        "may_correct": may_reverse and can_be_corrected(row),
        "may_receive": may_pay and row.told_state == FeeState.TO_RECEIVE,
        "corrections": fees_visible_to(request.user).filter(corrects=pk).order_by("pk"),
        "requests": waiting_about(row, request.user, now=timezone.now()),
        "has_own_form": own_form(row) is not None,
        "lacking": lacking_of([row]),
        "is_out": row.expert.status == ExpertStatus.DELETED
        and not row.expert.merged_into_id
        and not row.reversed_at,
        "told_tomorrow": row.told_state == FeeState.SENT and sealed_draws().exists(),
    }
    return render(request, "fees/detail.html", context)


@require_safe
@requires(VIEW)
def letter(request: UserRequest, pk: int) -> HttpResponseBase:
    """The letter of a fee as PDF, with the signature once there is one; ``own``: in the office's own form."""
    row = get_object_or_404(fees_visible_to(request.user), pk=pk)
    if "own" in request.GET:
        content, ending = letter_file(row, at=timezone.now())
        return file_answer(content, name=f"劳务费确认函 {row.expert.name}.{ending}")
    content = letter_pdf(row, at=timezone.now())
    return file_answer(content, name=f"劳务费确认函 {row.expert.name}.pdf", inline=True)


@requires(REVERSE)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """Reverse a fee that was sent (drawer)."""
    row = get_object_or_404(fees_visible_to(request.user, REVERSE), pk=pk)
    form = ReverseForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        reverse_fee(
            line=row,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"冲销 · {row.expert.name}",
        submit_label="冲销",
        message="已冲销，并通知专家和登记人；项目在「待登记」里，可以重新登记。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:detail", args=[pk]),
    )


@requires(PAY)
def pay_void(request: UserRequest, pk: int) -> HttpResponse:
    """Say that a fee is paid though its draw is void (drawer)."""
    row = get_object_or_404(fees_visible_to(request.user, PAY), pk=pk)
    form = PayVoidForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        reason = form.cleaned_data["reason"]
        pay_anyway(line=row, reason=reason, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        title=f"抽取已作废，照付 · {row.expert.name} {row.gross:.2f} 元",
        submit_label="决定照付",
        message="已记录；签字、收款账户核对后可以列入付款批次。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:detail", args=[pk]),
    )


@require_safe
@requires(ENTER)
def projects(request: UserRequest) -> HttpResponse:
    """The projects whose review is over, and how far their fees have come."""
    found = listing(
        request,
        projects_to_pay(request.user, now=timezone.now()),
        sorts=TO_PAY_SORTS,
        default_sort="-opening",
        form=ToPayFilter(request.GET),
        tabs=TO_PAY_TABS,
    )
    return render_list(request, "fees/projects.html", found.context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ENTER)
def project(request: UserRequest, pk: int) -> HttpResponse:
    """All experts of a project: what each is paid, in one form."""
    now = timezone.now()
    row = get_object_or_404(projects_to_pay(request.user, now=now), pk=pk)
    if not may_enter(request.user, row, now=now):
        raise PermissionDenied
    editing = Editing(request, FeeEdits(row))
    known, rates, home = fees_in(row), rates_for(row), sent_home_of(row)
    people = read_who_sat(
        project=row, actor=request.user, now=now, purpose="登记劳务费", sent_home=True
    )
    data = request.POST if request.method == "POST" else None
    form = PanelFeesForm(
        data,
        project=row,
        people=people,
        known=known,
        rates=rates,
        worked=workload_of(row),
        home=home,
        now=now,
    )

    editing.about(parts_of(form))

    def write() -> None:
        enter_fees(
            project=row,
            rate=form.cleaned_data["rate"],
            entries=form.entries,
            actor=request.user,
            now=now,
        )

    if request.method == "POST" and attempt(form, write, refusals=FeeRefused, editing=editing):
        messages.success(request, "已保存，金额见各位专家名下；核对后发送确认函。")
        return redirect("fees:project", pk=pk)
    waiting = [one for one in known.values() if one.sent_at is None]
    context: dict[str, Any] = {
        "project": row,
        "form": form,
        "rates": rates,
        "editing": editing,
        "waiting": waiting,
        "seen": letters_mark(waiting),
        "lacking": lacking_of(waiting),
        # Where nobody is entered yet it needs no words.
        "left_out": "、".join(
            one.expert.name
            for member, one in people
            if known and member.invitation_id not in known.keys() | home.keys()
        ),
        "stopped": stopped_words(row),
        "void_part": void_part_words(row),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fees/project.html", context, status=status)


@require_POST
@requires(ENTER)
def send(request: UserRequest, pk: int) -> HttpResponse:
    """Send the letters of a project."""
    now = timezone.now()
    row = get_object_or_404(projects_to_pay(request.user, now=now), pk=pk)
    try:
        seen = request.POST.get("seen", "")
        sent = send_letters(project=row, actor=request.user, now=now, seen=seen)
    except FeeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            f"已发送 {len(sent)} 份确认函，专家签字后在这里看到。"
            if sent
            else "没有待发送的确认函。"
        )
        messages.success(request, said)
    return redirect("fees:project", pk=pk)
