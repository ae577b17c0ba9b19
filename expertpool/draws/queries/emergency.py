from __future__ import annotations

from expertpool.draws.models import Draw, Emergency


def emergency_of(draw: Draw) -> Emergency | None:
    """Return what was declared for ``draw``, or None for a draw in its ordinary course.

    Asked once of a row that was read. It is not read together with the draw: a row that a lock had
    to wait for would come with what was declared before the wait.
    """
    try:
        return draw.emergency
    except Emergency.DoesNotExist:
        return None
