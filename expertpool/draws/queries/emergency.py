from __future__ import annotations

from expertpool.draws.models import Draw, Emergency


def emergency_of(draw: Draw) -> Emergency | None:
    """Return what was declared for ``draw``, or None for a draw in its ordinary course."""
    return Emergency.objects.filter(draw=draw).select_related("declared_by").first()
