"""Whoever was not taken in, or took his application back, applies anew."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.joining.enums import State
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.public import is_open
from expertpool.joining.services.numbering import next_number
from expertpool.joining.services.registering import CLOSED

ENDED = (State.REJECTED, State.WITHDRAWN)


def apply_again(*, before: Application, actor: User, now: datetime) -> Application:
    """Begin a new draft of ``actor`` with what he typed in ``before``; logged. Files he uploads anew.

    Refuses (JoiningRefused) while nobody may apply, another's, one that is not over, and a second draft.
    """
    if not is_open():
        raise JoiningRefused(CLOSED)
    if before.user_id != actor.pk or before.state not in ENDED:
        raise JoiningRefused("只有未通过或已撤回的申请可以重新填报。")
    try:
        with transaction.atomic():
            row = Application.objects.create(
                number=next_number(now),
                user=actor,
                kind=before.kind,
                channel=before.channel,
                in_wechat=before.in_wechat,
                consent=before.consent,
                consented_at=before.consented_at,
                contents=before.contents,
                name=before.name,
                created_at=now,
                updated_at=now,
            )
            record("joining.register", actor=actor, now=now, subject=row)
    except IntegrityError:
        raise JoiningRefused("已有一份正在填写或审核的申请，请刷新页面。") from None
    return row
