"""Jobs of this app: each calls one service; running one twice changes nothing."""

from __future__ import annotations

from django.utils import timezone

from expertpool.automation.services import acting, happening
from expertpool.core.jobs import UntilDone, app


@app.task(name="automation.consider", retry=UntilDone())
def consider(occurrence_id: int) -> None:
    """Ask the rules what they do of something that happened."""
    happening.consider(occurrence_id=occurrence_id, now=timezone.now())


@app.task(name="automation.act", retry=UntilDone())
def act(firing_id: int) -> None:
    """Do one action of a rule."""
    acting.act(firing_id=firing_id, now=timezone.now())
