"""The expert's own area: his inspections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.views.drawers import show_errors
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import ChangedElsewhere, InspectionRefused
from expertpool.inspections.forms import OwnForm
from expertpool.inspections.models import Inspection
from expertpool.inspections.queries.inspections import (
    SUBJECT,
    held_back,
    inspections_of,
    labels_of,
    own_word,
)
from expertpool.inspections.queries.renewals import renewals_of, why_not_ask
from expertpool.inspections.services.submitting import hand_in, save_draft
from expertpool.inspections.tables import RENEWAL_TONES, tone_of
from expertpool.workflow.queries.approvals import returned

MOST = 10  # requests that are shown; the download has all


@require_safe
@as_expert
def index(request: UserRequest, expert: Expert) -> HttpResponse:
    today = timezone.localdate()
    rows = [(row, word := own_word(row, today), tone_of(word)) for row in inspections_of(expert)]
    context = {
        "rows": rows,
        "held": list(held_back(expert, today)),
        "expert": expert,
        "renewals": [(one, RENEWAL_TONES[one.state]) for one in renewals_of(expert)[:MOST]],
        "why_not": why_not_ask(expert, today),
    }
    return render(request, "inspections/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def fill(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One inspection: written, handed in, and what came of it."""
    row = get_object_or_404(inspections_of(expert), pk=pk)
    context: dict[str, Any] = {}
    form = OwnForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        submits = request.POST.get("act") == "submit"
        try:
            (hand_in if submits else save_draft)(
                row=row,
                contents=form.cleaned_data["contents"],
                declared=form.cleaned_data["declared"],
                version=_version(request),
                actor=request.user,
                now=timezone.now(),
            )
        except ChangedElsewhere as refusal:
            context["conflict"] = str(refusal)
        except InspectionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
            _keep(request, row, form)
        except ValidationError as error:
            show_errors(form, error)
            _keep(request, row, form)
        else:
            said = "已提交，审核结果会通知您。" if submits else "草稿已保存，还没有提交。"
            messages.success(request, said)
            return redirect(
                "inspections:own" if submits else "inspections:fill", *([] if submits else [pk])
            )
        row = get_object_or_404(inspections_of(expert), pk=pk)
    return _page(request, row, form, context)


def _keep(request: UserRequest, row: Inspection, form: OwnForm) -> None:
    """Keep as a draft what was not complete enough to be handed in."""
    try:
        save_draft(
            row=row,
            contents=str(form.cleaned_data.get("contents") or form.data.get("contents", "")),
            declared=form.cleaned_data.get("declared", False),
            version=_version(request),
            actor=request.user,
            now=timezone.now(),
        )
    except InspectionRefused:
        pass  # is said already


def _page(
    request: UserRequest, row: Inspection, form: OwnForm, context: dict[str, Any]
) -> HttpResponse:
    today = timezone.localdate()
    labels, word = labels_of(row), own_word(row, today)
    why = returned(SUBJECT, row.pk) if row.state in (State.RETURNED, State.FAILED) else None
    shown = {
        "row": row,
        "form": form,
        "word": word,
        "tone": tone_of(word),
        "is_returned": row.state == State.RETURNED,
        "is_late": today > row.due_on,
        "held": held_back(row.expert, today).filter(pk=row.pk).exists(),
        "reasons": [
            (labels.get(name, name), text) for name, text in (why.fields if why else {}).items()
        ],
    }
    status = 409 if "conflict" in context else 422 if request.method == "POST" else 200
    return render(request, "inspections/fill.html", shown | context, status=status)


@require_POST
@as_expert
def draft(request: UserRequest, expert: Expert, pk: int) -> JsonResponse:
    """Keep what stands in the form now; called by its script."""
    row, now = get_object_or_404(inspections_of(expert), pk=pk), timezone.now()
    form = OwnForm(request.POST, row=row)
    if not form.is_valid():
        said = "；".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"message": said, "elsewhere": False}, status=409)
    try:
        kept = save_draft(
            row=row,
            contents=form.cleaned_data["contents"],
            declared=form.cleaned_data["declared"],
            version=_version(request),
            actor=request.user,
            now=now,
        )
    except InspectionRefused as refusal:
        elsewhere = isinstance(refusal, ChangedElsewhere)
        return JsonResponse({"message": str(refusal), "elsewhere": elsewhere}, status=409)
    return JsonResponse({"version": kept.version, "at": f"{timezone.localtime(now):%H:%M}"})


def _version(request: UserRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
