"""Who scores which item of a review: set, sealed, drawn by chance, recorded."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.audit.services import Edits
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.reasons import reason_of
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.reviews.enums import AssignmentState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.exports import AssignmentExport
from expertpool.reviews.forms.assignments import (
    ChoiceForm,
    ShareForm,
    ValueForm,
)
from expertpool.reviews.models import ItemAssignment, Review, ReviewItem
from expertpool.reviews.permissions import CONFIRM, EXPORT, MANAGE, SUPERVISES, VIEW
from expertpool.reviews.queries.assignments import (
    OPERATOR,
    ROLES,
    SUPERVISOR,
    assignment_of,
    chosen_lines,
    contributors_of,
    fitting_of,
    given_values,
    lines_of,
    of_one_unit,
    record_of,
    why_too_few,
)
from expertpool.reviews.queries.hands import hands_words, why_not_seal
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import (
    leavers_wait,
    may_name,
    of_void_draws,
    reviews_visible_to,
)
from expertpool.reviews.services import assigning, choosing
from expertpool.reviews.views.office import about_reviewers, act, void_of
from expertpool.workflow.queries.requests import waiting_about

RIGHTS = {OPERATOR: MANAGE, SUPERVISOR: SUPERVISES}
SHOWN = 200  # drawn items that the page lists; the export has all


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
    # Nothing before it is drawn: who might score what is nobody's to weigh.
    lines = lines_of(review) if row.drawn_at else []
    if row.by_hand and review.opened_at and not row.drawn_at:
        lines = chosen_lines(row)
    requests = waiting_about(review, request.user, now=now)
    named = may_name(request.user, review.project, now=now)
    is_on = review.opened_at is not None and review.ended_at is None
    void = of_void_draws(review) if is_on else []
    context = {
        **void_of(review, void, named=named, assignment=row, now=now),
        "review": review,
        "row": row,
        # By hand all: each is chosen on this page.
        "lines": lines if row.by_hand else lines[:SHOWN],
        "line_count": len(lines),
        "of_one_unit": of_one_unit(lines) if named else [],
        "people": progress_of(review) if row.drawn_at else [],
        "named": named,
        "manages": _may(request.user, review, MANAGE),
        "confirmation": _confirmation(row, review, request.user, now),
        "contributions": _contributions(row, review, request.user, now),
        "export_url": _export_url(request.user, review, now) if row.drawn_at else "",
        "leavers_wait": row.drawn_at is not None and leavers_wait(review, now=now),
        "hands": hands_words(review),
        "requests": requests,
        "asked_about": about_reviewers(requests),
        "goes_on": row.drawn_at is not None and review.is_open(now),
        "given_up": ItemAssignment.objects.filter(review=review, voided_at__isnull=False),
        "crumbs": [
            {"label": review.project.name, "url": reverse("reviews:detail", args=[review.pk])}
        ],
    }
    if review.opened_at and row.state == AssignmentState.DRAFT and not row.by_hand:
        fitting = fitting_of(review)
        context["experts"] = len(fitting.experts)
        context["barred"] = sum(len(one.barred) for one in fitting.experts)
        context["reasons"] = why_too_few(fitting, row.per_item, row.per_expert)
        context["used_up"] = why_not_seal(review, request.user, now=now)
        context["categories"] = [
            (fitting.classes[key], sum(key in one.classes for one in fitting.experts))
            for key in fitting.classes
            if len(fitting.classes) > 1
            and any(fitting.class_of(item) == key for item in fitting.items.values())
        ]
    return render(request, "reviews/assignment.html", context)


def _confirmation(
    row: ItemAssignment, review: Review, user: User, now: datetime
) -> Contribution | None:
    """What a second person confirms of what was chosen by hand, and why not this one."""
    if row.state != AssignmentState.SEALED or not row.by_hand:
        return None
    why_not = ""
    try:
        choosing.check_confirming(row, user, now=now)
    except ReviewRefused as refused:
        why_not = str(refused)
    may = not why_not and _may(user, review, CONFIRM)
    return Contribution(SUPERVISOR, ROLES[SUPERVISOR], is_given=may, form=None, why_not=why_not)


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
    if row.state != AssignmentState.SEALED or row.by_hand:
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
        # Two roles may stand on one page: their controls must not share a name.
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


@requires(MANAGE)
def assignment_choose(request: UserRequest, pk: int) -> HttpResponse:
    """Choose who scores an item (drawer)."""
    now = timezone.now()
    rows = ReviewItem.objects.filter(review__in=reviews_visible_to(request.user, MANAGE))
    item = get_object_or_404(rows.select_related("review__project"), pk=pk)
    editing = Editing(request, Edits((Review, [item.review_id])))
    row = get_object_or_404(
        ItemAssignment, review=item.review_id, voided_at__isnull=True, by_hand=True
    )
    if not may_name(request.user, item.review.project, now=now):
        raise PermissionDenied
    fitting = fitting_of(item.review)
    key, class_id = f"{item.place:05}", fitting.class_of(item)
    loads = Counter(place for places in row.chosen.values() for place in places)
    choices = [
        (one.reviewer.place, f"{one.reviewer.expert.name}（已选 {loads[one.reviewer.place]} 个）")
        for one in fitting.experts
        if key not in one.barred and class_id in one.classes
    ]
    chosen = row.chosen.get(str(item.place), [])
    form = ChoiceForm(request.POST or None, choices=choices, chosen=chosen)

    def write() -> None:
        choosing.choose_experts(
            item=item, places=form.cleaned_data["experts"], actor=request.user, now=now
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"{item.number} 由谁评（{row.per_item} 人）",
        refresh="page",
        refusals=ReviewRefused,
        editing=editing,
        back=reverse("reviews:assignment", args=[item.review_id]),
    )


@require_POST
@requires(MANAGE)
def assignment_hand_in(request: UserRequest, pk: int) -> HttpResponse:
    """Hand in who was chosen."""
    review = get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=pk)
    return _act(
        request,
        pk,
        lambda: choosing.hand_in_choice(review=review, actor=request.user, now=timezone.now()),
        "已提交，请另一位有权限的人员确认。",
    )


@require_POST
@requires(CONFIRM)
def assignment_confirm(request: UserRequest, pk: int) -> HttpResponse:
    """Confirm who was chosen, by a second person."""
    review = get_object_or_404(reviews_visible_to(request.user, CONFIRM), pk=pk)
    row = get_object_or_404(ItemAssignment, review=review, voided_at__isnull=True)
    return _act(
        request,
        pk,
        lambda: choosing.confirm_choice(assignment=row, actor=request.user, now=timezone.now()),
        "已确认，已通知评审专家。",
    )


@require_POST
@requires(MANAGE, SUPERVISES)
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
def assignment_record(request: UserRequest, pk: int) -> HttpResponseBase:
    """The record by which anybody can check who was given what; with the experts to whoever may read them."""
    review = get_object_or_404(reviews_visible_to(request.user), pk=pk)
    row = get_object_or_404(
        ItemAssignment,
        review=review,
        voided_at__isnull=True,
        drawn_at__isnull=False,
        by_hand=False,
    )
    named = may_name(request.user, review.project, now=timezone.now())
    try:
        content = record_of(row, named=named)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect("reviews:assignment", pk=pk)
    text = json.dumps(content, ensure_ascii=False)
    return file_answer(text.encode(), name=f"{row.number}.json", content_type="application/json")


_act = partial(act, back="reviews:assignment")
