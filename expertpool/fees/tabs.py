"""The tabs on the panorama of an expert and on the page of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.experts.models import Expert
from expertpool.fees.permissions import ENTER, VIEW
from expertpool.fees.queries.lines import STANDING, fees_visible_to, may_enter, whose
from expertpool.fees.queries.void_draws import held_among, totals_to_pay
from expertpool.fees.queries.workload import stopped_words
from expertpool.projects.models import Project

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 50  # fees that the tab shows; all are in the list


def of_expert(request: HttpRequest, expert: Expert) -> str:
    """劳务费 of an expert: all that he is paid, as far as somebody sees it."""
    rows = fees_visible_to(cast("User", request.user)).filter(whose(expert.pk))
    shown = list(rows[:LONGEST])
    context = {
        "rows": shown,
        "held": held_among(shown),
        "totals": totals_to_pay(rows.filter(STANDING)),
        "longest": LONGEST,
    }
    return render_to_string("fees/_expert_tab.html", context, request)


def of_project(request: HttpRequest, project: Project) -> str:
    """劳务费 of a project: what each of its experts is paid."""
    user = cast("User", request.user)
    rows = fees_visible_to(user).filter(project=project).order_by("pk")
    shown = list(rows)
    context = {
        "project": project,
        "rows": shown,
        "held": held_among(shown),
        "totals": totals_to_pay(rows.filter(STANDING)),
        "stopped": stopped_words(project),
        "may_enter": may_enter(user, project, now=timezone.now()),
    }
    return render_to_string("fees/_project_tab.html", context, request)


TABS = (
    Tab("experts:detail", "fees", "劳务费", 67, of_expert, permissions=(VIEW,)),
    Tab("projects:detail", "fees", "劳务费", 37, of_project, permissions=(VIEW, ENTER)),
)
