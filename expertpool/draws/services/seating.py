"""Steps 4 to 7 of VDRAW-1 on stored draws: seat, invite, replace, end.

Everybody who changes seats holds the draw's row lock, then the one seating lock: seats of all
draws compete for the same experts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import (
    SKIP_REASON,
    DrawStatus,
    InvitationState,
    Knowledge,
    Origin,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.actions import NOBODY_LEFT
from expertpool.draws.queries.blocks import Openings
from expertpool.draws.queries.eligibility import Exclusions
from expertpool.draws.queries.identity import Identity
from expertpool.draws.services.beside import beside
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand, by_system
from expertpool.draws.services.holding import SEATING_LOCK, free
from expertpool.draws.services.inviting import Place, invite
from expertpool.draws.services.state import append_events, at_head, load_state
from expertpool.draws.services.status import set_draw_status
from expertpool.draws.services.telling import tell_moved_up

NOBODY: Mapping[str, str] = MappingProxyType({})


def seat_draw(
    *, draw: Draw, order: vdraw.Order, is_fresh: bool, now: datetime, entropy: Entropy
) -> None:
    """Seat the order for the first time, invite, and end at once if nobody is in the hat.

    Between seal and order somebody may have been held elsewhere, gone on leave …: he exits before
    he is invited, and is supplemented in the same transaction. Nobody is asked about again where
    the seal ``is_fresh``: made in this transaction, under the seating lock.
    """
    lock_transaction(SEATING_LOCK)
    step = vdraw.seat_first(order)
    head = append_events(draw, step.events, hand=by_system(StepReason.ORDERED), now=now)
    plan = _plan_of(draw)
    openings = Openings(draw, order.sealed)
    found = openings.of(seat.commit for seat in step.seats)
    lost = {} if is_fresh else _unavailable(draw, plan, found, now=now)
    # Of a panel that another draw began, all who come now are supplements.
    origin = Origin.SUPPLEMENT if draw.widens_id else Origin.DRAWN
    gone = _seat_rows(draw, plan, step, openings, origin, lost, now=now, entropy=entropy)
    state = step.state
    # Standbys first: none of them moves up only to leave.
    for invitation, reason in sorted(gone, key=lambda row: not row[0].is_standby):
        exited = vdraw.exit_expert(state, invitation.commit, reason)
        head = append_events(draw, exited.events, hand=by_system(StepReason.UNAVAILABLE), now=now)
        _move_up(draw, exited, now=now)
        state = exited.state
    seated = {"入席人数": len(step.seats), "其中已不能参加": len(gone)}
    record("draw.seat", actor=None, now=now, subject=draw, after=seated | at_head(head))
    _refill(draw, state, plan, now=now, entropy=entropy)


@dataclass(frozen=True)
class Left:
    """A draw after somebody left it; ``head`` is that of the chain of its events."""

    draw: Draw
    plan: DrawPlan
    state: vdraw.Standing
    head: str


def leave_seat(*, invitation: Invitation, reason: str, hand: Hand, now: datetime) -> Left:
    """Take ``invitation`` (already in an exit state) off its seat; `refill` comes next.

    The caller holds the draw's row lock. ``reason`` is an exit reason of the protocol.
    """
    lock_transaction(SEATING_LOCK)
    draw = invitation.draw
    free([invitation])
    state = load_state(draw)
    step = vdraw.exit_expert(state, invitation.commit, reason)
    head = append_events(draw, step.events, hand=hand, now=now)
    reopen(draw, now=now)
    plan = _plan_of(draw)
    _move_up(draw, step, now=now)
    return Left(draw, plan, step.state, head)


def carry_on(draw: Draw, *, now: datetime, entropy: Entropy) -> None:
    """Fill what is due in a running draw, or end it; nothing while somebody has to answer. The caller
    holds the row lock."""
    if Invitation.objects.filter(draw=draw, state=InvitationState.INVITED).exists():
        return
    lock_transaction(SEATING_LOCK)
    _refill(draw, load_state(draw), _plan_of(draw), now=now, entropy=entropy)


def refill(left: Left, *, now: datetime, entropy: Entropy) -> None:
    """Supplement the draw that somebody left, or end it."""
    _refill(left.draw, left.state, left.plan, now=now, entropy=entropy)


def supplement_again(*, draw: Draw, actor: User, now: datetime, entropy: Entropy) -> int:
    """Walk the order again for seats still free, and log it; return how many were seated.

    For a draw that ended short: who was skipped then may be free now. The caller holds the row lock.
    Refuses (DrawNotReady) where nobody can be seated, before anything is written: the record of an
    ended draw ends with its end.
    """
    lock_transaction(SEATING_LOCK)
    state = load_state(draw)
    plan = _plan_of(draw)
    openings = Openings(draw, state.order.sealed)
    step = vdraw.supplement(state, asks(draw, state, plan, openings, now=now))
    if not step.seats:
        raise DrawNotReady(NOBODY_LEFT)
    reopen(draw, now=now)
    hand = Hand(StepVia.PAGE, StepReason.ASKED_AGAIN, actor)
    _store_supplement(draw, step, hand, now=now)
    _seat_rows(draw, plan, step, openings, Origin.SUPPLEMENT, now=now, entropy=entropy)
    return len(step.seats)


def _store_supplement(draw: Draw, step: vdraw.Step, hand: Hand, *, now: datetime) -> None:
    head = append_events(draw, step.events, hand=hand, now=now)
    after = {"补抽人数": len(step.seats)} | at_head(head)
    record("draw.supplement", actor=hand.actor, now=now, subject=draw, after=after)


def finish_if_answered(draw: Draw, state: vdraw.Standing, *, now: datetime) -> None:
    """End the draw when nobody is left to answer: success, success by supplement, unsatisfied.
    Once the panel sits also with a seat that somebody left. Announces DrawEnded.
    """
    if draw.status != DrawStatus.INVITING:
        return
    if Invitation.objects.filter(draw=draw, state=InvitationState.INVITED).exists():
        return
    sits = state.has_opened(now)
    step = vdraw.end_draw(state, closed=sits)
    why = StepReason.PANEL_SITS if sits else StepReason.ALL_ANSWERED
    head = append_events(draw, step.events, hand=by_system(why), now=now)
    end_as(draw, DrawStatus(str(step.state.end)), now=now, head=head)


def end_as(draw: Draw, status: DrawStatus, *, now: datetime, head: str = "") -> None:
    """Write how a draw ended, with the ``head`` of the chain of its events; its sheet is kept.
    Announces DrawEnded."""
    set_draw_status(draw, status, actor=None, now=now)
    after = {"状态": draw.status_label} | at_head(head)
    record("draw.end", actor=None, now=now, subject=draw, after=after)
    defer("draws.store_sheet", lock=f"draw-sheet-{draw.pk}", draw_id=draw.pk)


def _refill(
    draw: Draw, state: vdraw.Standing, plan: DrawPlan, *, now: datetime, entropy: Entropy
) -> None:
    # Once the panel sits nobody new is asked: his time to answer would be over before it began.
    may_ask = not state.has_opened(now)
    if state.is_due and state.has_free_seats and may_ask:
        openings = Openings(draw, state.order.sealed)
        step = vdraw.supplement(state, asks(draw, state, plan, openings, now=now))
        _store_supplement(draw, step, by_system(StepReason.SEAT_FREE), now=now)
        _seat_rows(draw, plan, step, openings, Origin.SUPPLEMENT, now=now, entropy=entropy)
        if step.seats:
            return  # they have to answer first
        state = step.state
    finish_if_answered(draw, state, now=now)


def _seat_rows(
    draw: Draw,
    plan: DrawPlan,
    step: vdraw.Step,
    openings: Openings,
    origin: Origin,
    lost: Mapping[str, str] = NOBODY,
    *,
    now: datetime,
    entropy: Entropy,
) -> list[tuple[Invitation, str]]:
    """Store the newly seated and invite them; return, uninvited, those who are ``lost`` (reasons
    by commitment). Whoever a supplement seats was asked about when his turn came."""
    # Somebody who sits takes a seat of another group, so that one more finds place.
    for seat in step.moved:
        Invitation.objects.filter(draw=draw, commit=seat.commit).update(
            group=seat.group, level=seat.level
        )
    people = openings.of(seat.commit for seat in step.seats)
    line = len(step.state.used) - len(step.seats)  # whoever was ever seated has one
    places = [
        Place(people[seat.commit], seat, line + n, conflict=seat.commit in lost)
        for n, seat in enumerate(step.seats, start=1)
    ]
    rows = invite(draw=draw, places=places, origin=origin, now=now, entropy=entropy)
    return [(row, lost[row.commit]) for row in rows if row.commit in lost]


def _move_up(draw: Draw, step: vdraw.Step, *, now: datetime) -> None:
    """Give the seat that became free to the standby who takes it, and tell him, whether he has
    answered or not."""
    if step.moved_up is None:
        return
    seat = step.moved_up
    rows = Invitation.objects.filter(draw=draw, commit=seat.commit)
    rows.update(group=seat.group, level=seat.level, moved_up_at=now)
    row = rows.get()
    row.draw = draw
    tell_moved_up(row, now=now)


def asks(
    draw: Draw, state: vdraw.Standing, plan: DrawPlan, openings: Openings, *, now: datetime
) -> vdraw.Unavailable:
    """Return the engine's question whether a candidate, whose turn came in a supplement of
    ``state``, can be seated now."""
    panel = beside(draw)
    exclusions = Exclusions(plan, now=now, draw=draw, knowing=Knowledge.ALL)

    def unavailable(commit: str) -> str | None:
        people = openings.of([commit])
        expert_id = people[commit].expert_id
        reason = panel.reason(expert_id) if panel else None
        reason = reason or _lost(exclusions, people).get(commit)
        if reason is None and panel:
            if panel.fills_twice(state, commit):
                # The protocol has no word of its own for a seat that another draw has filled.
                return "ineligible"
            panel.seat(commit, expert_id)
        return reason

    return unavailable


def _unavailable(
    draw: Draw, plan: DrawPlan, people: Mapping[str, Identity], *, now: datetime
) -> dict[str, str]:
    """Return the reason (of the protocol) for each of the first seated who cannot come any more."""
    lost = _lost(Exclusions(plan, now=now, draw=draw, knowing=Knowledge.ALL), people)
    if panel := beside(draw):
        for commit, one in people.items():
            if commit in lost:
                continue
            if reason := panel.reason(one.expert_id):
                lost[commit] = reason
            else:
                panel.seat(commit, one.expert_id)
    return lost


def _lost(exclusions: Exclusions, people: Mapping[str, Identity]) -> dict[str, str]:
    experts = {one.expert_id: commit for commit, one in people.items()}
    lost = exclusions.of(experts)
    return {experts[expert_id]: SKIP_REASON[reason] for expert_id, reason in lost.items()}


def reopen(draw: Draw, *, now: datetime) -> None:
    """Take an ended draw back to inviting, since a seat became free again."""
    if draw.status != DrawStatus.INVITING:
        set_draw_status(draw, DrawStatus.INVITING, actor=None, now=now)


def _plan_of(draw: Draw) -> DrawPlan:
    """Read the plan, and the locked project of ``draw`` with what letters say of it."""
    plans = DrawPlan.objects.select_related("project__purchaser", "project__department")
    plan = plans.get(project_id=draw.project_id)
    draw.project = plan.project
    return plan


def has_more(draw: Draw, *, now: datetime) -> bool:
    """Tell whether a supplement of ``draw`` would fill a seat of the panel now. The caller holds
    the seating lock, and nothing changes."""
    state = load_state(draw)
    if not state.lacking:
        return False
    openings = Openings(draw, state.order.sealed)
    step = vdraw.supplement(state, asks(draw, state, _plan_of(draw), openings, now=now))
    return sum(step.state.lacking.values()) < sum(state.lacking.values())
