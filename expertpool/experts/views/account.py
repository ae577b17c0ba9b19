"""Accounts of experts: opened by clerks, activated by the link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.forms.account import ActivationForm
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.accounts import (
    activate_account,
    open_account,
    send_link_again,
    user_for_link,
)
from expertpool.experts.services.contacts import way_of_link
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


@never_cache
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
