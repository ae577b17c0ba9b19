"""Recording the screen of a draw, and the recordings that are kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.draws.exceptions import RecordingRefused
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.services.recordings import (
    LARGEST,
    LARGEST_PART,
    append_part,
    finish_recording,
)
from expertpool.projects.enums import EvidenceKind


@require_safe
@requires("draws.view")
def recordings(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    runs = request.user.has_permission("draws.run")
    context = {
        "draw": draw,
        "project": draw.project,
        "kind": EvidenceKind.RECORDING.value,
        "may_record": runs
        and not draw.project.is_archived
        and draws_visible_to(request.user, "draws.run").filter(pk=pk).exists(),
        "largest": LARGEST,
        "largest_part": LARGEST_PART,
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
            offset=int(offset) if offset.isdecimal() else 0,
            content=request.body,
            actor=request.user,
        )
    except RecordingRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    return JsonResponse({"size": size})


@require_POST
@requires("draws.run")
def finish(request: UserRequest, pk: int, recording: UUID) -> JsonResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    try:
        stored = finish_recording(
            draw=draw, recording=recording, actor=request.user, now=timezone.now()
        )
    except RecordingRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    return JsonResponse({"name": stored.name, "sha256": bytes(stored.sha256).hex()})
