"""The second step of signing in: a code, a passkey, or setting one up where the office demands it."""

from __future__ import annotations

import json
import secrets
from textwrap import wrap
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import (
    SECRET_BYTES,
    address_for_app,
    as_text,
    has_app,
)
from expertpool.accounts.services.entering import open_session
from expertpool.accounts.services.second_steps import Waiting, give_up, who_waits
from expertpool.core.client import client_address
from expertpool.core.configuration import value_of
from expertpool.core.documents import qr_data_uri
from expertpool.core.responses import refused
from expertpool.core.settings import SITE_NAME
from expertpool.core.views.drawers import attempt
from expertpool.networks.services.known import known_account, remember
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.forms import SetUpForm, StepForm
from expertpool.secondfactor.queries import codes_left, has_factor, other_host_of, passkeys_of
from expertpool.secondfactor.services.challenges import keep_challenge, take_challenge
from expertpool.secondfactor.services.passkeys import sign_in_options
from expertpool.secondfactor.services.places import site, site_as_opened, why_not_here
from expertpool.secondfactor.services.steps import (
    TOO_LATE,
    Caller,
    check_may_set_up,
    step_by_code,
    step_by_passkey,
    step_by_setting_up,
)

REFUSALS = (SecondFactorRefused, AccountError)


@login_not_required
@sensitive_post_parameters("code")
def step(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey of whoever has shown his password; then he is signed in."""
    now = timezone.now()
    if (waiting := who_waits(request.session, now=now)) is None:
        return redirect("accounts:login")
    if not has_factor(waiting.user):
        return redirect("secondfactor:set_up")
    form = StepForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        code = form.cleaned_data["code"]
        step_by_code(waiting=waiting, code=code, caller=_caller(request), now=now)

    if attempt(form, write, refusals=REFUSALS, at="code"):
        answer = HttpResponseRedirect(_sign_in(request, waiting))
        remember(answer, waiting.user.pk)
        return answer
    context = {
        "form": form,
        "account": waiting.user,
        "not_here": why_not_here(request.get_host()),
    } | _steps_of(waiting.user)
    status = 422 if form.errors else 200
    return render(request, "secondfactor/step.html", context, status=status)


@require_POST
@login_not_required
def step_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked to sign."""
    now = timezone.now()
    if (waiting := who_waits(request.session, now=now)) is None:
        return JsonResponse({"said": TOO_LATE}, status=409)
    try:
        options, challenge = sign_in_options(waiting.user, site_as_opened(request.get_host()))
    except SecondFactorRefused as refusal:
        return JsonResponse({"said": str(refusal)}, status=409)
    keep_challenge(request.session, challenge, now=now)
    return JsonResponse(options)


@require_POST
@login_not_required
def step_passkey(request: HttpRequest) -> HttpResponse:
    """Take what the browser signed."""
    now = timezone.now()
    waiting = who_waits(request.session, now=now)
    challenge = take_challenge(request.session, now=now)
    if waiting is None or not challenge:
        return JsonResponse({"said": TOO_LATE}, status=409)
    try:
        step_by_passkey(
            waiting=waiting,
            place=site(),
            challenge=challenge,
            answer=answer_in(request),
            caller=_caller(request),
            now=now,
        )
    except REFUSALS as refusal:
        return JsonResponse({"said": str(refusal)}, status=422)
    answer = JsonResponse({"to": _sign_in(request, waiting)})
    remember(answer, waiting.user.pk)
    return answer


@login_not_required
@sensitive_post_parameters("code", "secret")
def set_up(request: HttpRequest) -> HttpResponse:
    """Let somebody of whom a second step is demanded, and who has none, set up an authenticator; show his codes."""
    now = timezone.now()
    if (waiting := who_waits(request.session, now=now)) is None:
        return redirect("accounts:login")
    user = waiting.user
    if has_factor(user):
        return redirect("secondfactor:step")
    try:
        check_may_set_up(waiting)
    except SecondFactorRefused as refusal:
        return refused(str(refusal))
    form = SetUpForm(
        request.POST if request.method == "POST" else None,
        user_id=user.pk,
        fresh=as_text(secrets.token_bytes(SECRET_BYTES)),
    )

    def write() -> list[str]:
        typed = {name: form.cleaned_data[name] for name in ("secret", "code")}
        return step_by_setting_up(waiting=waiting, caller=_caller(request), now=now, **typed)

    if done := attempt(form, write, refusals=REFUSALS, at="code"):
        context = {"codes": done.result, "to": _sign_in(request, waiting)}
        page = render(request, "secondfactor/codes_first.html", context)
        remember(page, user.pk)
        return page
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


def answer_in(request: HttpRequest) -> Any:
    """Return what the browser sent; None for what is no JSON."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _steps_of(user: User) -> dict[str, Any]:
    """Return by what ``user`` may show who he is, and the names of this site that his other passkeys are of."""
    hosts = [other_host_of(passkey) for passkey in passkeys_of(user)]
    return {
        "has_passkeys": "" in hosts,
        "other_hosts": sorted({host for host in hosts if host}),
        "has_code": has_app(user) or codes_left(user) > 0,
    }


def _caller(request: HttpRequest) -> Caller:
    device = request.headers.get("User-Agent", "")
    return Caller(client_address(request), device, known_account(request))


def _sign_in(request: HttpRequest, waiting: Waiting) -> str:
    """Open the session of who has shown all; return where he goes."""
    give_up(request.session)
    now = timezone.now()
    return open_session(request, waiting.user, by=waiting.method, way_on=waiting.way_on, now=now)
