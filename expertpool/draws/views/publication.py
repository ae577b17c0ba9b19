"""Publishing who sits: the step after which the public page names them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.draws.exceptions import DrawError
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.services.publishing import publish_result


@require_POST
@requires("draws.publish")
def publish(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.publish"), pk=pk)
    try:
        publish_result(draw=draw, actor=request.user, now=timezone.now())
    except DrawError as error:
        return refused(str(error))
    return saved("结果已公布，公开页面上可以看到评审专家。", refresh="page")
