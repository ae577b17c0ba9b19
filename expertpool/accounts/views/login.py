"""Signing in and out, the user's own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.context import seconds_left
from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.forms.accounts import ForgottenForm, LoginForm, PasswordForm
from expertpool.accounts.models import User, UserRequest
from expertpool.accounts.queries import demo_users
from expertpool.accounts.registry import LEAVINGS, PASSWORD_DOORS, second_step
from expertpool.accounts.services.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from expertpool.accounts.services.doors import sign_in
from expertpool.accounts.services.entering import OVER, open_session
from expertpool.accounts.services.forgotten import ask_link
from expertpool.accounts.services.login import sign_out
from expertpool.accounts.services.passwords import change_own_password
from expertpool.accounts.services.second_steps import begin
from expertpool.accounts.settings import BLOCK_TIME, FAILURES_TO_LOCK, LOCK_TIME, PASSWORD_AGE
from expertpool.core.addresses import way_on
from expertpool.core.client import client_address
from expertpool.core.configuration import words_of
from expertpool.core.registry import ENTRANCES
from expertpool.core.views.drawers import attempt
from expertpool.core.views.unattended import unattended
from expertpool.networks.services.known import known_account, remember

# One sentence for every account, there or not.
REFUSED = (
    "账号或密码不对。连续输错 {times}后须等 30 秒再试，每再错一次等待加倍，最长 {long}；"
    "忘记密码请点「忘记密码」，急用请联系管理员。"
)
LIMITED = "从这个网络地址失败的次数太多，暂不能登录，最长 {minutes}；请稍后再试，或联系管理员。"


@login_not_required
@sensitive_post_parameters("password")
def login_view(request: HttpRequest) -> HttpResponse:
    """Sign in; then on to ``next`` when that is a page of ours."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(way_on(request))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = sign_in(
            identifier=form.cleaned_data["identifier"],
            password=form.cleaned_data["password"],
            address=client_address(request),
            device=request.headers.get("User-Agent", ""),
            now=timezone.now(),
            known=known_account(request),
        )
        if result.user is not None:
            to = open_session(
                request, result.user, by=result.method, way_on=way_on(request), now=timezone.now()
            )
            answer = HttpResponseRedirect(to)
            remember(answer, result.user.pk)
            return answer
        if result.waits is not None and (more := second_step(result.waits)):
            begin(request.session, result, way_on=way_on(request), now=timezone.now())
            return redirect(more.page)
        form.add_error(None, result.why or _refused(result.outcome))
    context: dict[str, Any] = {"form": form, "next": request.GET.get("next", "")}
    context["has_ended"] = request.method == "GET" and "ended" in request.GET
    context["entrances"] = [one for one in ENTRANCES if one.is_open()]
    # Never outside development: they are accounts with a password that is public.
    if settings.DEV_PAGES:
        context |= {
            "demo_users": _demo_users(),
            "demo_password": DEMO_PASSWORD,
        }
    status = 422 if form.errors else 200
    return render(request, "accounts/login.html", context, status=status)


@login_not_required
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose another password by; the answer is the same for whatever was typed."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)

    def ask() -> None:
        ask_link(
            identifier=form.cleaned_data["identifier"],
            address=client_address(request),
            device=request.headers.get("User-Agent", ""),
            now=timezone.now(),
        )

    if attempt(form, ask, refusals=AccountError):
        return HttpResponseRedirect(f"{reverse('accounts:forgotten')}?sent")
    status = 422 if form.errors else 200
    context = {"form": form, "is_sent": request.method == "GET" and "sent" in request.GET}
    return render(request, "accounts/forgotten.html", context, status=status)


@require_POST
def logout_view(request: UserRequest) -> HttpResponse:
    out = next(filter(None, (one.way_out(request.session) for one in LEAVINGS)), "")
    sign_out(user=request.user, now=timezone.now())
    logout(request)
    if out:
        # A page that goes on by itself: a form may not be answered by an address outside (the policy of pages).
        page = render(request, "accounts/leaving.html", {"out": out})
        page["Refresh"] = f"0; url={out}"
        return page
    return redirect(settings.LOGOUT_REDIRECT_URL)


@unattended
@require_safe
def idle(request: UserRequest) -> JsonResponse:
    """How long the session stays unless it is used: asked by its pages before they say so. It is no use itself."""
    return JsonResponse({"left": seconds_left(request)})


@sensitive_post_parameters()
def password(request: UserRequest) -> HttpResponse:
    """Change one's own password; the other sessions of the account end."""
    form = PasswordForm(request.POST or None)

    def write() -> None:
        change_own_password(
            user=request.user,
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            now=timezone.now(),
        )

    if attempt(form, write, refusals=AccountError):
        # sessions are tied to the password: without this one's own would end as well
        update_session_auth_hash(request, request.user)
        request.session.pop(OVER, None)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "form": form,
        "forced": request.user.must_change_password,
        "is_over": OVER in request.session,
        "longest": words_of(PASSWORD_AGE),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/password.html", context, status=status)


def _demo_users() -> list[User]:
    users = list(demo_users([account.username for account in DEMO_ACCOUNTS]))
    for user in users:
        roles = "、".join(str(role) for role in user.roles.all())
        user.demo_label = f"{roles} {user.name}"  # type: ignore[attr-defined]
    return users


def _refused(outcome: LoginOutcome) -> str:
    if outcome == LoginOutcome.RATE_LIMITED:
        return LIMITED.format(minutes=words_of(BLOCK_TIME))
    said = REFUSED.format(times=words_of(FAILURES_TO_LOCK), long=words_of(LOCK_TIME))
    return said + "".join(one.beside() for one in PASSWORD_DOORS)
