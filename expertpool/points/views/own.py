"""The expert's own area: his points, his level, and what he may ask for."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.mandates import A_LOOK
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import page_size, render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.points.exceptions import PointsRefused
from expertpool.points.forms.rows import AskForm
from expertpool.points.models import Benefit
from expertpool.points.models.ledger import signed
from expertpool.points.queries.ledger import balance_of, entries_of, own_lines
from expertpool.points.queries.levels import all_levels, offers_for, standing_of
from expertpool.points.queries.requests import requests_of
from expertpool.points.registry import POINT_FACTS
from expertpool.points.services.benefits import ask_benefit
from expertpool.points.services.settling import rules_in_use

MOST_REQUESTS = 20


@require_safe
@as_expert
def points(request: UserRequest, expert: Expert) -> HttpResponse:
    balance, levels = balance_of(expert), all_levels()
    page = Paginator(entries_of(expert), page_size(request)).get_page(request.GET.get("page"))
    asked = list(requests_of(expert, a_look=A_LOOK)[:MOST_REQUESTS])
    waiting = [one.benefit_id for one in asked if one.answered_at is None]
    context = {
        "standing": standing_of(balance, levels),
        "levels": levels,
        "page": page,
        "lines": own_lines(page),
        "offers": offers_for(balance, waiting),
        "asked": asked,
        "rules": [
            (signed(one.points), one.label, POINT_FACTS[one.fact].help)
            for one in sorted(rules_in_use(), key=lambda one: -one.points)
            if one.fact in POINT_FACTS
        ],
    }
    return render_list(request, "points/own.html", context)


@as_expert
def ask(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """Ask for a service (drawer)."""
    benefit = get_object_or_404(Benefit.objects.filter(active=True), pk=pk)
    form = AskForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        ask_benefit(
            expert=expert,
            benefit=benefit,
            text=form.cleaned_data["text"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"申请服务 · {benefit.name}",
        submit_label="提交申请",
        message="已提交，答复会通知您。",
        refresh="page",
        refusals=PointsRefused,
        template="points/ask_form.html",
        back=reverse("points:own"),
        benefit=benefit,
    )
