"""What the reports show on the pages of lower apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.home import HOME
from expertpool.core.registry import Tab
from expertpool.draws.queries.draws import draws_of
from expertpool.draws.registry import EVIDENCE
from expertpool.draws.services.names import readable_draws
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.candidacies import candidacies_of, summary_of
from expertpool.reports.queries.ledger import ledger_counts

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 200  # rows that the tab shows; the sum counts all


def ledger_card(request: HttpRequest, project: Project) -> str:
    """The ledger of each draw of ``project``, with the number of its entries."""
    draws = list(draws_of(project))
    counts = ledger_counts(cast("User", request.user), draws)
    rows = [(draw, counts[draw.pk]) for draw in draws]
    return render_to_string("reports/_ledger_card.html", {"rows": rows}, request)


def candidacies(request: HttpRequest, expert: Expert) -> str:
    """候选记录 of an expert: in which draws he could have been drawn, of those whose names this user may read."""
    rows = candidacies_of(expert, readable_draws(cast("User", request.user), now=timezone.now()))
    context = {"rows": rows[:LONGEST], "summary": summary_of(rows)}
    return render_to_string("reports/_candidacies.html", context, request)


def home_frame(request: HttpRequest, user: User) -> str:
    """The place of the charts of ``user``, which the page brings once it stands."""
    return render_to_string("reports/_home_frame.html", {}, request)


TABS = (
    Tab(HOME, "figures", "统计", 90, home_frame, permissions=(STATISTICS,)),
    Tab(EVIDENCE, "ledger", "人工操作台账", 10, ledger_card, permissions=("reports.ledger",)),
    Tab("experts:detail", "candidacies", "候选记录", 62, candidacies, permissions=("draws.names",)),
)
