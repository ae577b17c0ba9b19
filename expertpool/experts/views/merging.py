"""Two records side by side: one stays, the other is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.parts import digest
from expertpool.core.views.reasons import reason_of
from expertpool.core.visibility import Level, level_for, show
from expertpool.directory.enums import TitleLevel
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.actions import OneExpertForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.alike import unlike_by
from expertpool.experts.queries.experts import experts_mergeable_by
from expertpool.experts.services.merging import (
    JOINED,
    SPECIALTIES,
    explain,
    merge_experts,
    require_mergeable,
    why_nothing_taken,
)

KEPT, OTHER, BOTH = "keep", "other", "both"  # whose content stays
NO_LEVEL = str(TitleLevel.NONE.label)
CHANGED = "其中一份档案刚有改动，请核对后再合并。"


@dataclass(frozen=True)
class Choice:
    """One field in which the two differ, as the reader may see it. ``taken``: KEPT, OTHER, or BOTH where that is
    ``joinable``."""

    code: str
    label: str
    kept: str
    closed: str
    taken: str
    joinable: bool = False


@requires("experts.delete")
def choose(request: UserRequest, pk: int) -> HttpResponse:
    """Ask which record is merged into this one."""
    expert = _expert(request, pk)
    posted = request.POST if request.method == "POST" else None
    experts = experts_mergeable_by(request.user).exclude(pk=pk).filter(merged_into__isnull=True)
    form = OneExpertForm(posted, experts=experts)

    def write() -> HttpResponse:
        other = form.cleaned_data["expert"]
        # Whoever is in the pool stays in it.
        pair = [other.pk, pk] if _left_out(expert, other) else [pk, other.pk]
        return HttpResponseClientRedirect(reverse("experts:merge", args=pair))

    return drawer_form(
        request,
        form,
        write,
        title=f"合并档案 · {expert}",
        submit_label="对照",
        refusals=ExpertRefused,
        back=reverse("experts:detail", args=[pk]),
    )


@requires("experts.delete")
def merge(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """Show ``pk``, which stays, beside ``other``, and close that."""
    keep, close = _expert(request, pk), _expert(request, other)
    seen = digest(f"{EXPERT.version_of(keep)}{EXPERT.version_of(close)}{keep.status}{close.status}")
    waits = why_nothing_taken(keep, close)
    choices = _choices(request, keep, close, missing=KEPT if waits else OTHER)
    error, barred = "", ""
    try:
        require_mergeable(keep, close)
    except ExpertRefused as refusal:
        barred = str(refusal)
    if request.method == "POST":
        taken = {one.code for one in choices if one.taken != KEPT}
        try:
            if request.POST.get("seen") != seen:
                raise ExpertRefused(CHANGED)
            merge_experts(
                keep=keep,
                close=close,
                taken=taken | ({"id_kind"} if "id_number" in taken else set()),
                joined={one.code for one in choices if one.taken == BOTH},
                reason=reason_of(request),
                knowing=request.POST.get("knowing") == "1",
                actor=request.user,
                now=timezone.now(),
            )
        except ExpertRefused as refusal:
            error = str(refusal)
        except ValidationError as refusal:
            error = explain(refusal)
        else:
            messages.success(request, f"已把 {close} 合并到 {keep}。")
            return redirect("experts:detail", pk=pk)
    context: dict[str, Any] = {
        "keep": keep,
        "close": close,
        "choices": choices,
        "seen": seen,
        "error": error,
        "barred": barred,
        "waits": waits,
        "left_out": "" if barred else _left_out(keep, close),
        "unlike": unlike_by(keep, close),
        "reason": reason_of(request),
    }
    return render(request, "experts/merge.html", context, status=422 if error else 200)


def _expert(request: UserRequest, pk: int) -> Expert:
    rows = experts_mergeable_by(request.user).select_related(
        "employer", "division", "department", "user"
    )
    expert: Expert = get_object_or_404(rows, pk=pk)
    return expert


def _choices(request: UserRequest, keep: Expert, close: Expert, *, missing: str) -> list[Choice]:
    """Return in what the two differ and the reader may choose; what is hidden from him stays. ``missing`` is chosen
    of what only the closed one has."""
    kept, closed = EXPERT.version_of(keep), EXPERT.version_of(close)
    fields = EXPERT.writable().keys() | {SPECIALTIES}
    guards = {one.code: one.guard.code for one in EXPERT.fields() if one.guard}
    labels, user = EXPERT.labels(), request.user
    found: list[Choice] = []
    for code in EXPERT.differences(kept, closed):
        # The kind goes with its number.
        if code not in fields or code == "id_kind":
            continue
        if code in guards and level_for(user, guards[code]) is Level.HIDDEN:
            continue
        # What would be lost with one of them stays by itself.
        joinable = code in JOINED and _says(kept, code) and _says(closed, code)
        preset = KEPT if _says(kept, code) else missing
        if joinable and missing == OTHER:
            preset = BOTH
        if code == "title_level" and _says(closed, code) and _takes(found, "title"):
            preset = missing  # it is the level of that title
        chosen = request.POST.get(f"from-{code}", preset)
        if chosen not in (OTHER, BOTH) or (chosen == BOTH and not joinable):
            chosen = KEPT
        mine, theirs = (show(user, f"experts.{code}", one.get(code, "")) for one in (kept, closed))
        found.append(Choice(code, labels[code], mine, theirs, chosen, joinable))
    return found


def _says(values: Mapping[str, str], code: str) -> bool:
    """Tell whether a record says anything in a field; without a title, that it has no level says nothing."""
    return values.get(code, "") not in ("", NO_LEVEL)


def _takes(found: Iterable[Choice], code: str) -> bool:
    return any(one.code == code and one.taken == OTHER for one in found)


def _left_out(keep: Expert, close: Expert) -> str:
    """Say what becomes of a member whose record is closed for one that nobody has admitted; empty: he is none."""
    if keep.status != ExpertStatus.PENDING or close.status != ExpertStatus.FORMAL:
        return ""
    return (
        f"{close}已在库，{keep}还没有审核入库：这样合并后，他要等审核入库才会再被抽取。"
        "请按「改为保留另一份」。"
    )
