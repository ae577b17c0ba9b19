"""我的账号: what an account is, its phone number, and the tokens that act by its name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import ApiToken, UserRequest
from expertpool.accounts.queries import own_tokens
from expertpool.core.configuration import value_of
from expertpool.core.registry import permission_groups
from expertpool.core.responses import refused, saved
from expertpool.notifications.queries.channels import reaches_phones
from expertpool.portal.exceptions import PhoneRefused
from expertpool.portal.services.phones import check_link, confirm_phone, send_phone_link
from expertpool.workflow.settings import SECOND_PHONE


@require_safe
@never_cache
def account(request: UserRequest) -> HttpResponse:
    """One's own account; everybody has one."""
    user, now = request.user, timezone.now()
    context = {
        "roles": "、".join(str(role) for role in user.roles.all()),
        "tokens": [_told(token) for token in own_tokens(user, now=now)],
        "reaches_phones": reaches_phones(),
        "phone_is_asked_for": value_of(SECOND_PHONE),
    }
    return render(request, "portal/account.html", context)


def _told(token: ApiToken) -> tuple[ApiToken, list[str], str]:
    """Return ``token``, what it may do in the words of the page of roles, and what its owner is asked
    before he confirms it."""
    labels = {
        permission.code: f"{group.label}：{permission.label}"
        for group in permission_groups()
        for permission in group.permissions
    }
    rights = [labels.get(code, code) for code in token.scopes]
    question = (
        f"确认后，持有令牌的平台到 {localtime(token.expires_at):%Y-%m-%d} 为止能以您的名义操作："
        f"{'、'.join(rights)}。您要求过它吗？"
    )
    return token, rights, question


@require_POST
def phone_link(request: UserRequest) -> HttpResponse:
    """Send the link to the number of one's account."""
    try:
        send_phone_link(user=request.user, now=timezone.now())
    except PhoneRefused as error:
        return refused(str(error))
    return saved("已发送短信，请打开其中的链接完成验证；一分钟内只发一条。")


@never_cache
def phone_confirm(request: UserRequest, token: str) -> HttpResponse:
    """Open the link of the message; what it shows is kept by a button, since some programs open
    links by themselves."""
    try:
        if request.method == "POST":
            confirm_phone(token=token, user=request.user, now=timezone.now())
            messages.success(request, "手机号已验证。")
            return redirect("portal:account")
        check_link(token, request.user)
    except PhoneRefused as error:
        messages.error(request, str(error))
        return redirect("portal:account")
    return render(request, "portal/phone_confirm.html")
