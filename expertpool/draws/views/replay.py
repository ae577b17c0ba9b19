"""The record of a draw as a film, played in the browser from the public record alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.draws.enums import DrawKind
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.publicity import may_have_record
from expertpool.draws.services.names import may_read, read_names
from expertpool.draws.views.verification import find_draw, public


@require_http_methods(["GET", "HEAD", "POST"])
@requires("draws.view")
def replay(request: UserRequest, pk: int) -> HttpResponse:
    """The film beside its draw; POST adds the names for who may read them, which is logged."""
    draw = get_object_or_404(draws_visible_to(request.user).filter(kind=DrawKind.RANDOM), pk=pk)
    now = timezone.now()
    context = {
        "draw": draw,
        "project": draw.project,
        "record_url": reverse("draws:verify_record", args=[draw.public_id]),
        "has_record": may_have_record(draw),
        "reads_names": draw.ended_at is not None and may_read(draw, request.user, now=now),
    }
    if request.method == "POST":
        try:
            rows = read_names(draw=draw, actor=request.user, now=now, purpose="抽取回放")
        except NamesSealed as error:
            messages.error(request, str(error))
            return redirect("draws:replay", pk=pk)
        context["names"] = {row.invitation.commit: row.expert.name for row in rows}
    return render(request, "draws/replay.html", context)


@public
def public_replay(request: HttpRequest, code: str) -> HttpResponse:
    """The film for anybody: what the public record holds, no names."""
    draw = find_draw(request, code)
    if not draw.is_random:
        raise Http404
    record_url = reverse("draws:verify_record", args=[draw.public_id])
    context = {"draw": draw, "record_url": record_url, "has_record": may_have_record(draw)}
    return render(request, "draws/replay.html", context)


@public
def file_replay(request: HttpRequest) -> HttpResponse:
    """The film of a record file that the visitor chooses; it stays in his browser."""
    return render(request, "draws/replay.html")
