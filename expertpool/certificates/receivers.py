"""What happens to experts, as it matters to certificates."""

from __future__ import annotations

from django.utils import timezone

from expertpool.certificates.services.issuing import issue_to_members
from expertpool.experts.events import ExpertApproved


def member_came(event: ExpertApproved) -> None:
    """Issue their certificates in the same transaction: whoever sees them in the pool sees these. Who is back in it is
    given none that he did not have: the office issues it."""
    if not event.back:
        issue_to_members(keys=event.expert_ids, now=timezone.now())
