"""The tab on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.permissions import CORRECT, VIEW
from expertpool.points.queries.ledger import balance_told, entries_visible_to, lines_for
from expertpool.points.queries.levels import all_levels, standing_of
from expertpool.workflow.queries.requests import waiting_about

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 100  # entries that the tab shows; all are in the list of entries


def points(request: HttpRequest, expert: Expert) -> str:
    """积分 of an expert: what he has, and the entries behind it."""
    user, now = cast("User", request.user), timezone.now()
    entries = entries_visible_to(user, now=now).filter(expert=expert).order_by("-n")[:LONGEST]
    may = experts_visible_to(user, CORRECT).filter(pk=expert.pk).exists()
    context = {
        "expert": expert,
        "standing": standing_of(balance_told(user, expert, now=now), all_levels()),
        "lines": lines_for(user, entries, now=now),
        "longest": LONGEST,
        "may": may,
        "names": user.has_permission("draws.names"),
        "requests": waiting_about(expert, user, now=now),
    }
    return render_to_string("points/_tab.html", context, request)


TABS = (Tab("experts:detail", "points", "积分", 70, points, permissions=(VIEW,)),)
