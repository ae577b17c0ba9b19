"""To the provider and back."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.registry import second_step
from expertpool.accounts.services import second_steps
from expertpool.core.addresses import way_on
from expertpool.core.client import client_address
from expertpool.identity.exceptions import IdentityError
from expertpool.identity.services.signing_in import Caller, begin, finish
from expertpool.networks.services.known import known_account, remember


@require_safe
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the provider; whoever is signed in goes on at once."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(way_on(request))
    try:
        to = begin(
            request.session, back=back_address(), way_on=way_on(request), caller=_of(request)
        )
    except IdentityError as refusal:
        return _refused(request, str(refusal))
    return HttpResponseRedirect(to)


@require_safe
@login_not_required
def back(request: HttpRequest) -> HttpResponse:
    """Take what the provider says of whoever comes back."""
    now = timezone.now()
    if request.user.is_authenticated:  # the button of a browser that goes back
        return redirect(settings.LOGIN_REDIRECT_URL)
    try:
        done, to = finish(
            request.session, request.GET.dict(), back=back_address(), caller=_of(request)
        )
    except IdentityError as refusal:
        return _refused(request, str(refusal))
    if done.user is not None:
        login(request, done.user, backend=second_steps.BACKEND)
        answer = HttpResponseRedirect(to)
        remember(answer, done.user.pk)
        return answer
    if done.waits is not None and (more := second_step(done.waits)):
        second_steps.begin(request.session, done, way_on=to, now=now)
        return redirect(more.page)
    return _refused(request, done.why)


def back_address() -> str:
    """Where the provider sends browsers back to: as it is registered there, whatever a request calls this host."""
    return f"{settings.SITE_URL}{reverse('identity:back')}"


def _of(request: HttpRequest) -> Caller:
    return Caller(
        address=client_address(request),
        device=request.headers.get("User-Agent", ""),
        known=known_account(request),
        now=timezone.now(),
    )


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    # The page is anybody's; what it was asked for does not come about.
    return render(request, "identity/refused.html", {"why": why}, status=409)
