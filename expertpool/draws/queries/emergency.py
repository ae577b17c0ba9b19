from __future__ import annotations

from expertpool.draws.models import Draw, Emergency


def emergency_of(draw: Draw) -> Emergency | None:
    """Return the emergency in which ``draw`` is, or None for a draw in its ordinary course."""
    return draw.emergencies.filter(ended_at=None).first()


def emergencies_of(draw: Draw) -> list[Emergency]:
    """Return all that were declared for ``draw``, those that were taken back among them, in order."""
    return list(draw.emergencies.select_related("declared_by", "ended_by").order_by("pk"))
