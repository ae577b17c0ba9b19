"""Time in which the service was off counts for nobody (docs/decisions/0154)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.audit.services import record
from expertpool.core.answering import end_gap, is_answering, keep_gap
from expertpool.core.duties import note_run
from expertpool.core.locks import lock_transaction, wait_for_locks
from expertpool.core.text import moment_text
from expertpool.draws.enums import INVALID, AlarmKind, InvitationState, NoteCode, StepReason
from expertpool.draws.models import Draw, DrawAlarm, Invitation
from expertpool.draws.occasions import SERVICE_OFF
from expertpool.draws.queries.clock import closing_of, pause_of
from expertpool.draws.queries.outage import SWEEP, off_since
from expertpool.draws.queries.written import is_written
from expertpool.draws.services import clock, replies
from expertpool.draws.services.checking import check_stopped
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.pausing import start_clocks, stop_clocks
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import WATCHERS, staff_of, tell_staff
from expertpool.projects.enums import ProjectStatus

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOCK_SECONDS = 5


def make_up(*, now: datetime, entropy: Entropy) -> int:
    """Give back to everybody who is asked the time in which the service was off, before anything else
    is done at ``now``; return in how many draws. All in one transaction with the run that ends it: where
    somebody holds a row, all clocks stand until the next try. Clocks depend on nothing that comes after
    them. While no page is answered the time goes on: it is given back by the first run after that."""
    if off_since(now) is None:
        return 0
    with transaction.atomic():
        wait_for_locks(LOCK_SECONDS)
        lock_transaction("draws.make_up")
        since = off_since(now)
        if since is None:  # another sweep was first
            return 0
        if not is_answering(now=now):
            keep_gap(since=since)  # this run would end what its own late ones have to say
            return 0
        # Their rows before what answers lock after them.
        draws = list(_concerned().select_for_update(of=("self",)).select_related("project"))
        given = [(draw, _tried(draw, _give_back, draw, since, now=now)) for draw in draws]
        for draw, cut in given:
            if cut is not None:
                _tried(draw, _tell, draw, since, now=now)
        for draw, cut in given:
            for pk in cut or ():
                _tried(draw, replies.end_cut_off, invitation_id=pk, now=now, entropy=entropy)
        note_run(SWEEP, now=now)
        end_gap(now=now)
    return len(draws)


def _tried(draw: Draw, do: Callable[..., T], *args: Any, **facts: Any) -> T | None:
    """Do a part for one draw; what fails undoes nothing else. A lock that was not given does: nobody's time
    passes meanwhile."""
    try:
        with transaction.atomic():
            return do(*args, **facts)
    except OperationalError:
        raise
    except Exception as error:
        check_stopped(error)
        logger.exception("draw %s: not all could be made up for it", draw.pk)
        return None


def _concerned() -> QuerySet[Draw]:
    waiting = Invitation.objects.filter(draw=OuterRef("pk"), state=InvitationState.INVITED)
    rows = Draw.objects.filter(Exists(waiting)).exclude(status__in=INVALID)
    return rows.exclude(projects__status=ProjectStatus.ARCHIVED).order_by("pk")


def _give_back(draw: Draw, since: datetime, *, now: datetime) -> list[int] | None:
    """Let the clocks of ``draw`` go on as they stood when the service went off; return the lines that had
    time left then, and whose panel has sat since. None: nothing has changed for anybody."""
    is_paused = pause_of(draw) is not None
    if not is_paused:
        for pk in _open(draw).filter(reached_at__isnull=True).values_list("pk", flat=True):
            clock.keep_clock(invitation_id=pk)  # its letter may have gone out just before
    cut = _cut(draw, since, now=now)
    if is_paused:
        return cut or None
    stop_clocks(draw, now=since)
    moved = start_clocks(draw, now=now)
    # By a reminder he hears until when he can answer now.
    Invitation.objects.filter(pk__in=[row.pk for row in moved]).update(reminded_at=None)
    return cut


def _cut(draw: Draw, since: datetime, *, now: datetime) -> list[int]:
    rows = _open(draw).filter(
        Q(time_left=None, deadline_at__gt=since) | Q(time_left__gt=timedelta())
    )
    found = list(rows.filter(reached_at__isnull=False).order_by("line"))
    for row in found:
        row.draw = draw
    return [row.pk for row in found if since < closing_of(row) <= now and is_written(row)]


def _open(draw: Draw) -> QuerySet[Invitation]:
    return Invitation.objects.filter(draw=draw, state=InvitationState.INVITED)


def _tell(draw: Draw, since: datetime, *, now: datetime) -> None:
    # Not how many: that says who was reached.
    times = {"停机开始": moment_text(since), "恢复运行": moment_text(now)}
    head = (
        _tried(draw, _note, draw, now=now) or ""
    )  # rows that were altered are told of by an alarm
    after = times | at_head(head)
    DrawAlarm.objects.update_or_create(
        draw=draw,
        kind=AlarmKind.OFF,
        defaults={
            "detail": f"{times['停机开始']} 至 {times['恢复运行']} ",
            "raised_at": now,
            "done_at": now,
        },
    )
    record("draw.service_off", actor=None, now=now, subject=draw, after=after)
    users = {one.pk: one for one in [draw.operator, *staff_of(draw, *WATCHERS)]}
    named = {"抽取编号": draw.number, "项目名称": draw.title}
    key = f"service-off:{draw.pk}:{now:%Y%m%d%H%M%S}"
    tell_staff(SERVICE_OFF, users.values(), about=draw, context=named | times, key=key, now=now)


def _note(draw: Draw, *, now: datetime) -> str:
    if not draw.is_random:
        return ""
    hand = by_system(StepReason.SERVICE_OFF)
    return write_note(draw, NoteCode.DEADLINE_MOVED, hand=hand, now=now)
