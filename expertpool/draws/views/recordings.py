"""Recording the screen of a draw, and the recordings that are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.sizes import MEGABYTE
from expertpool.core.text import is_key
from expertpool.draws.exceptions import RecordingRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.recordings import may_record_screen, unfinished_recordings
from expertpool.draws.services.recordings import (
    LARGEST_PART,
    append_part,
    finish_recording,
)
from expertpool.files.settings import MEDIA_SIZE
from expertpool.projects.enums import EvidenceKind


def recorder_for(user: User, draw: Draw) -> dict[str, Any] | None:
    """Return what the recorder in the draw room needs; None for who may not record."""
    if not may_record_screen(user, draw):
        return None
    # Two persons may use one browser: what one of them has not saved is not sent by the other.
    return {
        "owner": f"{draw.pk}-{user.pk}",
        "largest": value_of(MEDIA_SIZE) * MEGABYTE,
        "largest_part": LARGEST_PART,
    }


@require_safe
@requires("draws.view")
def recordings(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    may_record = may_record_screen(request.user, draw)
    context = {
        "draw": draw,
        "title": draw.title,
        "project": draw.project,
        "kind": EvidenceKind.RECORDING.value,
        "may_record": may_record,
        "unfinished": unfinished_recordings(draw, request.user) if may_record else [],
    }
    return render(request, "draws/recordings.html", context)


@require_POST
@requires("draws.run")
def part(request: UserRequest, pk: int, recording: UUID) -> JsonResponse:
    """Take one part of a recording, as the body of the request, from ``?offset=`` on."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    offset = request.GET.get("offset", "")
    try:
        size = append_part(
            draw=draw,
            recording=recording,
            offset=int(offset) if is_key(offset) else 0,
            content=request.body,
            actor=request.user,
        )
    except RecordingRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    return JsonResponse({"size": size})


@require_POST
@requires("draws.run")
def finish(request: UserRequest, pk: int, recording: UUID) -> HttpResponse:
    """Keep a recording: asked by the recorder, or by hand for one that was cut off."""
    by_hand = "HX-Request" in request.headers
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    try:
        stored = finish_recording(
            draw=draw, recording=recording, actor=request.user, now=timezone.now()
        )
    except RecordingRefused as refusal:
        if by_hand:
            return refused(str(refusal))
        return JsonResponse({"message": str(refusal)}, status=409)
    if by_hand:
        return saved("录屏已保存。", refresh="page")
    return JsonResponse({"name": stored.name, "sha256": bytes(stored.sha256).hex()})
