"""The tabs on the panorama of an expert and on the page of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.evaluations.permissions import RATE, SANCTION, VIEW
from expertpool.evaluations.queries.ratings import (
    lines_for,
    ratings_of,
    summary_of,
    told_in_means,
)
from expertpool.evaluations.queries.results import organisers_of, result_of
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.evaluations.queries.windows import evaluations_visible_to, may_rate
from expertpool.evaluations.services.matters import SANCTIONS
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.projects.models import Project
from expertpool.workflow.queries.requests import waiting_about

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 50  # ratings that the tab shows; all are in the list


def of_expert(request: HttpRequest, expert: Expert) -> str:
    """评价 of an expert: averages and trends over all reviews, and the ratings behind them."""
    user, now = cast("User", request.user), timezone.now()
    seen = experts_visible_to(user, VIEW).filter(pk=expert.pk).exists()
    # One may reach the record of an expert and not his ratings: scopes go by permission.
    rows = ratings_of(expert) if seen else []
    told = told_in_means(lines_for(user, rows, now=now), now=now)
    lines = [one for one in told if one.project]
    cautions = cautions_of(expert) if seen else []
    requests = waiting_about(expert, user, now=now)
    lifts = [item for one in cautions for item in waiting_about(one, user, now=now)]
    lifting = {item.asked.caution_id for item in lifts}
    context = {
        "expert": expert,
        "summary": summary_of(one.rating for one in told),
        "lines": lines[:LONGEST],
        "hidden": len(told) - len(lines),
        "longest": LONGEST,
        "cautions": [(one, one.pk in lifting) for one in cautions],
        "may": experts_visible_to(user, SANCTION).filter(pk=expert.pk).exists(),
        # What waits of his cautions stands beside what waits of himself.
        "requests": [*requests, *lifts],
        "waits": any(item.matter == SANCTIONS for item in requests),
    }
    return render_to_string("evaluations/_expert_tab.html", context, request)


def of_project(request: HttpRequest, project: Project) -> str:
    """专家评价 of a project: what was said of its experts."""
    user, now = cast("User", request.user), timezone.now()
    row = evaluations_visible_to(user).filter(project=project).first()
    context = {
        "row": row,
        "result": result_of(row, user, now=now) if row else [],
        "organisers": organisers_of(row) if row else [],
        "rates": row is not None and may_rate(user, row, now=now),
        "is_open": row is not None and row.is_open(now),
    }
    return render_to_string("evaluations/_project_tab.html", context, request)


TABS = (
    Tab("experts:detail", "evaluations", "评价", 65, of_expert, permissions=(VIEW,)),
    Tab("projects:detail", "evaluations", "专家评价", 35, of_project, permissions=(VIEW, RATE)),
)
