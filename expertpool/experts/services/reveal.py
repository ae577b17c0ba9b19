"""Showing a masked value in clear, which leaves a trace."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import MOST_NOTE, record
from expertpool.experts.models import Expert
from expertpool.experts.services.reasons import required_reason


@transaction.atomic
def reveal_value(*, expert: Expert, field: str, reason: str, actor: User, now: datetime) -> str:
    """Return the value of a guarded ``field`` in clear and record who saw it and why.

    The caller has checked the right. Refuses a missing reason.
    """
    reason = required_reason(reason, called="查看理由", most=MOST_NOTE)
    # Before it is shown: nobody sees a value without a trace.
    after = {"内容": Expert.label_of(field)}
    record("expert.reveal", actor=actor, now=now, subject=expert, after=after, note=reason)
    return str(getattr(expert, field))
