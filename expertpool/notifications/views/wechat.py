"""微信通知: binding one's own WeChat. WeChat says who somebody is; he is asked for nothing."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.documents import qr_data_uri
from expertpool.notifications.channels.wechat.account import authorize_address
from expertpool.notifications.channels.wechat.settings import APP, LOOPBACK
from expertpool.notifications.exceptions import BindingRefused
from expertpool.notifications.queries.wechat import binding_of, is_loopback, is_offered
from expertpool.notifications.services.wechat import bind, openid_behind, unbind

STATE = "wechat_state"
IN_WECHAT = "MicroMessenger"
NOT_BEGUN = "这次绑定不是从本页开始的，或已过期，请重新点「绑定微信」。"


@require_safe
def own(request: UserRequest) -> HttpResponse:
    """Whether one's WeChat is bound, and how it is."""
    if not is_offered():
        raise Http404
    here = settings.SITE_URL + reverse("notifications:wechat")
    context = {
        "binding": binding_of(request.user),
        "in_wechat": IN_WECHAT in request.headers.get("User-Agent", ""),
        "is_loopback": is_loopback(),
        "address": here,
        "qr": qr_data_uri(here),
    }
    return render(request, "notifications/wechat.html", context)


@require_safe
def start(request: UserRequest) -> HttpResponse:
    """Send whoever is signed in to WeChat, which sends him back with a code."""
    if not is_offered():
        raise Http404
    state = request.session[STATE] = secrets.token_urlsafe(16)
    if is_loopback():
        return redirect(
            reverse("notifications:wechat_back", query={"code": LOOPBACK, "state": state})
        )
    back = settings.SITE_URL + reverse("notifications:wechat_back")
    return redirect(authorize_address(app=value_of(APP), back=back, state=state))


@require_http_methods(["GET", "HEAD", "POST"])
def back(request: UserRequest) -> HttpResponse:
    """Where WeChat sends him: only what he began here, in this session, binds. GET changes nothing."""
    if not is_offered():
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    code, state = given.get("code", ""), given.get("state", "")
    begun = request.session.get(STATE, "")
    if not code or not begun or not secrets.compare_digest(begun.encode(), state.encode()):
        messages.error(request, NOT_BEGUN)
        return redirect("notifications:wechat")
    if request.method != "POST":
        context = {"code": code, "state": state, "is_loopback": is_loopback()}
        return render(request, "notifications/wechat_back.html", context)
    del request.session[STATE]  # once
    try:
        bind(user=request.user, openid=openid_behind(code, user=request.user), now=timezone.now())
    except BindingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已绑定，以后的邀请和通知也会发到您的微信。")
    return redirect("notifications:wechat")


@require_POST
def end(request: UserRequest) -> HttpResponse:
    if unbind(user=request.user, now=timezone.now()):
        messages.success(request, "已解除绑定，不再发到您的微信。")
    return redirect("notifications:wechat")
