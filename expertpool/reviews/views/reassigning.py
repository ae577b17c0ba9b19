"""Asking that somebody score no more, or that what he was given go on to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.forms.assignments import ExitForm, RecuseForm
from expertpool.reviews.models import Reviewer, ScoreSheet
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.hands import grounds_of, why_not_counted
from expertpool.reviews.queries.reviews import may_have_submitted, may_name, reviews_visible_to
from expertpool.reviews.services.matters import reassign_words
from expertpool.reviews.services.reassigning import Wanted, request_reassign


@requires(MANAGE)
def recuse(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for an expert to stay away from some of his items; a supervisor agrees (drawer)."""
    now = timezone.now()
    row = _reviewer(request, pk, now)
    sheets = ScoreSheet.objects.filter(reviewer=row, reviewer__left_at__isnull=True)
    items = {
        str(one.item.place): one.item
        for one in sheets.select_related("item").order_by("item__place")
    }
    choices = [(place, f"{one.number} {one.name}") for place, one in items.items()]
    form = RecuseForm(request.POST or None, items=choices, grounds=grounds_of(row.review))

    def write() -> str:
        said = form.cleaned_data
        wanted = Wanted(
            items=[items[place] for place in said["items"]],
            ground=said["ground"],
            reason=said["reason"],
        )
        asked = request_reassign(reviewer=row, wanted=wanted, actor=request.user, now=now)
        return reassign_words(asked).asked

    return _ask(request, form, write, f"回避 · {row.expert.name}", row.review_id)


@requires(MANAGE)
def leave(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for an expert to score no more; a supervisor agrees (drawer)."""
    now = timezone.now()
    row = _reviewer(request, pk, now)
    form = ExitForm(
        request.POST or None,
        submitted=may_have_submitted(row),
        grounds=grounds_of(row.review),
        never=why_not_counted(row.review, now=now),
    )

    def write() -> str:
        said = form.cleaned_data
        wanted = Wanted(
            items=None,
            ground=said["ground"],
            reason=said["reason"],
            counts=said.get("counts", False),
        )
        asked = request_reassign(reviewer=row, wanted=wanted, actor=request.user, now=now)
        return reassign_words(asked).asked

    return _ask(request, form, write, f"退出评审 · {row.expert.name}", row.review_id)


def _reviewer(request: UserRequest, pk: int, now: datetime) -> Reviewer:
    reviews = reviews_visible_to(request.user, MANAGE)
    rows = Reviewer.objects.filter(review__in=reviews)
    row = get_object_or_404(rows.select_related("review__project", "review__rule", "expert"), pk=pk)
    if not may_name(request.user, row.review.project, now=now):
        raise PermissionDenied
    return row


def _ask(
    request: UserRequest, form: Any, write: Callable[[], str], title: str, review_id: int
) -> HttpResponse:
    return drawer_form(
        request,
        form,
        write,
        title=title,
        submit_label="提交申请",
        refresh="page",
        refusals=ReviewRefused,
        back=reverse("reviews:detail", args=[review_id]),
    )
