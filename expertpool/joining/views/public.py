"""What anybody sees: the beginning, registration, and the link of a recommendation."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.services.login import sign_in
from expertpool.core.client import client_address
from expertpool.core.codes import new_code
from expertpool.core.configuration import value_of
from expertpool.core.text import mask_email, mask_middle
from expertpool.joining.enums import Channel, ContactKind
from expertpool.joining.exceptions import JoiningRefused, LinkInvalid
from expertpool.joining.forms.registration import CodeForm, RegistrationForm
from expertpool.joining.models import Recommendation
from expertpool.joining.queries.public import friend_links, is_open
from expertpool.joining.services.recommending import recommendation_for
from expertpool.joining.services.registering import (
    Applicant,
    register,
    registration_of,
    send_code,
    token_of,
)
from expertpool.joining.services.setup import ensure_consent
from expertpool.joining.settings import CODE_MINUTES, DRAFT_DAYS
from expertpool.notifications.queries.channels import reaches_phones

FOR_HIM = "须是推荐人填写的手机号或邮箱：链接只供被推荐的本人使用。验证码发到这里，以后用它登录。"
BACKEND = "expertpool.accounts.backends.AccountBackend"
# Channels that stand in addresses; the others are known without one.
NAMED = {Channel.WECHAT.value, Channel.SHARE.value, Channel.QR.value}


def channel_of(request: HttpRequest) -> str:
    """Return by which way somebody came: as the address says, otherwise by his browser."""
    named = request.GET.get("c", "")
    if named in NAMED:
        # As it was printed on a poster or sent in a message: it counts more than the browser.
        return named
    return Channel.WECHAT if in_wechat(request) else Channel.SITE


def in_wechat(request: HttpRequest) -> bool:
    return "MicroMessenger" in request.headers.get("User-Agent", "")


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What it is about, and where it begins."""
    context = {
        "is_open": is_open(),
        "channel": channel_of(request),
        "friend_links": friend_links(),
        "draft_days": value_of(DRAFT_DAYS),
    }
    return render(request, "joining/start.html", context)


@login_not_required
@require_safe
def consent(request: HttpRequest) -> HttpResponse:
    """The text that applicants agree to."""
    text = ensure_consent(now=timezone.now())
    return render(request, "joining/consent.html", {"consent": text})


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Ask who he is, and send a code."""
    return _begin(request, recommendation=None)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for somebody who was recommended, with what his colleague said of him."""
    try:
        recommendation = recommendation_for(token, now=timezone.now())
    except LinkInvalid as error:
        response = render(request, "joining/link_invalid.html", {"error": error}, status=404)
    else:
        response = _begin(request, recommendation=recommendation)
    # Pages elsewhere must not learn the link; its own form has to say where it comes from, or it is refused as foreign.
    response["Referrer-Policy"] = "same-origin"
    return response


def _begin(request: HttpRequest, *, recommendation: Recommendation | None) -> HttpResponse:
    if request.user.is_authenticated:
        return _signed_in(request)
    initial = {"channel": channel_of(request)}
    if recommendation is not None:
        # By mail where this site sends no short messages; he may have been recommended by both.
        contact = recommendation.phone if reaches_phones() else recommendation.email
        initial |= {"name": recommendation.name, "contact": contact}
    form = RegistrationForm(request.POST if request.method == "POST" else None, initial=initial)
    if recommendation is not None:
        form.fields["contact"].help_text = FOR_HIM
    if form.is_valid():
        data = form.cleaned_data
        channel = Channel.RECOMMENDED if recommendation else data["channel"]
        applicant = Applicant(
            data["kind"],
            data["name"],
            data["contact_kind"],
            data["contact"],
            data["read"] or 0,
            channel,
            in_wechat(request),
            recommendation,
        )
        try:
            row = send_code(
                applicant=applicant,
                code=new_code(),
                address=client_address(request),
                now=timezone.now(),
            )
        except JoiningRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return redirect("joining:code", token=token_of(row))
    text = ensure_consent(now=timezone.now())
    form.show(text)
    context = {
        "form": form,
        "consent": text,
        "recommendation": recommendation,
        "friend_links": friend_links(),
        "is_open": is_open(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "joining/register.html", context, status=status)


def _signed_in(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        "may_apply": user.has_permission("joining.apply"),
        "home_url": resolve_url(settings.LOGIN_REDIRECT_URL),
    }
    return render(request, "joining/signed_in.html", context)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code, and the password by which he comes back; then he is signed in."""
    now = timezone.now()
    if request.user.is_authenticated:
        return _signed_in(request)
    try:
        row = registration_of(token, now=now)
    except LinkInvalid as error:
        return render(request, "joining/link_invalid.html", {"error": error}, status=404)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        password = form.cleaned_data["new"]
        try:
            user = register(row=row, code=form.cleaned_data["code"], password=password, now=now)
        except ValidationError as error:
            form.add_error("new", error.messages)
        except JoiningRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            entered = sign_in(
                identifier=user.username,
                password=password,
                address=client_address(request),
                device=request.headers.get("User-Agent", ""),
                now=now,
            )
            if entered.user is not None:
                login(request, entered.user, backend=BACKEND)
            return redirect("joining:mine")
    by_phone = row.contact_kind == ContactKind.PHONE
    mask = partial(mask_middle, head=3, tail=4) if by_phone else mask_email
    context = {
        "form": form,
        "to": mask(row.contact),
        "minutes": value_of(CODE_MINUTES),
        "ends": row.expires_at,
    }
    return render(request, "joining/code.html", context, status=422 if form.is_bound else 200)
