"""A supervisor lets a draw go on that stood since the pool was changed after the seal (docs/decisions/0112)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import (
    SEATED_STATES,
    ActionCode,
    ExclusionReason,
    InvitationState,
    ReplyVia,
    StepReason,
)
from expertpool.draws.exceptions import PauseRefused
from expertpool.draws.models import AnswerRequest, Draw, DrawPlan, Invitation
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.blocks import Openings
from expertpool.draws.queries.clock import waits_for_supervisor
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.holding import SEATING_LOCK, free, hold_seats
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.pausing import end_pause
from expertpool.draws.services.pool_pauses import hands_in, stop_for_supervisor
from expertpool.draws.services.seating import (
    ask_again,
    fill_or_end,
    leave_uninvited,
    plan_of,
)
from expertpool.draws.services.state import at_head, load_state
from expertpool.draws.services.turns import Lost, unavailable
from expertpool.draws.services.written import write_lines
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.workflow.services.two_persons import end_with_subject


@transaction.atomic
def resume_changed(
    *, draw: Draw, reason: str, actor: User, now: datetime, entropy: Entropy
) -> bool:
    """Let ``draw`` go on after ``actor`` has looked at what was changed; False: something else was
    changed meanwhile, and it stands again.

    Refuses (PauseRefused) without a reason, a draw that does not stand for it, and whoever runs the
    draw, changed the pool, or need not be another person than they.
    """
    draw = lock_draw(draw.pk, archived=PauseRefused(ARCHIVED))
    check_action(ActionCode.RESUME_CHANGED, draw, actor=actor, now=now)
    pause = end_pause(draw, reason=reason, actor=actor, now=now)
    _go_on(draw, pause.lost, now=now, entropy=entropy)
    return not waits_for_supervisor(draw)


def _go_on(draw: Draw, lost: Collection[str], *, now: datetime, entropy: Entropy) -> None:
    """Go on with a draw that a supervisor looked at: of those who were ``lost`` (commitments) whoever
    can sit again keeps his seat or gets his turn, the others lose it; then what is due is filled.

    Who has no letter yet is asked about anew: what was changed of him meanwhile stops the draw
    again. The caller holds the draw's row lock.
    """
    lock_transaction(SEATING_LOCK)
    state, plan = load_state(draw), plan_of(draw)
    openings = Openings(draw, state.order.sealed)
    rows = {
        row.commit: row
        for row in Invitation.objects.filter(draw=draw, state__in=SEATED_STATES)
        if row.commit in lost or row.is_unreached
    }
    found = _lost_again(draw, plan, rows, openings, now=now)
    leaving = {rows[commit]: one.reason for commit, one in found.items() if commit in lost}
    _end_seats(draw, list(leaving), now=now)
    state, head = leave_uninvited(draw, state, leaving, StepReason.POOL_CHANGED, now=now)
    if head:  # nothing may follow that has one in the log
        record("draw.unseat", actor=None, now=now, subject=draw, after=at_head(head))
    others = {commit: one for commit, one in found.items() if commit not in lost}
    hands = hands_in(draw, others, turns=len(rows), now=now)
    if hands.fresh:
        stop_for_supervisor(draw, hands, now=now)
    elif state.end is None:
        fill_or_end(draw, state, plan, now=now, entropy=entropy)
    else:
        ask_again(draw, state, plan, by_system(StepReason.SEAT_FREE), now=now, entropy=entropy)


def _lost_again(
    draw: Draw, plan: DrawPlan, rows: Mapping[str, Invitation], openings: Openings, *, now: datetime
) -> dict[str, Lost]:
    """Return who of the seated ``rows`` (by commitment) could not be seated now; that they are held for
    this very draw is no reason."""
    people = openings.of(rows)
    free(draw, rows.values(), now=now)
    found = unavailable(draw, plan, people, rows.values(), now=now)
    elsewhere = [one.expert_id for one in found.values() if one.reason == ExclusionReason.HELD]
    seats = [(row, people[commit].expert_id) for commit, row in rows.items()]
    hold_seats(draw, seats, away=elsewhere, now=now)
    return found


def _end_seats(draw: Draw, rows: Sequence[Invitation], *, now: datetime) -> None:
    """Write that ``rows`` lost their seats; what waits about them ends."""
    for row in rows:
        row.draw = draw
        why = f"参与状态已是「{InvitationState.CONFLICT.label}」"
        end_with_subject(AnswerRequest, row, why=why, now=now)
        cancel_messages(about=row)
    write_lines(
        rows,
        state=InvitationState.CONFLICT,
        replied_at=now,
        replied_via=ReplyVia.SYSTEM,
        reminded_at=None,
    )
    free(draw, rows, now=now)
    # Nobody finds a seat in his own area of which he was never told.
    unheard = [row.pk for row in rows if not row.has_heard]
    Invitation.objects.filter(pk__in=unheard).update(seat_key=None)
