"""Showing a masked value in clear, which leaves a trace, and is done a few times a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.announcing import announce
from expertpool.audit.actions import LOG_ACTIONS
from expertpool.audit.models import Entry
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.aftermath import leave_behind
from expertpool.core.limits import one_at_a_time
from expertpool.core.lookups import within_days
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.settings import REVEALS_PER_DAY
from expertpool.siteconfig.queries.counting import counted

REVEAL = ".reveal"  # the end of what the log calls it, whichever app shows something masked
USED_UP = "expert.reveals_used"


def reveal_value(*, expert: Expert, field: str, reason: str, actor: User, now: datetime) -> str:
    """Return the value of a guarded ``field`` in clear and record who saw it and why.

    The caller has checked the right. Refuses a missing reason, and whoever has seen as many today as the office lets
    one see (`few_reveals`). Not to be called in a transaction.
    """
    reason = required_reason(reason, called="查看理由", most=MOST_NOTE)
    with few_reveals(actor, now=now, refused=ExpertRefused):
        # Before it is shown: nobody sees a value without a trace.
        after = {"内容": Expert.label_of(field)}
        record("expert.reveal", actor=actor, now=now, subject=expert, after=after, note=reason)
    return str(getattr(expert, field))


@contextmanager
def few_reveals(actor: User, *, now: datetime, refused: type[Exception]) -> Iterator[None]:
    """Run what records that ``actor`` sees a masked value as one transaction, one at a time. Whoever has seen as many
    since midnight as the office lets one see is ``refused``; the security administrators are told so once a day."""
    with one_at_a_time(REVEALS_PER_DAY, actor):
        most = counted(REVEALS_PER_DAY, now)
        reveals = [code for code in LOG_ACTIONS.codes if code.endswith(REVEAL)]
        if _today(actor, now, *reveals) >= most:
            leave_behind(lambda: _tell(actor, most, now))
            message = f"您今天查看脱敏内容原文已达 {most} 次，明天零点以后再看；工作需要更多的，请联系安全管理员在「站点设置」中调高。"
            raise refused(message)
        with transaction.atomic():
            yield


def _today(actor: User, now: datetime, *actions: str) -> int:
    today = timezone.localdate(now)
    rows = Entry.objects.filter(within_days("at", (today, today)), actor=actor, action__in=actions)
    return rows.count()


@transaction.atomic
def _tell(actor: User, most: int, now: datetime) -> None:
    if not _today(actor, now, USED_UP):
        note = f"今天查看脱敏内容原文已达 {most} 次，之后的被拒绝"
        announce(record(USED_UP, actor=actor, subject=actor, now=now, note=note))
