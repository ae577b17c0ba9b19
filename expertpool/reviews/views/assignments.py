"""Who scores which item of a review: set, sealed, drawn by chance, recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.audit.services import Edits
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.reasons import reason_of
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.reviews.enums import AssignmentState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.exports import AssignmentExport
from expertpool.reviews.forms.assignments import ShareForm, ValueForm
from expertpool.reviews.models import ItemAssignment, Review
from expertpool.reviews.permissions import CONFIRM, EXPORT, MANAGE, VIEW
from expertpool.reviews.queries.assignments import (
    OPERATOR,
    ROLES,
    SUPERVISOR,
    assignment_of,
    contributors_of,
    fitting_of,
    given_values,
    lines_of,
    record_of,
    why_too_few,
)
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import may_name, reviews_visible_to
from expertpool.reviews.services import assigning

RIGHTS = {OPERATOR: MANAGE, SUPERVISOR: CONFIRM}
SHOWN = 200  # items that the page lists; the export has all


@dataclass(frozen=True)
class Contribution:
    """The value of one role: given, asked of this user (``form``), or of somebody else, and why not of him."""

    role: str
    label: str
    is_given: bool
    form: ValueForm | None
    why_not: str


@require_safe
@requires(VIEW)
def assignment(request: UserRequest, pk: int) -> HttpResponse:
    """How the items of a review are given to its experts, how far that has come, and the result."""
    now = timezone.now()
    review = get_object_or_404(reviews_visible_to(request.user), pk=pk)
    row = get_object_or_404(ItemAssignment, review=review, voided_at__isnull=True)
    lines = lines_of(review) if row.drawn_at else []
    context = {
        "review": review,
        "row": row,
        "lines": lines[:SHOWN],
        "line_count": len(lines),
        "people": progress_of(review) if row.drawn_at else [],
        "named": may_name(request.user, review.project, now=now),
        "manages": _may(request.user, review, MANAGE),
        "contributions": _contributions(row, review, request.user, now),
        "export_url": _export_url(request.user, review, now) if row.drawn_at else "",
        "given_up": ItemAssignment.objects.filter(review=review, voided_at__isnull=False),
        "crumbs": [
            {"label": review.project.name, "url": reverse("reviews:detail", args=[review.pk])}
        ],
    }
    if review.opened_at and row.state == AssignmentState.DRAFT:
        fitting = fitting_of(review)
        context["experts"] = len(fitting.experts)
        context["barred"] = sum(len(one.barred) for one in fitting.experts)
        context["reasons"] = why_too_few(fitting, row.per_item, row.per_expert)
        context["categories"] = [
            (fitting.classes[key], sum(key in one.classes for one in fitting.experts))
            for key in fitting.classes
            if len(fitting.classes) > 1
            and any(fitting.class_of(item) == key for item in fitting.items.values())
        ]
    return render(request, "reviews/assignment.html", context)


def _export_url(user: User, review: Review, now: datetime) -> str:
    may = _may(user, review, EXPORT) and may_name(user, review.project, now=now)
    return export_url(AssignmentExport.code, review=str(review.pk)) if may else ""


def _may(user: User, review: Review, code: str) -> bool:
    return user.has_permission(code) and (
        reviews_visible_to(user, code).filter(pk=review.pk).exists()
    )


def _contributions(
    row: ItemAssignment, review: Review, user: User, now: datetime
) -> list[Contribution]:
    if row.state != AssignmentState.SEALED:
        return []
    given = given_values(row)
    found = []
    for role in contributors_of(row):
        why_not = ""
        try:
            assigning.check_value(row, role, user, now=now)
        except ReviewRefused as refused:
            why_not = str(refused)
        may = not why_not and _may(user, review, RIGHTS[role])
        form = ValueForm(auto_id=f"id_{role}_%s") if may else None
        found.append(Contribution(role, ROLES[role], role in given, form, why_not))
    return found


@requires(MANAGE)
def assignment_edit(request: UserRequest, pk: int) -> HttpResponse:
    """Decide whether all score all, or how many score what (drawer)."""
    editing = Editing(request, Edits((Review, [pk])))
    review = get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=pk)
    row = assignment_of(review)
    form = ShareForm(request.POST or None, row=row, is_open=review.opened_at is not None)

    def write() -> HttpResponse:
        made = assigning.set_assignment(
            review=review, share=form.share, actor=request.user, now=timezone.now()
        )
        messages.success(request, "已保存。")
        where = "reviews:assignment" if made and review.opened_at else "reviews:detail"
        return redirect(where, pk=pk)

    return drawer_form(
        request,
        form,
        write,
        title="评审对象由谁评",
        refusals=ReviewRefused,
        editing=editing,
        back=reverse("reviews:detail", args=[pk]),
    )


@require_POST
@requires(MANAGE)
def assignment_seal(request: UserRequest, pk: int) -> HttpResponse:
    """Freeze what is given by chance."""
    review = get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=pk)
    return _act(
        request,
        pk,
        lambda: assigning.seal_assignment(
            review=review, actor=request.user, now=timezone.now(), entropy=SystemEntropy()
        ),
        "已封存，请提供随机值。",
    )


@require_POST
@requires(MANAGE, CONFIRM)
def assignment_value(request: UserRequest, pk: int, role: str) -> HttpResponse:
    """Take the value of one role; the last one gives the items."""
    code = RIGHTS.get(role, "")
    reviews = reviews_visible_to(request.user, code) if code else Review.objects.none()
    review = get_object_or_404(reviews, pk=pk)
    row = get_object_or_404(ItemAssignment, review=review, voided_at__isnull=True)
    form = ValueForm(request.POST)
    if not request.user.has_permission(code) or not form.is_valid():
        messages.error(request, "请填写随机值，最多 100 个字。")
        return redirect("reviews:assignment", pk=pk)
    return _act(
        request,
        pk,
        lambda: assigning.give_value(
            assignment=row,
            role=role,
            value=form.cleaned_data["value"],
            actor=request.user,
            now=timezone.now(),
        ),
        "随机值已提供。",
    )


@require_POST
@requires(MANAGE)
def assignment_abandon(request: UserRequest, pk: int) -> HttpResponse:
    """Give up what is sealed and not drawn."""
    review = get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=pk)
    row = get_object_or_404(ItemAssignment, review=review, voided_at__isnull=True)
    return _act(
        request,
        pk,
        lambda: assigning.abandon_assignment(
            assignment=row,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        ),
        "已放弃，可以重新封存。",
    )


@require_safe
@requires(VIEW)
def assignment_record(request: UserRequest, pk: int) -> HttpResponse:
    """The record by which anybody can check who was given what; with the experts to whoever may read them."""
    review = get_object_or_404(reviews_visible_to(request.user), pk=pk)
    row = get_object_or_404(
        ItemAssignment, review=review, voided_at__isnull=True, drawn_at__isnull=False
    )
    named = may_name(request.user, review.project, now=timezone.now())
    try:
        content = record_of(row, named=named)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect("reviews:assignment", pk=pk)
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.json"'
    return answer


def _act(request: UserRequest, pk: int, write: Any, message: str) -> HttpResponse:
    try:
        write()
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect("reviews:assignment", pk=pk)
