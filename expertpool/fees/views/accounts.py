"""The account of an expert: as he changes it, and as finance looks at it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.codes import new_code
from expertpool.core.fields import opens
from expertpool.core.permissions import requires
from expertpool.core.text import mask_middle
from expertpool.core.views.drawers import attempt, drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import revealed
from expertpool.core.visibility import Level, level_for, show
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.forms.accounts import AccountFilter, AccountForm, CheckForm
from expertpool.fees.models import BankAccount
from expertpool.fees.permissions import ACCOUNTS
from expertpool.fees.queries.accounts import account_in, accounts_visible_to, standing_account
from expertpool.fees.rules.banks import bank_of, fits, is_card, is_of_bank
from expertpool.fees.services.accounts import (
    change_account,
    decide_account,
    reveal_account,
    send_code,
    why_not_decided_by,
)
from expertpool.fees.tables import ACCOUNT_SORTS, ACCOUNT_TABS

NUMBER = "experts.bank_account"


@require_safe
@requires(ACCOUNTS)
def index(request: UserRequest) -> HttpResponse:
    """The accounts of experts who are paid, those that wait first."""
    found = listing(
        request,
        accounts_visible_to(request.user),
        sorts=ACCOUNT_SORTS,
        default_sort="asked",
        form=AccountFilter(request.GET, user=request.user),
        tabs=ACCOUNT_TABS,
    )
    return render_list(request, "fees/accounts.html", found.context)


@requires(ACCOUNTS)
def check(request: UserRequest, pk: int) -> HttpResponse:
    """Look at one account (drawer)."""
    row = get_object_or_404(accounts_visible_to(request.user), pk=pk)
    form = CheckForm(request.POST if request.method == "POST" else None)
    why_not = why_not_decided_by(request.user, row, row.expert, now=timezone.now())
    form.is_read = bool(why_not)

    def write() -> None:
        decide_account(
            account=row,
            agree=form.cleaned_data["agree"] == "yes",
            note=form.cleaned_data["note"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        template="fees/account.html",
        title=f"核对收款账户 · {row.expert.name}",
        submit_label="保存",
        message="已保存。",
        refresh="page",
        refusals=FeeRefused,
        back=reverse("fees:accounts"),
        row=row,
        number=show(request.user, NUMBER, row.readable_number),
        reveal_url=_reveal_url(request.user, row),
        odd=_odd(row.bank, row.readable_number),
        why_not=why_not,
    )


def _reveal_url(user: User, row: BankAccount) -> str:
    """The way to the whole number, for who sees it masked; nothing for who sees it, may not know it, or where nothing can be
    read."""
    is_masked = level_for(user, NUMBER) is Level.MASKED
    return (
        reverse("fees:account_reveal", args=[row.pk]) if is_masked and opens(row, "number") else ""
    )


@require_POST
@requires(ACCOUNTS)
def reveal(request: UserRequest, pk: int) -> HttpResponse:
    """The whole number of an account that somebody has to check, for a reason that is recorded."""
    row = get_object_or_404(accounts_visible_to(request.user), pk=pk)

    def whole_number(reason: str) -> str:
        return reveal_account(account=row, reason=reason, actor=request.user, now=timezone.now())

    return revealed(request, NUMBER, whole_number, refusals=FeeRefused)


def _odd(bank: str, number: str) -> str:
    if is_card(number) and not fits(number):
        return "卡号的最后一位与前面的对不上，可能填错了。"
    if not is_of_bank(number, bank):
        return f"这个卡号是{bank_of(number)}的卡，与开户银行不符。"
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def own(request: UserRequest, expert: Expert) -> HttpResponse:
    """The account to which he is paid, and another with a code."""
    now, asks = timezone.now(), request.POST.get("do") == "send"
    form = AccountForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST"

    def write() -> None:
        said = {name: form.cleaned_data[name] for name in ("bank", "number")}
        if asks:
            send_code(expert=expert, code=new_code(), actor=request.user, now=now, **said)
            return
        code = form.cleaned_data["code"]
        if not code:
            raise FeeRefused("请填写收到的验证码。", field="code")
        change_account(expert=expert, code=code, actor=request.user, now=now, **said)

    status = 200
    if request.method == "POST":
        done = attempt(form, write, refusals=FeeRefused) is not None
        if done and not asks:
            messages.success(request, "已修改，财务核对后向新账户付款。")
            return redirect("fees:own_account")
        if done:
            messages.success(request, "验证码已发出，10 分钟内有效，填写后保存。")
        else:
            status, sent = 422, not asks
    bank, number = account_in(expert)
    context: dict[str, Any] = {
        "form": form,
        "sent": sent,
        "bank": bank,
        "number": mask_middle(number, head=0, tail=4),
        "row": standing_account(expert),
    }
    return render(request, "fees/own_account.html", context, status=status)
