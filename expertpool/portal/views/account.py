"""我的账号: what an account is, its phone, its authenticator, and the tokens that act by its name."""

from __future__ import annotations

import secrets
from textwrap import wrap

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import ApiToken, UserRequest
from expertpool.accounts.queries import own_tokens, sessions_of
from expertpool.accounts.services.authenticators import (
    SECRET_BYTES,
    address_for_app,
    as_text,
    has_app,
    prove_by_app,
    set_up,
    take_away,
)
from expertpool.accounts.services.entering import password_ends
from expertpool.accounts.services.sessions import key_of
from expertpool.core.configuration import value_of
from expertpool.core.documents import qr_data_uri
from expertpool.core.registry import permission_groups
from expertpool.core.responses import refused, saved
from expertpool.core.settings import SITE_NAME
from expertpool.core.views.drawers import drawer_form
from expertpool.notifications.queries.channels import reaches_phones
from expertpool.notifications.queries.wechat import binding_of, is_offered
from expertpool.portal.exceptions import PhoneRefused
from expertpool.portal.forms import AppForm
from expertpool.portal.services.phones import check_link, confirm_phone, send_phone_link
from expertpool.secondfactor.forms import CodeForm, PasswordForm
from expertpool.workflow.queries.second_person import phone_does_not_count_yet
from expertpool.workflow.settings import SECOND_PHONE


@require_safe
def account(request: UserRequest) -> HttpResponse:
    """One's own account; everybody has one."""
    user, now = request.user, timezone.now()
    context = {
        "roles": "、".join(str(role) for role in user.roles.all()),
        # In words: whoever confirms a token must know for what.
        "tokens": [_told(token) for token in own_tokens(user, now=now)],
        "password_ends": password_ends(user, now=now),
        "reaches_phones": reaches_phones(),
        "has_app": has_app(user),
        "offers_wechat": is_offered(),
        # Nobody is asked about a way that the office does not offer.
        "wechat": binding_of(user) if is_offered() else None,
        "phone_is_asked_for": value_of(SECOND_PHONE),
        "not_yet": phone_does_not_count_yet(user, now=now),
        "sessions": sessions_of(user, now=now),
        # The page marks it: who ends the one he uses by mistake loses what he types.
        "own_session": key_of(request.session),
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
    # A right that the product has no more is named by its code, not left out.
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
    return saved("已发送短信：请在登录了本账号的浏览器中打开其中的链接完成验证；一分钟内只发一条。")


def phone_confirm(request: UserRequest, token: str) -> HttpResponse:
    """Open the link of the message; what it shows is kept by a button, since some programs open
    links by themselves."""
    try:
        if request.method == "POST":
            confirm_phone(token=token, user=request.user, now=timezone.now())
            later = phone_does_not_count_yet(request.user, now=timezone.now())
            messages.success(request, f"手机号已验证。{later}")
            return redirect("portal:account")
        check_link(token, request.user)
    except PhoneRefused as error:
        messages.error(request, str(error))
        return redirect("portal:account")
    return render(request, "portal/phone_confirm.html")


@sensitive_post_parameters("password", "code", "secret")
def app_set_up(request: UserRequest) -> HttpResponse:
    """Let an authenticator speak for one's account (drawer): it reads the QR code and shows a code."""
    # Made anew each time the drawer opens; the form brings back the one that was shown.
    fresh = as_text(secrets.token_bytes(SECRET_BYTES))
    data = request.POST if request.method == "POST" else None
    form = AppForm(data, user_id=request.user.pk, fresh=fresh)

    def write() -> str:
        set_up(user=request.user, now=timezone.now(), **form.cleaned_data)
        return "验证器已设置。"

    # After a wrong code the same as before: the app has read it already.
    secret = form.shown_secret
    address = address_for_app(secret, request.user, site=value_of(SITE_NAME))
    return drawer_form(
        request,
        form,
        write,
        title="设置验证器",
        refresh="page",
        refusals=AccountError,
        back=reverse("portal:account"),
        template="portal/app.html",
        submit_label="设置",
        qr=qr_data_uri(address),
        # In fours, for whoever types it into an app without a camera.
        secret=" ".join(wrap(secret, 4)),
    )


@sensitive_post_parameters("code")
def app_prove(request: UserRequest) -> HttpResponse:
    """Show by one's authenticator that it is still oneself (drawer), after others changed the account."""
    form = CodeForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        prove_by_app(user=request.user, code=form.cleaned_data["code"], now=timezone.now())
        return "已验证是您本人。"

    return drawer_form(
        request,
        form,
        write,
        title="用验证器验证本人",
        refresh="page",
        refusals=AccountError,
        back=reverse("portal:account"),
        submit_label="验证",
    )


@sensitive_post_parameters("password")
def app_take_away(request: UserRequest) -> HttpResponse:
    """Let no authenticator speak for one's account any more (drawer)."""
    form = PasswordForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        take_away(user=request.user, password=form.cleaned_data["password"], now=timezone.now())
        return "验证器已停用。"

    return drawer_form(
        request,
        form,
        write,
        title="停用验证器",
        refresh="page",
        refusals=AccountError,
        back=reverse("portal:account"),
        submit_label="停用",
        danger=True,
    )
