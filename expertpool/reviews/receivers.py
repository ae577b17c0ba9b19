"""What happens in reviews when something happened in draws."""

from __future__ import annotations

from django.utils import timezone

from expertpool.draws.events import DrawEnded
from expertpool.draws.models import Draw
from expertpool.reviews.services.telling import tell_voided


def draw_ended(event: DrawEnded) -> None:
    """Whoever scores for a draw that was voided is told that he need not."""
    draw = Draw.objects.select_related("project").get(pk=event.draw_id)
    tell_voided(draw, now=timezone.now())
