"""The expert's own area: in which draws he could have been drawn."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.reports.queries.candidacies import candidacies_of, summary_of


@require_safe
@as_expert
def candidacies(request: UserRequest, expert: Expert) -> HttpResponse:
    rows = candidacies_of(expert)
    context = {"rows": rows, "summary": summary_of(rows)}
    return render(request, "selfservice/candidacies.html", context)
