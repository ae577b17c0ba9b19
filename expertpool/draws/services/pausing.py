"""Pausing a draw: no letter goes out, nobody's time to answer passes; answers count all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.text import SAY_MORE, is_reason, too_long
from expertpool.draws.enums import ActionCode, InvitationState, NoteCode, StepReason, StepVia
from expertpool.draws.exceptions import PauseRefused
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.clock import closing_of, deadline_from, pause_of, time_left
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.checking import check_stopped
from expertpool.draws.services.hands import Hand
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.pauses import finish_pause
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import tell_step
from expertpool.draws.services.written import PROOF, proven
from expertpool.notifications.services.waiting import bring_forward

CLOCK = ("time_left", "deadline_at", *PROOF)


@transaction.atomic
def pause_draw(*, draw: Draw, reason: str, actor: User, now: datetime) -> DrawPause:
    """Stop the clocks and the letters of a running draw; logs why, and tells supervisors.

    What is being sent at this moment still goes out. One whose record was altered is stopped, too, of
    which the log alone tells. Who has not answered when the panel sits ends
    as without the pause. Refuses (PauseRefused) without a reason, and a draw that does not run, is
    paused already or whose panel sits.
    """
    draw = _lock(draw)
    check_action(ActionCode.PAUSE, draw, actor=actor, now=now)
    pause = DrawPause(draw=draw, reason=_given(reason), paused_by=actor, paused_at=now)
    pause.full_clean()
    pause.save(force_insert=True)
    stopped = stop_clocks(draw, now=now)
    try:
        head = _note(draw, NoteCode.PAUSED, actor=actor, now=now)
    except vdraw.EngineError as error:
        # To stop is what its page asks for then; the log says that it was, if the record cannot.
        check_stopped(error)
        head = ""
    record(
        "draw.pause",
        actor=actor,
        now=now,
        subject=draw,
        after={"停止计时的邀请": stopped} | at_head(head),
        note=pause.reason,
    )
    key = f"paused:{pause.pk}"
    tell_step(draw, "暂停抽取", pause.reason, key=key, actor=actor, now=now)
    return pause


@transaction.atomic
def resume_draw(*, draw: Draw, reason: str, actor: User, now: datetime) -> DrawPause:
    """Let a paused draw go on: everybody has the time that was left to him, and letters go out. Tells
    supervisors.

    Refuses (PauseRefused) without a reason, a draw that is not paused, and one that waits for a
    supervisor (`services.changed_pool`).
    """
    draw = _lock(draw)
    check_action(ActionCode.RESUME, draw, actor=actor, now=now)
    pause = end_pause(draw, reason=reason, actor=actor, now=now)
    key = f"resumed:{pause.pk}"
    tell_step(draw, "恢复抽取", _given(reason), key=key, actor=actor, now=now)
    return pause


def stop_clocks(draw: Draw, *, now: datetime) -> int:
    """Keep what was left of their time at ``now`` to all whose clock runs; return how many. The caller holds
    the draw's row lock."""
    running = [row for row in _open(draw) if row.reached_at is not None and row.time_left is None]
    for row in running:
        left = time_left(row, max(now, row.reached_at or now))
        # While it stands his time ends when the panel sits, paused or not.
        proven(row, time_left=left, deadline_at=closing_of(row))
    Invitation.objects.bulk_update(running, CLOCK)
    return len(running)


def start_clocks(draw: Draw, *, now: datetime) -> list[Invitation]:
    """Let the clocks go on that stand, and return their lines: each has the time that was left to him. The
    caller holds the draw's row lock."""
    stopped = [row for row in _open(draw) if row.time_left is not None]
    for row in stopped:
        length = row.time_left or timedelta()
        proven(row, deadline_at=deadline_from(row, now, length), time_left=None)
    Invitation.objects.bulk_update(stopped, CLOCK)
    for row in stopped:
        # A new job for the new deadline: the one of before finds that it is not due yet.
        defer("draws.expire_invitation", at=row.deadline_at, invitation_id=row.pk)
    return stopped


def end_pause(draw: Draw, *, reason: str, actor: User, now: datetime) -> DrawPause:
    """End the open pause of ``draw``, let clocks and letters go on, and log why."""
    reason = _given(reason)
    pause = pause_of(draw)
    if pause is None:
        raise DrawPause.DoesNotExist
    finish_pause(pause, by=actor, now=now)
    stopped = start_clocks(draw, now=now)
    bring_forward(messages=letters_to(_open(draw)), now=now)
    head = _note(draw, NoteCode.RESUMED, actor=actor, now=now)
    record(
        "draw.resume",
        actor=actor,
        now=now,
        subject=draw,
        after={"继续计时的邀请": len(stopped)} | at_head(head),
        note=reason,
    )
    return pause


def _note(draw: Draw, code: NoteCode, *, actor: User, now: datetime) -> str:
    """Say it in the record of a random draw, without the reason: that may name somebody."""
    if not draw.is_random:
        return ""
    return write_note(draw, code, hand=Hand(StepVia.PAGE, StepReason.OTHER, actor), now=now)


def _open(draw: Draw) -> list[Invitation]:
    rows = list(Invitation.objects.filter(draw=draw, state=InvitationState.INVITED))
    for row in rows:
        row.draw = draw
    return rows


def _given(reason: str) -> str:
    if not is_reason(reason):
        raise PauseRefused(f"请写明原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise PauseRefused(f"原因{refusal}")
    return reason.strip()


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=PauseRefused(ARCHIVED))
