"""Searches that a user may use."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.prepared import Given, Prepared
from expertpool.experts.models import SavedSearch


@dataclass(frozen=True)
class Offered:
    """One saved search as the list shows it."""

    name: str
    url: str
    delete_url: str


_offered = Prepared(lambda: SavedSearch.objects.filter(Q(owner=Given("user")) | Q(shared=True)))


def saved_searches_for(user: User) -> list[Offered]:
    """Return the user's own searches and those that others share, by name."""
    rows: list[SavedSearch] = _offered.all(user=user.pk)
    address = reverse("experts:list")
    return [
        Offered(
            row.name,
            f"{address}?{row.query}",
            reverse("experts:search_delete", args=[row.pk]) if row.owner_id == user.pk else "",
        )
        for row in rows
    ]
