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
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.forms.reviews import JoinForm
from expertpool.reviews.models import Review, Reviewer
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.hands import grounds_of
from expertpool.reviews.queries.reviews import (
    may_name,
    next_standbys,
    reviews_visible_to,
    standbys,
)
from expertpool.reviews.services import meeting
from expertpool.reviews.services.matters import reassign_words
from expertpool.reviews.services.reassigning import request_bring_in
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
    row, reason = _reviewer(request, pk), reason_of(request)
    return act(
        request,
        row.review_id,
        lambda: meeting.appoint_leader(
            reviewer=row, reason=reason, actor=request.user, now=timezone.now()
        ),
        "已指定组长。",
    )


@require_POST
@requires(MANAGE)
def leave(request: UserRequest, pk: int) -> HttpResponse:
    """Let an expert who lost his seat in the draw score no more; of any other a supervisor is asked (`reassigning.leave`)."""
    row = _reviewer(request, pk)
    return act(
        request,
        row.review_id,
        lambda: meeting.follow_seat(reviewer=row, actor=request.user, now=timezone.now()),
        "已退出评审。",
    )


@requires(MANAGE)
def join(request: UserRequest, pk: int) -> HttpResponse:
    """Let somebody who stands by come in, or ask for it where it is not his turn (drawer)."""
    row, now = managed(request, pk), timezone.now()
    turn = next_standbys(row)
    people = _standbys(row, turn, request.user, now)
    form = JoinForm(request.POST or None, people=people, grounds=grounds_of(row))

    def write() -> str:
        said = form.cleaned_data
        if said["line"] in turn:
            meeting.bring_in(review=row, invitation_id=said["line"], actor=request.user, now=now)
            return "已加入，已通知。"
        if not said["ground"]:
            raise ReviewRefused(meeting.NOT_IN_TURN, field="ground")
        asked = request_bring_in(
            review=row,
            invitation_id=said["line"],
            ground=said["ground"],
            reason=said["reason"],
            actor=request.user,
            now=now,
        )
        return reassign_words(asked).asked

    return drawer(request, form, write, title="候补专家加入", back=pk)


def _standbys(row: Review, turn: set[int], user: User, now: datetime) -> list[tuple[int, str]]:
    """Return who may come in, by the names that ``user`` may read, and of whom it takes a supervisor; the look is logged."""
    lines = {one.invitation_id for one in standbys(row)}
    if not lines or not may_name(user, row.project, now=now):
        return []
    draws = valid_draws(row.project)
    named = read_panel(draws=draws, actor=user, now=now, purpose="安排候补专家")
    return [
        (pk, one.expert.name if pk in turn else f"{one.expert.name}（不按次序，须监督人确认）")
        for one in named
        if (pk := one.invitation.pk) in lines
    ]


def _reviewer(request: UserRequest, pk: int) -> Reviewer:
    rows = Reviewer.objects.filter(review__in=reviews_visible_to(request.user, MANAGE))
    return get_object_or_404(rows.select_related("review__rule"), pk=pk)
