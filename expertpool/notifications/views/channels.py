"""How the ways out do, and where providers push what became of messages."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from expertpool.accounts.models import UserRequest
from expertpool.core.client import client_address, network_of
from expertpool.core.permissions import requires
from expertpool.notifications.channels.base import ReportUnreadable
from expertpool.notifications.queries.attempts import LATELY, channel_overviews
from expertpool.notifications.queries.health import faults_beside
from expertpool.notifications.services.replies import take_pushed
from expertpool.notifications.services.reports import channel_of_callback

logger = logging.getLogger(__name__)

ANSWERED_AS = "application/json"


@requires("siteconfig.manage")
def channels(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "overviews": channel_overviews(now=now),
        "faults": faults_beside(now),
        "days": LATELY.days,
    }
    return render(request, "notifications/channels.html", context)


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    """Take what ``provider`` pushes. Of most the address is the only key; what one signs, is checked, too. GET changes
    nothing: by it somebody, or the provider, sees that the address is right."""
    channel = channel_of_callback(provider, token)
    if channel is None:
        return HttpResponse(status=404)
    pushed = channel.callbacks[provider]
    query, now = request.GET.dict(), timezone.now()
    try:
        if request.method != "POST":
            answer = pushed.greeted(query, now) if pushed.greeted else pushed.answer()
            return HttpResponse(answer, content_type=ANSWERED_AS)
        body = pushed.opened(request.body, query, now) if pushed.opened else request.body
        told = pushed.read(body, request.headers.get("Content-Type", ""))
    except ReportUnreadable:
        # Pushed again, as often as the provider likes: it is in the log of the server until then.
        logger.warning("a push of %s (%s bytes) cannot be read", provider, len(request.body))
        return HttpResponse(status=400)
    source = network_of(client_address(request))
    take_pushed(provider=provider, told=told, source=source, now=now)
    return HttpResponse(pushed.answer(), content_type=ANSWERED_AS)
