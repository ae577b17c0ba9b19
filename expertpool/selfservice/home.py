"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Number, Source
from expertpool.core.registry import MenuItem
from expertpool.draws.queries.participation import participations_in
from expertpool.experts.queries.availability import year_start
from expertpool.experts.queries.experts import expert_for


def reviews_this_year(user: User, now: datetime) -> Iterator[Number]:
    """Those that have begun and whose names are public: he is told of others by their letters."""
    if (expert := expert_for(user)) is None:
        return
    window = Q(draw__projects__opening_at__gte=year_start(now), draw__projects__opening_at__lt=now)
    mine = Q(expert=expert) | Q(expert__merged_into=expert)
    rows = participations_in(window).filter(mine, draw__released_at__isnull=False)
    count = rows.order_by().aggregate(n=Count("pk", distinct=True))["n"]
    yield Number("今年参评", count, reverse("selfservice:reviews"), "calendar-event")


NUMBERS = (Source("reviews_own", "experts.self", 10, reviews_this_year),)
SHORTCUTS = (
    MenuItem(
        "selfservice.reviews",
        "我的评审",
        "calendar-event",
        "selfservice:reviews",
        ("experts.self",),
        100,
    ),
    MenuItem(
        "selfservice.leaves",
        "我的请假",
        "plane-departure",
        "selfservice:leaves",
        ("experts.self",),
        110,
    ),
)
