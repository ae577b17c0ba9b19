"""What the search box of every page finds among experts."""

from __future__ import annotations

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.search import SearchItem
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.names import by_likeness
from expertpool.experts.queries.search import numbers_merged, search
from expertpool.experts.queries.veils import employer_for, name_for


def find_experts(user: User, query: str, limit: int) -> list[SearchItem]:
    """Find experts that ``user`` may see, the deleted left out."""
    if not user.has_permission("experts.view"):
        return []
    # They are found on the page of the deleted, by whoever may restore them.
    found = experts_visible_to(user).exclude(status=ExpertStatus.DELETED)
    found = search(found, query, user, by_name=True).select_related("employer")
    rows = by_likeness(found, query, user)[:limit]
    merged = {pk: f"{number} 已并入" for number, (pk, _) in numbers_merged(query).items()}
    return [
        SearchItem(
            name_for(user, row),
            reverse("experts:detail", args=[row.pk]),
            "user",
            " ".join(filter(None, (merged.get(row.pk), row.number, employer_for(user, row)))),
        )
        for row in rows
    ]
