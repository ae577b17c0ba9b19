"""Jobs of points; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.points.services import settling


@app.periodic(cron="*/10 * * * *")
@app.task(name="points.settle_due", queueing_lock="points.settle_due")
def settle_due(timestamp: int) -> None:
    """Every ten minutes: look for reviews that are over."""
    settling.settle_due(now=timezone.now())


@app.task(name="points.settle")
def settle(*, draw_id: int) -> None:
    """Write the points of one draw."""
    settling.settle_draw(draw_id=draw_id, now=timezone.now())


@app.task(name="points.take_back")
def take_back(*, draw_id: int) -> None:
    """Take back the points of a draw that was voided."""
    settling.take_back_draw(draw_id=draw_id, now=timezone.now())
