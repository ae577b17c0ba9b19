"""Jobs of the draws app: each takes ids and calls one service; running one twice changes nothing."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app


@app.task(name="draws.expire_invitation")
def expire_invitation(invitation_id: int) -> None:
    """Count an invitation without an answer at its deadline as an exit."""
    from expertpool.draws.services.entropy import SystemEntropy
    from expertpool.draws.services.replies import expire

    expire(invitation_id=invitation_id, now=timezone.now(), entropy=SystemEntropy())


@app.task(name="draws.release_names")
def release_names(draw_id: int) -> None:
    """Make the names of a draw readable at its reveal time."""
    from expertpool.draws.services.names import release

    release(draw_id=draw_id, now=timezone.now())


@app.task(name="draws.store_sheet")
def store_sheet(draw_id: int) -> None:
    """Keep the sheet of a draw that has ended and whose names are released."""
    from expertpool.draws.services.sheet_files import store_sheet as store

    store(draw_id=draw_id, now=timezone.now())
