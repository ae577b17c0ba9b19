"""Voiding a draw: one person asks, another decides."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import VoidRequest
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.services.voiding import decide_void, request_void


@require_POST
@requires("draws.void")
def ask(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.void"), pk=pk)
    try:
        request_void(
            draw=draw,
            reason=request.POST.get("reason", ""),
            actor=request.user,
            now=timezone.now(),
        )
    except DrawError as error:
        return refused(str(error))
    return saved("已申请作废，等待另一人确认。", refresh="page")


@require_POST
@requires("draws.void")
def agree(request: UserRequest, pk: int, request_pk: int) -> HttpResponse:
    return _decide(request, pk, request_pk, agree=True)


@require_POST
@requires("draws.void")
def turn_down(request: UserRequest, pk: int, request_pk: int) -> HttpResponse:
    return _decide(request, pk, request_pk, agree=False)


def _decide(request: UserRequest, pk: int, request_pk: int, *, agree: bool) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.void"), pk=pk)
    asked = get_object_or_404(
        VoidRequest.objects.select_related("requested_by"), pk=request_pk, draw=draw
    )
    try:
        decide_void(
            request=asked,
            agree=agree,
            note=request.POST.get("reason", ""),
            actor=request.user,
            now=timezone.now(),
        )
    except DrawError as error:
        return refused(str(error))
    return saved("抽取已作废，可以重新抽取。" if agree else "已退回作废申请。", refresh="page")
