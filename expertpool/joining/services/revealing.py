"""Showing a masked value of an application, for a reason that is kept."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.text import if_seen, whole
from expertpool.experts.fields import EXPERT
from expertpool.experts.services.reveal import few_reveals
from expertpool.joining.exceptions import Altered, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import is_as_written
from expertpool.joining.queries.contents import read


def reveal_value(
    *, application: Application, field: str, reason: str, actor: User, now: datetime
) -> str:
    """Return the clear text of ``field`` and log who asked for it and why. Refuses (JoiningRefused) an
    empty reason or one that is too long, whoever has seen as many today as one may (`few_reveals`), and an
    application that somebody altered (Altered). Not to be called in a transaction."""
    if not is_as_written(application):
        raise Altered
    reason = whole(if_seen(reason), MOST_NOTE, JoiningRefused)
    if not reason:
        raise JoiningRefused("请填写查看原因。")
    labels = {one.code: one.label for one in EXPERT.fields()}
    after = {"内容": labels.get(field, field)}
    with few_reveals(actor, now=now, refused=JoiningRefused):
        record(
            "joining.reveal", actor=actor, now=now, subject=application, after=after, note=reason
        )
    return str(read(application).values.get(field) or "")
