"""Whoever was not taken in, or took his application back, applies anew."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import attachments_of
from expertpool.files.services import copy_attachment, move_attachment
from expertpool.joining.enums import State
from expertpool.joining.exceptions import Altered, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import is_as_written
from expertpool.joining.queries.public import is_open
from expertpool.joining.services.locking import noting_altered
from expertpool.joining.services.numbering import next_number
from expertpool.joining.services.registering import CLOSED

MOST_ROUNDS, ROUNDS_WITHIN = 5, timedelta(days=30)
ENDED = (State.REJECTED, State.WITHDRAWN)


@noting_altered
def apply_again(*, before: Application, actor: User, now: datetime) -> Application:
    """Begin a new draft of ``actor`` with what he typed in ``before`` and the files he gave with it; logged. Those of
    one that he took back himself are its no more, else a stranger could fill the disk round by round; one that the
    office turned down keeps what it was decided by, and the new one has copies, as far as there is room.

    Refuses (JoiningRefused) while nobody may apply, another's, one that is not over, a second draft, and
    more than MOST_ROUNDS within ROUNDS_WITHIN.
    """
    if not is_open():
        raise JoiningRefused(CLOSED)
    if before.user_id != actor.pk or before.state not in ENDED:
        raise JoiningRefused("只有未通过或已撤回的申请可以重新填报。")
    if not is_as_written(before):
        raise Altered
    begun = Application.objects.filter(user=actor, created_at__gt=now - ROUNDS_WITHIN).count()
    if begun >= MOST_ROUNDS:
        raise JoiningRefused(f"{ROUNDS_WITHIN.days} 天内最多申请 {MOST_ROUNDS} 次，请过些天再来。")
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
            for one in attachments_of(before):
                if before.state == State.WITHDRAWN:
                    move_attachment(attachment=one, to=row, kind=one.kind, actor=actor, now=now)
                else:
                    with suppress(FileRefused):
                        copy_attachment(attachment=one, to=row, actor=actor, now=now)
    except IntegrityError:
        raise JoiningRefused("已有一份正在填写或审核的申请，请刷新页面。") from None
    return row
