"""Ratings as the office gives and reads them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.draws.services.names import read_who_sat
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.exports import MeasureExport, RatingExport
from expertpool.evaluations.forms.filters import EvaluationFilter, MeasureFilter, RatingFilter
from expertpool.evaluations.forms.forms import ExtendForm
from expertpool.evaluations.forms.rating import PanelForm
from expertpool.evaluations.permissions import EXPORT, RATE, VIEW
from expertpool.evaluations.queries.measures import with_diligence
from expertpool.evaluations.queries.ratings import (
    lines_for,
    own_ratings,
    ratings_visible_to,
)
from expertpool.evaluations.queries.results import organisers_of, result_of
from expertpool.evaluations.queries.windows import (
    evaluations_visible_to,
    may_rate,
    named_projects,
)
from expertpool.evaluations.services.rating import rate_experts
from expertpool.evaluations.services.windows import extend
from expertpool.evaluations.tables import (
    EVALUATION_SORTS,
    EVALUATION_TABS,
    MEASURE_SORTS,
    RATING_SORTS,
)


@require_safe
@requires(VIEW, RATE)
def evaluations(request: UserRequest) -> HttpResponse:
    """The projects that are rated, or were."""
    found = listing(
        request,
        evaluations_visible_to(request.user),
        sorts=EVALUATION_SORTS,
        default_sort="-opening",
        form=EvaluationFilter(request.GET),
        tabs=EVALUATION_TABS,
    )
    now = timezone.now()
    # Only of projects whose experts he may read by now does the list lead on to them.
    named = named_projects(request.user, {row.project_id for row in found.page}, now=now)
    context = found.context | {"now": now, "named": named}
    return render_list(request, "evaluations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(VIEW, RATE)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One project: all its experts rated in one form, and what was said of them."""
    row = get_object_or_404(evaluations_visible_to(request.user), pk=pk)
    now = timezone.now()
    rates = may_rate(request.user, row, now=now)
    # Whoever only reads sees the page; the form is of those who rate.
    if request.method == "POST" and not rates:
        raise PermissionDenied
    form = None
    if rates and row.expert_form is not None:
        done = own_ratings(row, request.user)
        # Reading who sat is an act of its own: it is recorded, with its purpose.
        people = read_who_sat(project=row.project, actor=request.user, now=now, purpose="评价专家")
        # Each rates an expert of a review once; who is rated already is not asked again.
        left = [one for one in people if one[0].invitation_id not in done]
        data = request.POST if request.method == "POST" else None
        # Also with nobody left, if something was posted: rated in another window, it is refused in words.
        form = PanelForm(data, form=row.expert_form, people=left) if left or data else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            made = rate_experts(evaluation=row, marks=form.marks, actor=request.user, now=now)
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已评价 {len(made)} 位专家。")
            # A reload must not send the marks once more.
            return redirect("evaluations:detail", pk=pk)
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "rates": rates,
        "is_open": row.is_open(now),
        "result": result_of(row, request.user, now=now),
        "organisers": organisers_of(row),
        "may_extend": row.is_open(now) and request.user.has_permission(RATE),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "evaluations/detail.html", context, status=status)


@requires(RATE)
def extend_window(request: UserRequest, pk: int) -> HttpResponse:
    """Let a project be rated for longer (drawer)."""
    row = get_object_or_404(evaluations_visible_to(request.user), pk=pk)
    form = ExtendForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        extend(
            evaluation=row,
            due_at=form.cleaned_data["due_at"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"延长评价 · {row.project.name}",
        submit_label="延长",
        message="已延长。",
        refresh="page",
        refusals=EvaluationRefused,
        back=reverse("evaluations:detail", args=[pk]),
    )


@require_safe
@requires(VIEW)
def ratings(request: UserRequest) -> HttpResponse:
    """All ratings of experts whose review the reader may read, the latest first."""
    now = timezone.now()
    found = listing(
        request,
        ratings_visible_to(request.user, now=now),
        sorts=RATING_SORTS,
        default_sort="-given",
        form=RatingFilter(request.GET, user=request.user),
    )
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {
        "lines": lines_for(request.user, found.page, now=now),
        "export_url": export_url(RatingExport.code) if may_export else "",
    }
    return render_list(request, "evaluations/ratings.html", context)


@require_safe
@requires(VIEW)
def measures(request: UserRequest) -> HttpResponse:
    """The five measures of each expert over a period."""
    form = MeasureFilter(request.GET, user=request.user, now=timezone.now())
    found = listing(
        request,
        form.rows,
        sorts=MEASURE_SORTS,
        default_sort="-accepted",
        form=form,
    )
    first, last = form.period if form.is_valid() else (None, None)
    # What the database sorted by is counted again of what this system wrote, for the page alone.
    if first and last:
        with_diligence(found.page, request.user, first, last, now=timezone.now())
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {
        "noun": f"位专家，{first} 至 {last} 的评审" if first else "位专家",
        "export_url": export_url(MeasureExport.code) if may_export else "",
    }
    return render_list(request, "evaluations/measures.html", context)
