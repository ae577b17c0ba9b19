"""What the reports show on the pages of lower apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string

from expertpool.core.registry import Tab
from expertpool.draws.queries.draws import draws_of
from expertpool.draws.registry import EVIDENCE
from expertpool.projects.models import Project
from expertpool.reports.queries.ledger import ledger_counts

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User


def ledger_card(request: HttpRequest, project: Project) -> str:
    """The ledger of each draw of ``project``, with the number of its entries."""
    draws = list(draws_of(project))
    counts = ledger_counts(cast("User", request.user), draws)
    rows = [(draw, counts[draw.pk]) for draw in draws]
    return render_to_string("reports/_ledger_card.html", {"rows": rows}, request)


TABS = (Tab(EVIDENCE, "ledger", "人工操作台账", 10, ledger_card, permissions=("reports.ledger",)),)
