"""What belongs to experts: leaves, entries of the blacklist, versions, log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.visibility import show
from expertpool.experts.models import BlacklistEntry, ExpertVersion, Leave
from expertpool.experts.queries.experts import experts_visible_to


def leaves_visible_to(user: User, code: str = "experts.leave") -> QuerySet[Leave]:
    """Return the leaves of the experts in the user's scope for ``code``."""
    rows = Leave.objects.filter(expert__in=experts_visible_to(user, code))
    return rows.select_related("expert", "expert__employer", "created_by")


def blacklist_visible_to(user: User) -> QuerySet[BlacklistEntry]:
    """Return the entries, also ended ones, of the experts in the user's scope."""
    rows = BlacklistEntry.objects.filter(expert__in=experts_visible_to(user, "experts.blacklist"))
    return rows.select_related("expert", "expert__employer", "added_by", "removed_by")


@dataclass(frozen=True)
class Difference:
    """One field of two versions, as a user may see it."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def content_of(version: ExpertVersion, user: User) -> dict[str, str]:
    """Return the fields of a version as ``user`` may see them."""
    content: dict[str, Any] = json.loads(version.snapshot)
    return {name: show(user, f"experts.{name}", value) for name, value in content.items()}


def compare(
    older: ExpertVersion, newer: ExpertVersion, user: User, labels: dict[str, str]
) -> list[Difference]:
    """Return every field of two versions side by side, as ``user`` may see them."""
    before, after = content_of(older, user), content_of(newer, user)
    return [
        Difference(label, before.get(name, ""), after.get(name, ""))
        for name, label in labels.items()
    ]
