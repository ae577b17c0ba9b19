"""What of reviews somebody wrote past this system is told by message to whoever draws' alarms are told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model

from expertpool.accounts.queries import users_with_permission
from expertpool.core.mandates import LATEST, Mandate
from expertpool.draws.queries.draws import codes_for_project
from expertpool.draws.services.alarms import PERMISSION
from expertpool.draws.services.telling import tell_staff
from expertpool.reviews.models import Review
from expertpool.reviews.occasions import ALTERED
from expertpool.reviews.queries.written import WRITTEN


def tell_altered(*, now: datetime) -> int:
    """Tell of the latest rows of reviews that this system did not write, each once: who holds `draws.alarms` within reach of
    its project, and who organises it. No expert is named. Return how many such rows there are."""
    found = 0
    for kind, row, review in _altered(now):
        found += 1
        _tell(kind, row, review, now)
    return found


def _altered(now: datetime) -> Iterator[tuple[Mandate, Model, Review]]:
    for kind in WRITTEN:
        for row in kind.rows(now)[:LATEST]:
            if not kind.is_written(row) and (review := _review_of(row)) is not None:
                yield kind, row, review


def _review_of(row: Any) -> Review | None:
    """Return the review that ``row`` is about; None of a rule, which many have."""
    if isinstance(row, Review):
        return row
    row = getattr(row, "submission", row)
    row = getattr(row, "reviewer", None) or row
    return getattr(row, "review", None)


def _tell(kind: Mandate, row: Model, review: Review, now: datetime) -> None:
    users = [
        user
        for user in users_with_permission(PERMISSION)
        if codes_for_project(user, review.project, [PERMISSION])
    ]
    if review.created_by not in users:
        users.append(review.created_by)
    context = {"项目名称": review.project.name, "事项": f"{kind.label}在系统之外被改动过"}
    key = f"{ALTERED.code}:{kind.code}:{row.pk}"
    tell_staff(ALTERED, users, about=review, context=context, key=key, now=now)
