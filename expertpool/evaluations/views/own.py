"""The expert's own area: what he is asked, and what was said of him."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.views.drawers import attempt
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.forms.own import ObjectionForm, OrganiserForm
from expertpool.evaluations.permissions import ANSWER
from expertpool.evaluations.queries.caution_objections import may_object_to, objection_to
from expertpool.evaluations.queries.caution_objections import object_until as caution_until
from expertpool.evaluations.queries.own import (
    asked_of,
    may_object,
    object_until,
    objection_of,
    own_ratings,
)
from expertpool.evaluations.queries.ratings import summary_of
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.evaluations.services.caution_objections import object_to_caution
from expertpool.evaluations.services.objections import object_to
from expertpool.evaluations.services.rating import rate_organiser
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import has_another
from expertpool.experts.settings import OFFICE_CONTACT


@require_safe
@as_expert
def index(request: UserRequest, expert: Expert) -> HttpResponse:
    now = timezone.now()
    # Only what is open to him by now: the window must close before he reads.
    rows = own_ratings(expert)
    context = {
        "asked": asked_of(expert, now=now),
        "summary": summary_of(rows),
        "cautions": [
            # Few in a lifetime: asked one by one.
            (one, objection_to(one), may_object_to(one, now=now))
            for one in cautions_of(expert)
        ],
        "office": value_of(OFFICE_CONTACT),
        "rows": [(one, objection_of(one), may_object(one, now=now)) for one in rows],
    }
    return render(request, "evaluations/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def rate(request: UserRequest, expert: Expert, pk: int, target: str) -> HttpResponse:
    """Say how who organised a review did."""
    now = timezone.now()
    found = [
        one
        # Among what he is asked alone: of other reviews he would learn that there is one.
        for one in asked_of(expert, now=now)
        if (one.evaluation.pk, str(one.target)) == (pk, target)
    ]
    if not found:
        raise Http404
    asked = found[0]
    form = OrganiserForm(request.POST if request.method == "POST" else None, form=asked.form)

    def write() -> None:
        rate_organiser(
            evaluation=asked.evaluation,
            target=asked.target,
            scores=form.scores,
            comment=form.cleaned_data["comment"],
            expert=expert,
            actor=request.user,
            now=now,
        )

    if request.method == "POST" and attempt(form, write, refusals=EvaluationRefused):
        messages.success(request, "已提交，谢谢。")
        return redirect("evaluations:own")
    status = 422 if request.method == "POST" else 200
    context = {"asked": asked, "form": form}
    return render(request, "evaluations/own_rate.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def rating(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One rating of him: what it says, and what he says against it."""
    now = timezone.now()
    # Of his own list: another's is not found, rather than forbidden.
    row = next((one for one in own_ratings(expert) if one.pk == pk), None)
    if row is None:
        raise Http404
    form = ObjectionForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        object_to(
            rating=row,
            expert=expert,
            text=form.cleaned_data["text"],
            actor=request.user,
            now=now,
        )

    if request.method == "POST" and attempt(form, write, refusals=EvaluationRefused):
        messages.success(request, "申诉已提交，答复会通知您。")
        return redirect("evaluations:own_rating", pk=pk)
    context = {
        "row": row,
        "form": form,
        "objection": objection_of(row),
        "may_object": may_object(row, now=now),
        "until": object_until(row),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluations/own_rating.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def caution(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One caution of him, and what he says against it."""
    now = timezone.now()
    # Of his own list, as above.
    row = next((one for one in cautions_of(expert) if one.pk == pk), None)
    if row is None:
        raise Http404
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    form.fields["text"].help_text = "每次警告只能申诉一次；只有答复的人看得到。"

    def write() -> None:
        object_to_caution(
            caution=row,
            expert=expert,
            text=form.cleaned_data["text"],
            actor=request.user,
            now=now,
        )

    if request.method == "POST" and attempt(form, write, refusals=EvaluationRefused):
        messages.success(request, "申诉已提交，答复会通知您。")
        return redirect("evaluations:own_caution", pk=pk)
    context = {
        "row": row,
        "form": form,
        "objection": objection_to(row),
        "may_object": may_object_to(row, now=now),
        "until": caution_until(row),
        # Nobody answers what he asked for or decided himself; where nobody else is there, the page says whom to call.
        "answered_by": has_another(ANSWER, expert, than=[row.requested_by_id, row.decided_by_id]),
        "office": value_of(OFFICE_CONTACT),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluations/own_caution.html", context, status=status)
