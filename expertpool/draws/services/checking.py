"""Every change to a draw is verified by the program that anybody may run, and told if it fails.

The services replay a draw by the engine before each step; what they wrote is judged here by
`vdraw.verify`, which shares no code with it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

import vdraw
from expertpool.core.crypto import DecryptionError
from expertpool.core.jobs import defer, defer_batch, is_queued
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.services.alarms import Overdue, open_alarms, raise_alarm
from expertpool.draws.services.records import seated_rows
from expertpool.draws.services.state import (
    SHOWN,
    check_at_a_glance,
    load_order,
    load_sealed,
    read_events,
)
from vdraw.verify import find_difference

logger = logging.getLogger(__name__)

PLAIN = (
    ("操作日志", "抽取过程或封存的内容与操作日志记下的不符"),
    ("名单", "名单与抽取过程的记录不符"),
    ("种子", "决定次序的随机种子与封存值、随机值不符"),
    ("封存", "规则或候选人与封存时的不符"),
    ("候选人", "规则或候选人与封存时的不符"),
    ("规则", "规则或候选人与封存时的不符"),
)
REFUSED = (vdraw.EngineError, DecryptionError)
NONSENSE = (*REFUSED, KeyError, TypeError, ValueError)  # rows may have been made nonsense
MADE_NONSENSE = "保存的内容不是应有的类型：数据被改动过。"
KEPT_UNDER_WATCH, NIGHTS = timedelta(days=365), 7


def check_record(*, draw_id: int, now: datetime, anew: bool = False) -> str | None:
    """Verify what is stored of a draw; return the first difference, None where it holds.

    A difference raises an alarm; one that holds again ends it. What was verified since its last
    change is not verified again, and holds, unless ``anew``: rows may have been altered since.
    """
    # Without a lock, which would hold up answers for as long as a large draw is verified: the draw is
    # read before the heads in the log, and these before its events, which are read at once. Whatever
    # commits meanwhile makes the events more, and nothing of what was read before wrong.
    draw = Draw.objects.get(pk=draw_id)
    last = DrawEvent.objects.filter(draw=draw).aggregate(last=Max("n"))["last"]
    told = open_alarms(AlarmKind.RECORD).filter(draw=draw)
    if not anew and (last is None or (last == draw.checked_events and not told.exists())):
        return None
    difference = difference_in(draw, anew=anew)
    if difference is None:
        Draw.objects.filter(pk=draw.pk, checked_events__lt=last or 0).update(
            checked_events=last or 0
        )
        told.update(done_at=now)
        return None
    logger.error("draw %s does not verify: %s", draw.number, difference)
    found = Overdue(draw.pk, AlarmKind.RECORD, in_plain_words(difference), difference[:500])
    raise_alarm(found, now=now)
    if anew:
        _hold_no_more(draw)
    return difference


def _hold_no_more(draw: Draw) -> None:
    """What was verified of it before does not hold any more. Written once: a row that is written is looked at."""
    Draw.objects.filter(pk=draw.pk, checked_events__gt=0).update(checked_events=0)


def check_stopped(error: Exception) -> None:
    """Have the draw verified anew at whose rows ``error`` stopped (`exceptions.of_draw`), if at one's:
    an alarm tells then what the refusal alone tells nobody else. However often it is refused meanwhile, also to
    strangers, it is verified once."""
    draw_id = vars(error).get("draw_id")
    if not draw_id or open_alarms(AlarmKind.RECORD).filter(draw=draw_id).exists():
        return
    if not is_queued("draws.check_record", draw_id=draw_id, anew=True):
        defer("draws.check_record", draw_id=draw_id, anew=True)


def tell_if_bent(*, draw_id: int, now: datetime) -> bool:
    """Look at a draw as its page does (`looks_bent`), and tell at once by its alarm what is found. One that was told
    and holds again is verified, which ends its alarm."""
    draw = Draw.objects.select_related("project").get(pk=draw_id)
    told = open_alarms(AlarmKind.RECORD).filter(draw=draw).exists()
    try:
        check_at_a_glance(draw)
    except NONSENSE as error:
        if told:
            return True
        difference = str(error) if isinstance(error, REFUSED) else MADE_NONSENSE
        logger.exception("draw %s does not hold at a glance", draw.number)
        found = Overdue(draw.pk, AlarmKind.RECORD, in_plain_words(difference), difference[:500])
        raise_alarm(found, now=now)
        _hold_no_more(draw)
        return True
    if told and not is_queued("draws.check_record", draw_id=draw.pk, anew=True):
        defer("draws.check_record", draw_id=draw.pk, anew=True)
    return told


def looks_bent(draw: Draw, hands: Mapping[str, int] | None = None) -> bool:
    """Tell whoever looks at ``draw`` whether what is stored of it differs at a glance from what was written here;
    then it is verified at once, and an alarm tells the others. ``hands``: its steps by hand as its page shows them."""
    try:
        check_at_a_glance(draw, hands)
    except NONSENSE as error:
        vars(error).setdefault("draw_id", draw.pk)
        check_stopped(error)
        return True
    return False


def is_bent(draw: Draw) -> bool:
    """Tell the same where no page lists its alarms: also what was found before, and does not hold again."""
    return open_alarms(AlarmKind.RECORD).filter(draw=draw).exists() or looks_bent(draw)


def in_plain_words(difference: str) -> str:
    """Say a ``difference`` so that whoever supervises draws knows what it is about; the log has it in full."""
    if difference.startswith(SHOWN):
        return difference.partition("：")[0]
    if found := re.search(r"第 (\d+) 个事件|事件 (\d+)（", difference):
        return f"抽取过程第 {found[1] or found[2]} 步的记录与系统当时写下的不符"
    for part, words in PLAIN:
        if part in difference:
            return words
    return "保存的抽取记录与按封存内容重算的结果不符"


def check_kept(*, now: datetime) -> int:
    """Have a slice of the draws that ended within a year verified anew, each of them once in `NIGHTS`;
    return how many: nothing happens to them any more at which an alteration would be found."""
    ended = Draw.objects.filter(ordered_at__isnull=False, ended_at__gte=now - KEPT_UNDER_WATCH)
    night = timezone.localdate(now).toordinal() % NIGHTS
    found = ended.alias(night=F("pk") % NIGHTS).filter(night=night).order_by("pk")
    jobs = [{"draw_id": pk, "anew": True} for pk in found.values_list("pk", flat=True)]
    defer_batch("draws.check_record", jobs)
    return len(jobs)


def difference_in(draw: Draw, *, anew: bool = False) -> str | None:
    """Return what the stored rows of ``draw`` differ in from what they should be, as a sentence."""
    try:
        check_at_a_glance(draw)
        if not draw.is_random:
            return None
        if draw.ordered_at is None:
            load_sealed(draw)
            return None
        events = read_events(draw)
        record = vdraw.build_record(load_order(draw, anew=anew), events).to_dict()
    except (vdraw.EngineError, DecryptionError) as error:
        return str(error)
    except TypeError:
        return "抽取规则不是应有的类型：数据被改动过。"
    difference = find_difference(record, is_whole=draw.ended_at is not None)
    return difference or (_seats_differ(draw) if draw.ended_at and draw.is_valid else None)


def _seats_differ(draw: Draw) -> str | None:
    """Return that others sit by the rows of an ended draw than by its record. What was read while somebody
    left his seat is read again with the draw held."""
    try:
        seated_rows(draw)
    except vdraw.EngineError:
        with transaction.atomic():
            held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
            if held.ended_at is None or not held.is_valid:
                return None
            try:
                seated_rows(held)
            except vdraw.EngineError as error:
                return str(error)
    return None
