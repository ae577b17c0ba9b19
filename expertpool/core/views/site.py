"""What every page has around it: watermark, search; and the health check of the operator."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from html import escape

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.log import log_response
from django.views.decorators.http import require_safe

from expertpool.core.client import NOBODY_WAITS, client_address, has_left
from expertpool.core.configuration import value_of
from expertpool.core.health import CHECKS, Check, Checked, Health, look
from expertpool.core.search import search as search_all
from expertpool.core.settings import LOGO
from expertpool.core.text import moment_text
from expertpool.core.views.unattended import unattended

logger = logging.getLogger(__name__)
MARK = """<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">
<defs><pattern id="m" width="360" height="220" patternUnits="userSpaceOnUse">
<g transform="rotate(-22 180 110)" font-family="sans-serif" font-size="14" fill="#1f2937"
 fill-opacity="0.08" text-anchor="middle"><text x="180" y="104">{first}</text>
<text x="180" y="126">{second}</text></g></pattern></defs>
<rect width="100%" height="100%" fill="url(#m)"/></svg>
"""


@unattended
@require_safe
def watermark(request: HttpRequest) -> HttpResponse:
    """A picture for the whole screen: who looks, from which department, when, from where."""
    user = request.user
    department = getattr(user, "department", None)
    first = f"{user} {department}" if department else str(user)
    at = moment_text(timezone.now())
    svg = MARK.format(first=escape(first), second=escape(f"{at} {client_address(request)}"))
    return HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")


@require_safe
@login_not_required
def logo(request: HttpRequest) -> HttpResponse:
    """The logo of the site; its address changes with it, so browsers keep it. 404 when none is set."""
    content = value_of(LOGO)
    if not content:
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(content, content_type="image/png", headers=headers)


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where somebody arrives who signs in beside a page on which he has typed; a page asks here before it
    sends a form."""
    return render(request, "core/signed_in.html")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results of the search box, for htmx."""
    query = request.GET.get("q", "").strip()
    context = {"query": query, "groups": search_all(request.user, query)}
    return render(request, "core/search_results.html", context)


@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """What programs are told of how the system is: 503 when this process can serve nobody (no database,
    outdated keys), for load balancers; for monitors a word for each check with a ``probe``, for
    which no other web server does better."""
    return _found(request, (check for check in CHECKS if check.probe))


@require_safe
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve anybody, and nothing besides: asked every second by load balancers."""
    return _found(request, (check for check in CHECKS if check.vital))


@require_safe
@login_not_required
def live(request: HttpRequest) -> JsonResponse:
    """That this process answers, whatever the database does: one that does not is to be started anew."""
    return JsonResponse({"status": "ok"})


def _found(request: HttpRequest, checks: Iterable[Check]) -> JsonResponse:
    found = look(checks, now=timezone.now())
    words = {one.check.probe: one.finding.word or "ok" for one in found}
    if found and found[-1].stops:
        return _unavailable(request, found[-1], words)
    states = {one.finding.state for one in found}
    worst = next((bad for bad in (Health.FAILED, Health.WARNING) if bad in states), Health.OK)
    return JsonResponse({"status": worst.value} | words)


def _unavailable(request: HttpRequest, stopped: Checked, words: dict[str, str]) -> JsonResponse:
    """Answer that this process serves nobody, with a line in the log that says why."""
    # Who left has had the statement stopped himself: the database is no worse for it.
    is_left = has_left(request)
    answer = JsonResponse(
        {"status": "unavailable"} | words, status=NOBODY_WAITS if is_left else 503
    )
    log_response(
        "Nobody waits: %s (check %s: %s)" if is_left else "Service Unavailable: %s (check %s: %s)",
        request.path,
        stopped.check.code,
        stopped.finding.cause or stopped.finding.word,
        response=answer,
        request=request,
        logger=logger,
        level="info" if is_left else "error",
    )
    return answer
