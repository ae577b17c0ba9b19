"""Statistics that a user may open by a name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.reports.models import SavedStatistic


@dataclass(frozen=True)
class Offered:
    """One kept statistic as a page shows it."""

    name: str
    url: str
    delete_url: str


def saved_for(user: User) -> list[Offered]:
    """Return the user's own and those that others share, by name."""
    rows = SavedStatistic.objects.filter(Q(owner=user) | Q(shared=True))
    return [
        Offered(
            row.name,
            f"{reverse(f'reports:{row.page}')}?{row.query}",
            reverse("reports:saved_delete", args=[row.pk]) if row.owner_id == user.pk else "",
        )
        for row in rows
    ]
