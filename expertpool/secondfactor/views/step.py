"""The second step of signing in: a code, a passkey, or setting one up where the office demands it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from textwrap import wrap
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.exceptions import AccountError, TooManyAttempts
from expertpool.accounts.services.authenticators import (
    SECRET_BYTES,
    address_for_app,
    as_text,
    has_app,
    take_up,
)
from expertpool.accounts.services.entering import open_session
from expertpool.accounts.services.second_steps import (
    TOO_OFTEN,
    Waiting,
    finish,
    give_up,
    is_too_often,
    note_failure,
    who_waits,
)
from expertpool.core.client import client_address
from expertpool.core.configuration import value_of
from expertpool.core.documents import qr_data_uri
from expertpool.core.responses import refused
from expertpool.core.settings import SITE_NAME
from expertpool.networks.services.known import known_account, remember
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.forms import SetUpForm, StepForm
from expertpool.secondfactor.queries import has_factor, is_altered, passkeys_of
from expertpool.secondfactor.services.codes import make_codes, show_by_code
from expertpool.secondfactor.services.passkeys import (
    VALID,
    Place,
    show_by_passkey,
    sign_in_options,
)

ALTERED = (
    "您登录时的第二步验证（验证器、通行密钥）在系统之外被删除或改动过，不能只凭密码重新设置。"
    "请联系安全管理员，由两位安全管理员重置后再登录。"
)
CHALLENGE = "passkey_challenge"


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def step(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey of whoever has shown his password; then he is signed in."""
    if (waiting := who_waits(request.session, now=timezone.now())) is None:
        return redirect("accounts:login")
    if not has_factor(waiting.user):
        return redirect("secondfactor:set_up")
    form = StepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        why = _attempt(
            request,
            waiting,
            lambda: show_by_code(user=waiting.user, code=code, now=timezone.now()),
        )
        if not why:
            answer = HttpResponseRedirect(_sign_in(request, waiting))
            remember(answer, waiting.user.pk)
            return answer
        form.add_error("code", why)
    context = {
        "form": form,
        "account": waiting.user,
        "has_passkeys": bool(passkeys_of(waiting.user)),
        "has_app": has_app(waiting.user),
    }
    status = 422 if form.errors else 200
    return render(request, "secondfactor/step.html", context, status=status)


@require_POST
@login_not_required
@never_cache
def step_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked to sign."""
    if (waiting := who_waits(request.session, now=timezone.now())) is None:
        return JsonResponse({"said": "等得太久，请重新登录。"}, status=409)
    options, challenge = sign_in_options(waiting.user, place_of(request))
    keep_challenge(request, challenge)
    return JsonResponse(options)


@require_POST
@login_not_required
@never_cache
def step_passkey(request: HttpRequest) -> HttpResponse:
    """Take what the browser signed."""
    waiting = who_waits(request.session, now=timezone.now())
    challenge = take_challenge(request)
    if waiting is None or not challenge:
        return JsonResponse({"said": "等得太久，请重新登录。"}, status=409)
    why = _attempt(
        request,
        waiting,
        lambda: show_by_passkey(
            user=waiting.user,
            place=place_of(request),
            challenge=challenge,
            answer=answer_in(request),
            now=timezone.now(),
        ),
    )
    if why:
        return JsonResponse({"said": why}, status=422)
    answer = JsonResponse({"to": _sign_in(request, waiting)})
    remember(answer, waiting.user.pk)
    return answer


@login_not_required
@never_cache
@sensitive_post_parameters("code", "secret")
def set_up(request: HttpRequest) -> HttpResponse:
    """Let somebody of whom a second step is demanded, and who has none, set up an authenticator; show his codes."""
    if (waiting := who_waits(request.session, now=timezone.now())) is None:
        return redirect("accounts:login")
    user = waiting.user
    if has_factor(user):
        return redirect("secondfactor:step")
    if is_altered(user):
        return refused(ALTERED)
    form = SetUpForm(
        request.POST if request.method == "POST" else None,
        user_id=user.pk,
        fresh=as_text(secrets.token_bytes(SECRET_BYTES)),
    )
    if form.is_valid():
        data = form.cleaned_data
        why = _attempt(
            request,
            waiting,
            lambda: take_up(
                user=user, secret=data["secret"], code=data["code"], now=timezone.now()
            ),
        )
        if not why:
            to = _sign_in(request, waiting)
            codes = make_codes(user=user, now=timezone.now())
            page = render(request, "secondfactor/codes_first.html", {"codes": codes, "to": to})
            remember(page, user.pk)
            return page
        form.add_error("code", why)
    secret = form.shown_secret
    context = {
        "form": form,
        "account": user,
        "qr": qr_data_uri(address_for_app(secret, user, site=value_of(SITE_NAME))),
        "secret": " ".join(wrap(secret, 4)),
    }
    return render(request, "secondfactor/set_up.html", context, status=422 if form.errors else 200)


@require_POST
@login_not_required
def cancel(request: HttpRequest) -> HttpResponse:
    """Go back to the page of sign-in, to sign in as somebody else."""
    give_up(request.session)
    return redirect("accounts:login")


def place_of(request: HttpRequest) -> Place:
    host = request.get_host()
    return Place(host.rpartition(":")[0] if ":" in host else host, f"{request.scheme}://{host}")


def keep_challenge(request: HttpRequest, challenge: str) -> None:
    """Keep what the browser is to sign, for `VALID`."""
    request.session[CHALLENGE] = [challenge, (timezone.now() + VALID).timestamp()]


def take_challenge(request: HttpRequest) -> str:
    """Return what the browser was to sign, which counts once; empty where it was asked nothing, or too long ago."""
    kept = request.session.pop(CHALLENGE, None)
    if not isinstance(kept, list) or kept[1] < timezone.now().timestamp():
        return ""
    return str(kept[0])


def answer_in(request: HttpRequest) -> Any:
    """Return what the browser sent; None for what is no JSON."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _attempt(request: HttpRequest, waiting: Waiting, show: Callable[[], object]) -> str:
    """Return why nothing was shown, for him; empty: it was. Each failure is kept like one of a password."""
    address, now = client_address(request), timezone.now()
    if is_too_often(waiting, address, known=known_account(request), now=now):
        return TOO_OFTEN
    try:
        show()
    except (SecondFactorRefused, AccountError) as refusal:
        was_looked_at = not isinstance(refusal, TooManyAttempts)
        outcome = LoginOutcome.WRONG_CODE if was_looked_at else LoginOutcome.LOCKED
        note_failure(waiting, outcome, address=address, device=_device(request), now=now)
        return str(refusal)
    return ""


def _sign_in(request: HttpRequest, waiting: Waiting) -> str:
    """Sign him in; return where he goes."""
    address = client_address(request)
    finish(waiting, address=address, device=_device(request), now=timezone.now())
    give_up(request.session)
    return open_session(
        request, waiting.user, by=waiting.method, way_on=waiting.way_on, now=timezone.now()
    )


def _device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
