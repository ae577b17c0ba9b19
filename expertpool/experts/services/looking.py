"""Noting who is shown a record in clear: without a reveal, of which the log would know."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.services import acting_address
from expertpool.core.visibility import Level, level_for
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.monitoring.services.buffer import BUFFER
from expertpool.monitoring.services.recording import Looked

LOOK = "expert.look"


def note_look(*, expert: Expert, actor: User, now: datetime) -> None:
    """Note that ``actor`` is shown ``expert`` with what of it his roles see in clear; logged a few seconds later, once a
    day (docs/decisions/0683). Nothing of who sees it masked, of his own record, nor of one of which nothing is left."""
    if expert.erased_at is not None:
        return
    guards = [one for one in EXPERT.guards() if level_for(actor, one.code) is Level.PLAIN]
    if guards and expert.user_id != actor.pk:
        what = "、".join(one.label for one in guards)
        BUFFER.add(Looked(actor.pk, now, acting_address(), LOOK, Expert, expert.pk, what))
