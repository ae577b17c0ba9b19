"""What happens to experts, as it matters to certificates."""

from __future__ import annotations

from django.utils import timezone

from expertpool.certificates.services.issuing import issue_to_member
from expertpool.experts.events import ExpertApproved


def member_came(event: ExpertApproved) -> None:
    """Issue his certificate in the same transaction: whoever sees him in the pool sees it."""
    issue_to_member(expert_id=event.expert_id, now=timezone.now())
