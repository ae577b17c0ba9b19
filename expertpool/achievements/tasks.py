"""Jobs of achievements; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.achievements.services import writing
from expertpool.core.jobs import DEADLINES, UntilDone, app


@app.task(name="achievements.withdraw", queue=DEADLINES, retry=UntilDone())
def withdraw(achievement_id: int) -> None:
    """Make a draft of what its expert took back the day before."""
    writing.withdraw_taken_back(achievement_id=achievement_id, now=timezone.now())
