"""Calls that were made."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.notifications.models import Attempt, Message
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.models import Call
from expertpool.telephone.services import calls

TAPE = b"RIFF what both have said"


def make_call(message: Message, *, tape: bytes = TAPE, now: datetime | None = None) -> Call:
    """Return a call that was recorded, the first attempt of ``message``, which was sent otherwise here."""
    now = now or timezone.now()
    attempt, _ = Attempt.objects.get_or_create(
        message=message,
        number=1,
        defaults={"provider": "sip", "began_at": now, "state": "delivered", "ended_at": now},
    )
    call, is_new = Call.objects.get_or_create(
        attempt=attempt, defaults={"agent": "a", "began_at": now, "seen_at": now}
    )
    if is_new:
        calls.end(call_id=call.pk, outcome=CallOutcome.YES, tape=tape, now=now)
    call.refresh_from_db()
    return call
