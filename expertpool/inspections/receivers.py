"""What happens to experts, as it matters to their inspections."""

from __future__ import annotations

from django.utils import timezone

from expertpool.experts.events import ExpertsMerged
from expertpool.inspections.services.merging import carry_over


def experts_merged(event: ExpertsMerged) -> None:
    carry_over(closed_id=event.closed_id, kept_id=event.kept_id, now=timezone.now())
