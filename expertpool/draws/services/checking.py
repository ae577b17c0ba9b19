"""Every change to a draw is verified by the program that anybody may run, and told if it fails.

The services replay a draw by the engine before each step; what they wrote is judged here by
`vdraw.verify`, which shares no code with it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Max

import vdraw
from expertpool.core.crypto import DecryptionError
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.services.alarms import Overdue, open_alarms, raise_alarm
from expertpool.draws.services.records import read_events
from expertpool.draws.services.state import load_order
from vdraw.verify import find_difference

logger = logging.getLogger(__name__)


def check_record(*, draw_id: int, now: datetime) -> str | None:
    """Verify what is stored of a draw; return the first difference, None where it holds.

    A difference raises an alarm; one that holds again ends it. What was verified since its last
    change is not verified again, and holds.
    """
    # Without a lock, which would hold up answers for as long as a large draw is verified: the draw is
    # read before the heads in the log, and these before its events, which are read at once. Whatever
    # commits meanwhile makes the events more, and nothing of what was read before wrong.
    draw = Draw.objects.get(pk=draw_id)
    last = DrawEvent.objects.filter(draw=draw).aggregate(last=Max("n"))["last"]
    told = open_alarms(AlarmKind.RECORD).filter(draw=draw)
    if last is None or (last == draw.checked_events and not told.exists()):
        return None
    difference = difference_in(draw)
    if difference is None:
        Draw.objects.filter(pk=draw.pk, checked_events__lt=last).update(checked_events=last)
        told.update(done_at=now)
        return None
    logger.error("draw %s does not verify: %s", draw.number, difference)
    raise_alarm(Overdue(draw.pk, AlarmKind.RECORD, difference[:500]), now=now)
    return difference


def difference_in(draw: Draw) -> str | None:
    """Return what the stored rows of ``draw`` differ in from what they should be, as a sentence."""
    try:
        events = read_events(draw)
        record = vdraw.build_record(load_order(draw), events).to_dict()
    except (vdraw.EngineError, DecryptionError) as error:
        return str(error)
    return find_difference(record, is_whole=draw.ended_at is not None)
