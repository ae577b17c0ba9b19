"""What fees come to, for the office and for the expert himself."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.fees.forms.statistics import StatisticsForm
from expertpool.fees.permissions import VIEW
from expertpool.fees.queries.lines import fees_of, fees_visible_to
from expertpool.fees.queries.statistics import MOST, grouped, own_year, years_of
from expertpool.fees.services.statements import statement_pdf


@require_safe
@requires(VIEW)
def statistics(request: UserRequest) -> HttpResponse:
    years = years_of(fees_visible_to(request.user)) or [timezone.localdate().year]
    form = StatisticsForm(request.GET or None, years=years)
    by, year = form.said
    groups, totals = grouped(request.user, by, year)
    context = {
        "form": form,
        "groups": groups,
        "totals": totals,
        "label": form.label,
        "year": year,
        "most": MOST,
    }
    return render(request, "fees/statistics.html", context)


@require_safe
@as_expert
def statement(request: UserRequest, expert: Expert, year: int) -> HttpResponseBase:
    """What he was paid in a year, as PDF."""
    if year not in years_of(fees_of(expert)):
        raise Http404
    content = statement_pdf(expert, own_year(expert, year), year=year, at=timezone.now())
    return file_answer(content, name=f"劳务费对账单 {year}.pdf", inline=True)
