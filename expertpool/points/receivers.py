"""What happens below, as it matters to points."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import defer
from expertpool.draws.enums import DrawStatus
from expertpool.draws.events import DrawEnded
from expertpool.draws.models import Draw
from expertpool.experts.events import ExpertsMerged
from expertpool.points.services.ledger import carry_over


def draw_ended(event: DrawEnded) -> None:
    """Take back the points of a draw that was voided."""
    if Draw.objects.filter(pk=event.draw_id, status=DrawStatus.VOID).exists():
        # Under the lock of `settle_due`: of one draw points are not written and taken back at once.
        defer("points.take_back", lock=f"points-{event.draw_id}", draw_id=event.draw_id)


def experts_merged(event: ExpertsMerged) -> None:
    """Give the points of the closed record to the one that stays."""
    carry_over(closed_id=event.closed_id, kept_id=event.kept_id, now=timezone.now())
