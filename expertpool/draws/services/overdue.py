"""What should have happened by now and did not: found each minute, told once, and done.

A deadline is a job of its own that is tried until it succeeds. Here nothing depends on that job:
whatever is due by the rows themselves is found, also if its job failed for good or never was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from expertpool.audit.services import is_rewritten
from expertpool.core.jobs import defer
from expertpool.core.locks import wait_for_locks
from expertpool.draws.enums import INVALID, AlarmKind, DrawStatus, InvitationState
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent, Invitation
from expertpool.draws.queries.clock import pool_pauses
from expertpool.draws.queries.draws import never_ordered
from expertpool.draws.queries.emergency import forged_emergencies
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.outage import off_since
from expertpool.draws.queries.requests import forged_about
from expertpool.draws.queries.reveal import is_authentic, logged_moves, proven_opening
from expertpool.draws.queries.waiting import still_waiting, waiting_for_answers
from expertpool.draws.queries.written import as_written, forged_lines, has_to_answer, is_over
from expertpool.draws.services import clock, leavers, names, ordering, outage, replies
from expertpool.draws.services.alarms import Overdue, open_alarms, raise_alarm
from expertpool.draws.services.checking import check_stopped
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.shut_contacts import still_shut
from expertpool.projects.enums import ProjectStatus

logger = logging.getLogger(__name__)
T = TypeVar("T")

# What is due for less than this may still be on its way by its own job.
LATE_AFTER = timedelta(minutes=1)
# Verifying waits behind files and statistics; one minute's sweep asks for so many at most.
UNCHECKED_AFTER, MOST_CHECKED = timedelta(minutes=2), 20
# One draw whose rows somebody holds does not keep the sweep from the others.
LOCK_SECONDS = 5
# What somebody else than this system has written.
WRITTEN = {
    AlarmKind.REVEAL,
    AlarmKind.LINE,
    AlarmKind.EMERGENCY,
    AlarmKind.REQUEST,
    AlarmKind.CONTACT,
    AlarmKind.LOG,
}


def sweep(*, now: datetime, entropy: Entropy) -> int:
    """Do what is overdue at ``now``, each draw in transactions of its own; return how many things.

    Each is told first, once for each draw and kind of alarm: the log, whoever holds draws.alarms, the page
    of the draw. What fails is logged and found again by the next sweep. Before all else everybody gets back the
    time in which no sweep ran. A draw whose next letter would ask
    somebody who has left the pool stops for a supervisor.
    """
    outage.make_up(now=now, entropy=entropy)
    done = 0
    for draw_id in _looked(unchecked, now):
        defer("draws.check_record", draw_id=draw_id)
    for draw_id in _looked(leavers.draws_to_stop, now):
        try:
            leavers.stop_for_leavers(draw_id=draw_id, now=now)
        except Exception as error:
            check_stopped(error)
            logger.exception("draw %s could not be stopped for who has left the pool", draw_id)
    for found in _amiss(now):
        try:
            raise_alarm(found, now=now)
            if found.kind in WRITTEN | {AlarmKind.UNORDERED}:
                continue  # nothing makes that good but a person
            make_good(found, now=now, entropy=entropy)
        except Exception as error:
            check_stopped(error)
            logger.exception("draw %s: %s could not be made good", found.draw_id, found.kind)
        else:
            done += 1
    return done


def _looked(look: Callable[..., Sequence[T]], now: datetime) -> Sequence[T]:
    """Return what ``look`` finds; where it cannot, the others go on: a sweep that fails as a whole is as good
    as none, and all clocks would stand."""
    try:
        return look(now=now)
    except Exception as error:
        check_stopped(error)
        logger.exception("%s could not look", look.__qualname__)
        return ()


def _amiss(now: datetime) -> Iterator[Overdue]:
    # One after the other: whoever was told of a moved time is not late with his release.
    for look in (
        moved_reveals,
        _written_lines,
        _written_emergencies,
        _written_requests,
        _written_contacts,
        _rewritten_log,
        _past_ordering,
        overdue,
        _unordered,
    ):
        yield from _looked(look, now)


def _written_lines(*, now: datetime) -> list[Overdue]:
    lines = dict.fromkeys(row.draw_id for row in forged_lines())
    return _written([*lines], AlarmKind.LINE, now=now)


def _written_emergencies(*, now: datetime) -> list[Overdue]:
    return _written([row.draw_id for row in forged_emergencies()], AlarmKind.EMERGENCY, now=now)


def _written_requests(*, now: datetime) -> list[Overdue]:
    return _written(forged_about(), AlarmKind.REQUEST, now=now)


def _written_contacts(*, now: datetime) -> list[Overdue]:
    return _written(still_shut(now=now), AlarmKind.CONTACT, now=now)


def _rewritten_log(*, now: datetime) -> list[Overdue]:
    """Return the draws that wait for answers while nothing says which ones were taken back with the end of the log."""
    waiting = Invitation.objects.filter(draw=OuterRef("pk"), state=InvitationState.INVITED)
    running = Draw.objects.filter(Exists(waiting), status=DrawStatus.INVITING).order_by("pk")
    found = list(running.values_list("pk", flat=True)) if is_rewritten() else []
    return _written(found, AlarmKind.LOG, now=now)


def _unordered(*, now: datetime) -> list[Overdue]:
    return [Overdue(pk, AlarmKind.ORDER) for pk in ordering.unordered(now=now)]


def overdue(*, now: datetime) -> list[Overdue]:
    """Return what should have happened by ``now`` and did not. While no page is answered nothing that waits for
    answers is late."""
    late = now - LATE_AFTER
    is_held = off_since(now) is not None  # as it is now, not a minute ago
    waited = now if is_held else late
    waiting = Invitation.objects.filter(draw=OuterRef("pk"), state=InvitationState.INVITED)
    # Not late: somebody else set the time, and names stay sealed (`moved_reveals`).
    moved = open_alarms(AlarmKind.REVEAL).filter(draw=OuterRef("pk"))
    # By their rows nobody, or somebody, waits; this system may have written otherwise.
    told = Exists(open_alarms(AlarmKind.LINE).filter(draw=OuterRef("pk")))
    # What is archived or void changes no more, but names become public at their time.
    running = Draw.objects.exclude(status__in=INVALID).exclude(
        projects__status=ProjectStatus.ARCHIVED
    )
    found: dict[AlarmKind, QuerySet[Draw]] = {
        AlarmKind.ANSWERS: running.filter(Exists(waiting.filter(deadline_at__lte=late))),
        AlarmKind.END: running.filter(~Exists(waiting) | told, status=DrawStatus.INVITING).exclude(
            pk__in=_standing(now)
        ),
        AlarmKind.RELEASE: Draw.objects.filter(
            ~Exists(moved),
            ~waiting_for_answers(waited),
            Q(ended_at__isnull=True) | Q(ended_at__lte=late),  # by its end it is due
            ordered_at__isnull=False,
            released_at__isnull=True,
            reveal_at__lte=late,
        ),
    }
    if is_held:
        found[AlarmKind.ANSWERS] = running.none()
    clocks = {row.draw_id for row in clock.late_clocks(late=late)}
    found[AlarmKind.CLOCK] = running.filter(pk__in=clocks)
    due = {
        kind: list(draws.order_by("pk").values_list("pk", flat=True))
        for kind, draws in found.items()
    }
    # Somebody is waited for whose line, or whose panel's time, another has written (`_written_lines`).
    released = Draw.objects.filter(pk__in=due[AlarmKind.RELEASE]).select_related("project")
    still = still_waiting(released, now=waited)
    due[AlarmKind.RELEASE] = [pk for pk in due[AlarmKind.RELEASE] if pk not in still]
    ending = list(Draw.objects.filter(pk__in=due[AlarmKind.END]).order_by("pk"))
    due[AlarmKind.END] = [draw.pk for draw in ending if not has_to_answer(draw)]
    due[AlarmKind.ANSWERS] += [draw.pk for draw in ending if _is_sat_out(draw, late)]
    return [Overdue(draw_id, kind) for kind, ids in due.items() for draw_id in ids]


def _is_sat_out(draw: Draw, late: datetime) -> bool:
    """Whether the panel of ``draw`` sits, and waits for somebody whose row another has written as if he had
    answered."""
    lines = as_written(list(draw.invitations.exclude(state=InvitationState.INVITED)))
    waiting = (line for line in lines if line.state == InvitationState.INVITED)
    return any(is_over(line, now=late) for line in waiting)


def _past_ordering(*, now: datetime) -> list[Overdue]:
    """Return the draws that waited to be ordered until their panel sat, and of which nobody was told yet: they
    can only be given up."""
    told = open_alarms(AlarmKind.UNORDERED).filter(draw=OuterRef("pk"))
    found = never_ordered(now).filter(~Exists(told)).order_by("pk")
    return [Overdue(pk, AlarmKind.UNORDERED) for pk in found.values_list("pk", flat=True)]


def _standing(now: datetime) -> list[int]:
    """The draws that wait for a supervisor, and whose panel does not sit yet: nothing of them is late."""
    rows = pool_pauses().select_related("draw__project")
    return [row.draw_id for row in rows if next_opening(row.draw.covered, now=now) > now]


def moved_reveals(*, now: datetime) -> list[Overdue]:
    """Return the draws whose names are sealed and whose time to open them, or to sit, this system did not
    set; one that is as it was set again is amiss no more. A void draw keeps the opening of its proof: its
    projects are drawn again, and may be moved."""
    sealed = Invitation.objects.filter(draw=OuterRef("pk"), expert__isnull=True)
    # The rule is large, and is not asked.
    draws = list(
        Draw.objects.filter(Exists(sealed))
        .only("number", "seal", "reveal_at", "released_at", "reveal_proof", "moves", "status")
        .annotate(opens_at=Min("projects__opening_at"))
        .order_by("pk")
    )
    logged = logged_moves(draw.pk for draw in draws)
    moved = [
        draw.pk
        for draw in draws
        if not is_authentic(draw)
        or draw.moves < logged[draw.pk]
        # of before openings were proven: nothing says it
        or (draw.is_valid and draw.opens_at != (proven_opening(draw) or draw.opens_at))
    ]
    return _written(moved, AlarmKind.REVEAL, now=now)


def _written(draw_ids: list[int], kind: AlarmKind, *, now: datetime) -> list[Overdue]:
    open_alarms(kind).exclude(draw__in=draw_ids).update(done_at=now)
    return [Overdue(draw_id, kind) for draw_id in draw_ids]


def unchecked(*, now: datetime) -> list[int]:
    """Return the draws of which an event was not verified for some minutes, or is of a time to come: its
    job was lost, or somebody else wrote it; and those that one check told of while another found that
    they hold."""
    newest = DrawEvent.objects.filter(draw=OuterRef("pk")).order_by("-n")
    draws = Draw.objects.annotate(
        last=Subquery(newest.values("n")[:1]),
        seen=Subquery(newest.values("at")[:1]),
        has_alarm=Exists(open_alarms(AlarmKind.RECORD).filter(draw=OuterRef("pk"))),
    )
    # One that does not hold is told by its alarm already.
    waited = Q(seen__lte=now - UNCHECKED_AFTER) | Q(seen__gt=now)
    lost = Q(waited, has_alarm=False, last__gt=F("checked_events"))
    found = draws.filter(lost | Q(has_alarm=True, last=F("checked_events")))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_CHECKED])


@transaction.atomic
def make_good(found: Overdue, *, now: datetime, entropy: Entropy) -> None:
    """Do what is late, in one transaction; a second one at the same time finds nothing left."""
    wait_for_locks(LOCK_SECONDS)
    match found.kind:
        case AlarmKind.ORDER:
            ordering.order_due(draw_id=found.draw_id, now=now, entropy=entropy)
        case AlarmKind.ANSWERS:
            replies.expire_due(draw_id=found.draw_id, now=now, entropy=entropy)
        case AlarmKind.CLOCK:
            for pk in _unreached(found.draw_id):
                clock.keep_clock(invitation_id=pk)
        case AlarmKind.RELEASE:
            names.release(draw_id=found.draw_id, now=now)
        case AlarmKind.END:
            replies.end_due(draw_id=found.draw_id, now=now, entropy=entropy)
    DrawAlarm.objects.filter(draw_id=found.draw_id, kind=found.kind).update(done_at=now)


def _unreached(draw_id: int) -> list[int]:
    rows = Invitation.objects.filter(draw_id=draw_id, state=InvitationState.INVITED)
    return list(rows.filter(reached_at__isnull=True).values_list("pk", flat=True))
