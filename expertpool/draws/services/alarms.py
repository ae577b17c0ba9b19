"""Telling that something is amiss with a draw: in the log, on its page, to whoever holds draws.alarms."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from expertpool.audit.services import record
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawAlarm
from expertpool.draws.occasions import ALARM
from expertpool.draws.services.telling import staff_of, tell_staff

logger = logging.getLogger(__name__)

PERMISSION = "draws.alarms"  # who is told
HIS_TO_MEND = {AlarmKind.UNORDERED}  # of which its operator is told, too


@dataclass(frozen=True)
class Overdue:
    """What of one draw is late, or amiss."""

    draw_id: int
    kind: AlarmKind
    detail: str = ""
    in_full: str = ""  # for the log alone, where ``detail`` says it in plain words


def open_alarms(kind: AlarmKind) -> QuerySet[DrawAlarm]:
    """Return the alarms of ``kind`` that nothing has ended yet."""
    return DrawAlarm.objects.filter(kind=kind, done_at__isnull=True)


@transaction.atomic
def raise_alarm(found: Overdue, *, now: datetime) -> None:
    """Tell of ``found``, the first time by message: who may see it there, may act there."""
    draw = Draw.objects.select_related("project", "operator").get(pk=found.draw_id)
    detail = found.detail.rstrip("。")  # stands in a sentence
    logger.error("draw %s, told of: %s", draw.number, found.kind)
    alarm, is_new = DrawAlarm.objects.get_or_create(
        draw=draw, kind=found.kind, defaults={"raised_at": now, "detail": detail}
    )
    if not is_new:
        DrawAlarm.objects.filter(pk=alarm.pk, done_at__isnull=False).update(
            raised_at=now, done_at=None, detail=detail
        )
        return
    what = str(found.kind.label)
    said = {"事项": what} | ({"说明": found.in_full or detail} if detail else {})
    record("draw.alarm", actor=None, now=now, subject=draw, after=said)
    users = staff_of(draw, PERMISSION)
    if found.kind in HIS_TO_MEND and draw.operator not in users:
        users.append(draw.operator)
    context = {"抽取编号": draw.number, "项目名称": draw.title, "事项": what}
    key = f"draw-alarm:{alarm.pk}"
    tell_staff(ALARM, users, about=draw, context=context, key=key, now=now)
