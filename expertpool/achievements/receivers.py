"""What happens to experts, as it matters to their achievements."""

from __future__ import annotations

from django.utils import timezone

from expertpool.achievements.services.writing import carry_over
from expertpool.experts.events import ExpertsMerged


def experts_merged(event: ExpertsMerged) -> None:
    carry_over(closed_id=event.closed_id, kept_id=event.kept_id, now=timezone.now())
