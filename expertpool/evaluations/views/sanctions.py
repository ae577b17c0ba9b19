"""Asking for a caution, or for the blacklist."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.forms.own import SanctionForm
from expertpool.evaluations.permissions import SANCTION
from expertpool.evaluations.services.matters import SANCTIONS
from expertpool.evaluations.services.sanctions import request_sanction
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import experts_visible_to


@requires(SANCTION)
def ask(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for an expert to be cautioned or blacklisted (drawer)."""
    rows = experts_visible_to(request.user, SANCTION).exclude(status=ExpertStatus.DELETED)
    expert = get_object_or_404(rows, pk=pk)
    form = SanctionForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        request_sanction(
            expert=expert,
            kind=SanctionKind(form.cleaned_data["kind"]),
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"申请警告、移入黑名单 · {expert.name}",
        submit_label="提交申请",
        message=SANCTIONS.words.asked,
        refresh="page",
        refusals=EvaluationRefused,
        back=reverse("experts:detail", args=[pk]) + "?tab=evaluations",
    )
