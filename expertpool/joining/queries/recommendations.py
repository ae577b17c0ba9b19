"""Whom experts recommended: nobody whom they did not recommend here (docs/decisions/0505)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate, vouched_among
from expertpool.experts.models import Expert
from expertpool.joining.models import Recommendation

# What the proof says and opens, and whose it is: of many rows nothing else is read.
PROVEN = (
    *("uid", "name", "phone", "email", "contact_index", "reason", "digest", "sent_at"),
    *("expires_at", "used_at", "revoked_at", "proof"),
    *("recommender__number", "created_by__username"),
)


def recommendations_of(expert: Expert, *, a_look: int | None = None) -> list[Recommendation]:
    """Return whom ``expert`` recommended, the latest first; ``a_look`` for a page (`core.mandates.vouched_among`)."""
    rows = Recommendation.objects.filter(recommender=expert).order_by("-pk")
    return vouched_among(
        rows.select_related("recommender", "created_by").only(*PROVEN), a_look=a_look
    )


def _written(now: datetime) -> QuerySet[Recommendation]:
    return Recommendation.objects.select_related("recommender", "created_by").order_by("-pk")


WRITTEN = (Mandate("joining.recommendations", "同行推荐", _written, is_whole=True),)
