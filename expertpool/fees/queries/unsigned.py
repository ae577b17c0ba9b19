"""The fees that nobody but their expert can finish."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.queries.coming import OwnMatter, OwnMatterSource
from expertpool.fees.enums import FeeState
from expertpool.fees.queries.lines import STANDING, fees_visible_to, whose


def unsigned_fees(user: User, experts: Collection[int]) -> list[OwnMatter]:
    """Return the fees of ``experts`` (ids) that wait for their signature, as ``user`` is told of them: one that was
    signed today may still be among them."""
    rows = fees_visible_to(user).filter(STANDING, whose(*experts), gross__gte=0)
    waiting = (FeeState.DRAFT, FeeState.SENT)
    return [
        OwnMatter(
            key=f"fee-{row.pk}",
            expert=row.expert.name,
            what=f"劳务费 {row.project.name}",
            url=reverse("fees:detail", args=[row.pk]),
            state=row.told_words,
        )
        for row in rows.order_by("project__opening_at", "pk")
        if row.told_state in waiting
    ]


OWN_MATTERS = OwnMatterSource("fees", unsigned_fees)
