"""Time in which the service was off counts for nobody (docs/decisions/0154)."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef

from expertpool.audit.services import record
from expertpool.core.duties import note_run
from expertpool.core.locks import wait_for_locks
from expertpool.core.text import moment_text
from expertpool.draws.enums import INVALID, InvitationState, NoteCode, StepReason
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.occasions import SERVICE_OFF
from expertpool.draws.queries.clock import closing_of
from expertpool.draws.queries.outage import SWEEP, off_since
from expertpool.draws.queries.written import is_written
from expertpool.draws.services import replies
from expertpool.draws.services.checking import check_stopped
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.pausing import start_clocks, stop_clocks
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import WATCHERS, staff_of, tell_staff
from expertpool.projects.enums import ProjectStatus

logger = logging.getLogger(__name__)

LOCK_SECONDS = 5


def make_up(*, now: datetime, entropy: Entropy) -> int:
    """Give back to everybody who is asked the time in which the service was off, before anything else
    is done at ``now``; return in how many draws. All in one transaction with the run that ends it: where
    somebody holds a row, all clocks stand until the next try."""
    since = off_since(now)
    if since is None:
        return 0
    with transaction.atomic():
        wait_for_locks(LOCK_SECONDS)
        draws = _concerned()
        for draw_id in draws:
            try:
                with transaction.atomic():
                    _make_up(draw_id, since, now=now, entropy=entropy)
            except OperationalError:  # a lock that was not given: nobody's time passes meanwhile
                raise
            except Exception as error:
                check_stopped(error)
                logger.exception("draw %s: its time could not be given back", draw_id)
        note_run(SWEEP, now=now)
    return len(draws)


def _concerned() -> list[int]:
    waiting = Invitation.objects.filter(draw=OuterRef("pk"), state=InvitationState.INVITED)
    paused = DrawPause.objects.filter(draw=OuterRef("pk"), resumed_at__isnull=True)
    rows = Draw.objects.filter(Exists(waiting), ~Exists(paused)).exclude(status__in=INVALID)
    rows = rows.exclude(projects__status=ProjectStatus.ARCHIVED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _make_up(draw_id: int, since: datetime, *, now: datetime, entropy: Entropy) -> None:
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    cut = _cut(draw, since, now=now)
    stop_clocks(draw, now=since)
    moved = start_clocks(draw, now=now)
    head = _note(draw, now=now)
    times = {"停机开始": moment_text(since), "恢复运行": moment_text(now)}
    after = times | {"顺延答复时限的邀请": len(moved) - len(cut)} | at_head(head)
    record("draw.service_off", actor=None, now=now, subject=draw, after=after)
    users = {one.pk: one for one in [draw.operator, *staff_of(draw, *WATCHERS)]}
    named = {"抽取编号": draw.number, "项目名称": draw.title}
    key = f"service-off:{draw.pk}:{now:%Y%m%d%H%M%S}"
    tell_staff(SERVICE_OFF, users.values(), about=draw, context=named | times, key=key, now=now)
    for pk in cut:
        replies.end_cut_off(invitation_id=pk, now=now, entropy=entropy)


def _cut(draw: Draw, since: datetime, *, now: datetime) -> list[int]:
    """Return the lines that had time left when the service went off, and whose panel has sat since."""
    rows = Invitation.objects.filter(
        draw=draw,
        state=InvitationState.INVITED,
        reached_at__isnull=False,
        deadline_at__gt=since,
    )
    found = list(rows.order_by("line"))
    for row in found:
        row.draw = draw
    return [row.pk for row in found if closing_of(row) <= now and is_written(row)]


def _note(draw: Draw, *, now: datetime) -> str:
    """Say it in the record; one whose rows were altered is told of by its alarm."""
    if not draw.is_random:
        return ""
    hand = by_system(StepReason.SERVICE_OFF)
    try:
        with transaction.atomic():
            return write_note(draw, NoteCode.DEADLINE_MOVED, hand=hand, now=now)
    except OperationalError:
        raise
    except Exception as error:
        check_stopped(error)
        logger.exception("draw %s: its record could not say that the service was off", draw.pk)
        return ""
