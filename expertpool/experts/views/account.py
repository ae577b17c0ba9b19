"""Accounts of experts: opened by clerks, activated by the link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.reasons import reason_of
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.forms.account import ActivationForm, LinkAccountForm
from expertpool.experts.queries.accounts import accounts_like
from expertpool.experts.queries.experts import account_of, experts_visible_to
from expertpool.experts.services.accounts import (
    activate_account,
    open_account,
    send_link_again,
    user_for_link,
)
from expertpool.experts.services.contacts import way_of_link
from expertpool.experts.services.linking import link_account, unlink_account
from expertpool.notifications.enums import ChannelCode

SENT = {
    ChannelCode.EMAIL: "，激活链接已发到邮箱",
    ChannelCode.SMS: "，激活链接已发到手机",
    None: "；没有邮箱，链接没有发出，请补充邮箱",
}


@require_POST
@requires("experts.edit")
def open_for(request: UserRequest, pk: int) -> HttpResponse:
    """Open an account for an expert and send him the link."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.edit"), pk=pk)
    now = timezone.now()
    if (held := account_of(expert)) is not None:
        # An old page, or a second press: nothing is opened, and nothing sent.
        return saved(
            f"{expert.name}已有账号 {held.username}，没有重复开通，也没有再发链接；需要时点“重发激活链接”。",
            refresh="page",
        )
    try:
        user = open_account(expert=expert, actor=request.user, now=now)
        sent = SENT[way_of_link(expert, now=now)]
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved(f"已开通账号 {user.username}{sent}", refresh="page")


@require_POST
@requires("experts.edit")
def send_again(request: UserRequest, pk: int) -> HttpResponse:
    """Send the activation link once more: mails get lost, and links grow old."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.edit"), pk=pk)
    try:
        send_link_again(expert=expert, actor=request.user, now=timezone.now())
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("激活链接已重新发送。")


@requires("accounts.users")
def link(request: UserRequest, pk: int) -> HttpResponse:
    """Make an account that is there already the expert's."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.edit"), pk=pk)
    form = LinkAccountForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        user = link_account(
            expert=expert, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        return f"已关联账号 {user.username}，设置密码的链接已发给专家本人。"

    title = f"关联已有账号 · {expert.name}"
    return drawer_form(
        request,
        form,
        write,
        title=title,
        submit_label="关联",
        refresh="page",
        refusals=ExpertRefused,
        back=reverse("experts:detail", args=[pk]),
    )


@require_safe
@requires("accounts.users")
def linkable(request: UserRequest) -> JsonResponse:
    """Accounts to propose while one types."""
    text = request.GET.get("q", "").strip()[:50]
    rows = [
        {
            "text": one.username,
            "note": "　".join(filter(None, (one.name, str(one.department or "")))),
        }
        for one in (accounts_like(request.user, text) if text else ())
    ]
    return JsonResponse(rows, safe=False)


@require_POST
@requires("accounts.users")
def unlink(request: UserRequest, pk: int) -> HttpResponse:
    """Take the account from an expert."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.edit"), pk=pk)
    try:
        unlink_account(
            expert=expert, reason=reason_of(request), actor=request.user, now=timezone.now()
        )
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("已解除关联，原账号已停用。", refresh="page")


@login_not_required
def activate(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: choose a password, then sign in."""
    form = ActivationForm(request.POST if request.method == "POST" else None)
    try:
        # Before the form: a bad link has no page to fill in.
        user = user_for_link(token)
        if form.is_valid():
            activate_account(token=token, password=form.cleaned_data["new"], now=timezone.now())
            messages.success(request, "密码已设置，请登录。")
            return redirect("accounts:login")
    except LinkInvalid as error:
        return render(request, "experts/activate_invalid.html", {"error": error}, status=404)
    except ValidationError as error:
        form.add_error("new", error)
    status = 422 if form.is_bound else 200
    return render(request, "experts/activate.html", {"form": form, "account": user}, status=status)
