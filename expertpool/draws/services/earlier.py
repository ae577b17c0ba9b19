"""改期 to an earlier time: one person asks, a second one agrees (docs/decisions/0069).

The review takes the opening of names along, so one hand alone could read a sealed panel at once and
move the review back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.enums import ActionCode, StepReason, StepVia
from expertpool.draws.exceptions import RescheduleRefused
from expertpool.draws.models import Draw, RescheduleRequest
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand, confirmation_of
from expertpool.draws.services.locking import lock_panel
from expertpool.draws.services.rescheduling import (
    Move,
    NewMeeting,
    changed_meetings,
    check_seen,
    checked_reason,
    is_earlier,
    move_panel,
    reschedule,
    words_after,
    words_before,
)
from expertpool.workflow.services.two_persons import ask, settle


def move_or_ask(
    *,
    draw: Draw,
    meetings: Sequence[NewMeeting],
    reason: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
    moves: int | None = None,
) -> RescheduleRequest | None:
    """Move the panel of ``draw`` as `rescheduling.reschedule` does; where it would sit earlier, ask for
    that and return the request. Refuses (RescheduleRefused) what either refuses."""
    asked: dict[str, Any] = {"draw": draw, "meetings": meetings, "reason": reason, "moves": moves}
    if is_earlier(draw.covered, meetings):
        return request_earlier(**asked, actor=actor, now=now)
    reschedule(**asked, actor=actor, now=now, entropy=entropy)
    return None


@transaction.atomic
def request_earlier(
    *,
    draw: Draw,
    meetings: Sequence[NewMeeting],
    reason: str,
    actor: User,
    now: datetime,
    moves: int | None = None,
) -> RescheduleRequest:
    """Ask for the panel of ``draw`` to sit earlier; nothing changes until another agrees.

    Refuses (RescheduleRefused) what `rescheduling.reschedule` refuses, that nothing would be earlier
    than before, and while another request is open for the panel.
    """
    draws = _lock(draw)
    for one in draws:
        check_action(ActionCode.RESCHEDULE, one, actor=actor, now=now)
    draw = next(one for one in draws if one.pk == draw.pk)
    check_seen(draw, moves)
    projects = draw.covered
    new = changed_meetings(projects, meetings, now=now)
    if not is_earlier(projects, new):
        raise RescheduleRefused("没有提前的评审时间，请直接改期。")
    request = RescheduleRequest(
        draw=draw,
        meetings=[_stored(one) for one in new],
        before=words_before(projects),
        after=words_after(projects, new),
        reason=checked_reason(reason),
    )
    ask(
        request,
        action="draw.reschedule_request",
        actor=actor,
        now=now,
        refused=RescheduleRefused,
        after=request.after,
    )
    return request


@transaction.atomic
def decide_earlier(
    *,
    request: RescheduleRequest,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> RescheduleRequest:
    """Agree to a request, which moves the panel as `rescheduling.reschedule` does, or turn it down.

    Refuses (RescheduleRefused) the person who asked, a request that was decided, a time that is over
    by now, and a review whose time or place is not any more what whoever asked has seen.
    """
    # All of the panel: its draws move together or not at all.
    draws = _lock(request.draw)
    if agree:
        for one in draws:
            check_action(ActionCode.DECIDE_RESCHEDULE, one, actor=actor, now=now)
        # What he agrees to is a move from there, not from where it was put since.
        if words_before(draws[0].covered) != request.before:
            raise RescheduleRefused("评审时间或地点在申请之后有改动，请退回，由申请人重新提交。")
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=RescheduleRefused)
    if not agree:
        record(
            "draw.reschedule_refuse", actor=actor, now=now, subject=request.draw, note=note.strip()
        )
        return request
    projects = draws[0].covered
    new = changed_meetings(projects, [_read(one) for one in request.meetings], now=now)
    hand = Hand(
        StepVia.PAGE,
        StepReason.RESCHEDULED,
        request.requested_by,
        # Both hands stand in the record: who asked, and who agreed.
        second=actor,
        witness=confirmation_of(request),
    )
    move = Move(new, request.reason, hand, moved_by=request.requested_by, confirmed_by=actor)
    move_panel(draws, move, now=now, entropy=entropy)
    return request


def first_new_opening(request: RescheduleRequest) -> datetime:
    """Return when the panel would sit first: nobody agrees later."""
    return min(_read(one).opening_at for one in request.meetings)


def _lock(draw: Draw) -> list[Draw]:
    return lock_panel(draw, archived=RescheduleRefused(ARCHIVED))


def _stored(one: NewMeeting) -> dict[str, str | int]:
    return {
        "project": one.project_id,
        "opening_at": one.opening_at.isoformat(),
        "place": one.place.strip(),
    }


def _read(stored: dict[str, str | int]) -> NewMeeting:
    opening_at = parse_datetime(str(stored["opening_at"]))
    if opening_at is None:
        message = f"{stored} does not say when"
        raise ValueError(message)
    return NewMeeting(int(stored["project"]), opening_at, str(stored["place"]))
