"""Who scores in a review: signs in, leads, leaves, and comes in from those who stand by."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.reasons import reason_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.services.names import read_panel
from expertpool.reviews.forms.reviews import JoinForm, LeaveForm
from expertpool.reviews.models import Review, Reviewer
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.reviews import (
    may_have_submitted,
    may_name,
    reviews_visible_to,
    standbys,
)
from expertpool.reviews.services import meeting
from expertpool.reviews.views.office import act, drawer, managed


@require_POST
@requires(MANAGE)
def sign_in(request: UserRequest, pk: int) -> HttpResponse:
    """Note that an expert is at the place."""
    row = _reviewer(request, pk)
    return act(
        request,
        row.review_id,
        lambda: meeting.sign_in(reviewer=row, actor=request.user, now=timezone.now()),
        "已签到。",
    )


@require_POST
@requires(MANAGE)
def lead(request: UserRequest, pk: int) -> HttpResponse:
    """Let an expert lead the panel, in place of whoever does."""
    row, reason = _reviewer(request, pk), reason_of(request)[:200]
    return act(
        request,
        row.review_id,
        lambda: meeting.appoint_leader(
            reviewer=row, reason=reason, actor=request.user, now=timezone.now()
        ),
        "已指定组长。",
    )


@requires(MANAGE)
def leave(request: UserRequest, pk: int) -> HttpResponse:
    """Let an expert score no more (drawer)."""
    row = _reviewer(request, pk)
    form = LeaveForm(request.POST or None, submitted=may_have_submitted(row))

    def write() -> None:
        meeting.let_leave(
            reviewer=row,
            reason=form.cleaned_data["reason"],
            counts=form.cleaned_data.get("counts", False),
            actor=request.user,
            now=timezone.now(),
        )

    return drawer(request, form, write, title=f"退出评审 · {row}", back=row.review_id)


@requires(MANAGE)
def join(request: UserRequest, pk: int) -> HttpResponse:
    """Let somebody who stands by come in (drawer)."""
    row, now = managed(request, pk), timezone.now()
    form = JoinForm(request.POST or None, people=_standbys(row, request.user, now))

    def write() -> None:
        line = form.cleaned_data["line"]
        meeting.bring_in(review=row, invitation_id=line, actor=request.user, now=now)

    return drawer(request, form, write, title="候补专家加入", back=pk)


def _standbys(row: Review, user: User, now: datetime) -> list[tuple[int, str]]:
    """Return who may come in, by the names that ``user`` may read; the look is logged."""
    lines = {one.invitation_id for one in standbys(row)}
    if not lines or not may_name(user, row.project, now=now):
        return []
    draws = valid_draws(row.project)
    named = read_panel(draws=draws, actor=user, now=now, purpose="安排候补专家")
    return [(one.invitation.pk, one.expert.name) for one in named if one.invitation.pk in lines]


def _reviewer(request: UserRequest, pk: int) -> Reviewer:
    rows = Reviewer.objects.filter(review__in=reviews_visible_to(request.user, MANAGE))
    return get_object_or_404(rows.select_related("review__rule"), pk=pk)
