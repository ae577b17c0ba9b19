"""A review is ended, stopped, or taken over by another panel."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.reasons import reason_of
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.renewing import take_over
from expertpool.reviews.services.stopping import stop_review
from expertpool.reviews.views.office import act, managed, said_short


@require_POST
@requires(MANAGE)
def end(request: UserRequest, pk: int) -> HttpResponse:
    """End the scoring; ``short`` is how many experts lack as the page said before."""
    row, short = managed(request, pk), said_short(request)
    return act(
        request,
        pk,
        lambda: end_review(review=row, actor=request.user, now=timezone.now(), short=short),
        "评审已结束。",
    )


@require_POST
@requires(MANAGE)
def renew(request: UserRequest, pk: int) -> HttpResponse:
    """Let the panel that was drawn anew take over from that of a void draw."""
    row = managed(request, pk)
    return act(
        request,
        pk,
        lambda: take_over(review=row, actor=request.user, now=timezone.now()),
        "已换成新的评审组。",
    )


@require_POST
@requires(MANAGE)
def stop(request: UserRequest, pk: int) -> HttpResponse:
    """End a review of whose draw nothing can come."""
    row, why = managed(request, pk), reason_of(request)
    return act(
        request,
        pk,
        lambda: stop_review(review=row, reason=why, actor=request.user, now=timezone.now()),
        "评审已停止，没有结果。",
    )
