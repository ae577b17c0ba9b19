"""Steps 4 to 7 of VDRAW-1 on stored draws: seat, invite, replace, end.

Everybody who changes seats holds the draw's row lock, then the one seating lock: seats of all
draws compete for the same experts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.locks import lock_transaction
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import (
    SKIP_REASON,
    DrawStatus,
    ExclusionReason,
    Origin,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import DrawNotReady, HeldRefused
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.blocks import Openings
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.clock import waits_for_supervisor
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.obstacles import NOBODY_LEFT
from expertpool.draws.queries.ways import with_calls
from expertpool.draws.queries.written import has_to_answer
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand, by_system
from expertpool.draws.services.holding import SEATING_LOCK, free
from expertpool.draws.services.inviting import Place, invite
from expertpool.draws.services.pool_pauses import HandsIn, hands_in, stop_for_supervisor
from expertpool.draws.services.state import append_events, at_head, load_state
from expertpool.draws.services.status import set_draw_status
from expertpool.draws.services.telling import tell_moved_up, tell_reopened, tell_short
from expertpool.draws.services.turns import Lost, Turns, held_among, turns_ahead, unavailable

NOBODY: Mapping[str, Lost] = MappingProxyType({})


def seat_draw(
    *, draw: Draw, order: vdraw.Order, is_fresh: bool, now: datetime, entropy: Entropy
) -> None:
    """Seat the order for the first time, invite, and end at once if nobody is in the hat.

    Between seal and order somebody may have been held elsewhere, gone on leave …: he exits before
    he is invited, and is supplemented in the same transaction. Where a hand of the office did that,
    the draw stops before anybody is invited (`services.pool_pauses`). Nobody is asked about again
    where the seal ``is_fresh``: made in this transaction, under the seating lock.
    """
    lock_transaction(SEATING_LOCK)
    step = vdraw.seat_first(order)
    head = append_events(draw, step.events, hand=by_system(StepReason.ORDERED), now=now)
    plan = plan_of(draw)
    openings = Openings(draw, order.sealed)
    found = openings.of(seat.commit for seat in step.seats)
    lost = {} if is_fresh else unavailable(draw, plan, found, now=now)
    state, away = step.state, frozenset[str]()
    if lost:
        ahead = turns_ahead(draw, state, plan, openings, lost, now=now)
        turns = len(step.seats) + ahead.count
        hands = hands_in(draw, {**ahead.lost, **lost}, turns=turns, now=now)
        if hands.fresh:
            # They keep their seats until a supervisor has looked; letters written below are held.
            stop_for_supervisor(draw, hands, now=now)
            away = hands.fresh & held_among(lost)
            lost = {commit: one for commit, one in lost.items() if commit not in hands.fresh}
            state = load_state(draw)
    # Of a panel that another draw began, all who come now are supplements.
    origin = Origin.SUPPLEMENT if draw.widens_id else Origin.DRAWN
    gone = _seat_rows(draw, plan, step, openings, origin, lost, away, now=now, entropy=entropy)
    reasons = {row: lost[row.commit].reason for row in gone}
    state, left = leave_uninvited(draw, state, reasons, StepReason.UNAVAILABLE, now=now)
    head = left or head
    seated = {"入席人数": len(step.seats), "其中已不能参加": len(gone)}
    record("draw.seat", actor=None, now=now, subject=draw, after=seated | at_head(head))
    fill_or_end(draw, state, plan, now=now, entropy=entropy)


def leave_uninvited(
    draw: Draw,
    state: vdraw.Standing,
    rows: Mapping[Invitation, ExclusionReason],
    why: StepReason,
    *,
    now: datetime,
) -> tuple[vdraw.Standing, str]:
    """Take ``rows`` (already in conflict) off their seats, standbys first: none of them moves up only
    to leave. Returns the state, and the head of the chain where somebody left."""
    head = ""
    for row in sorted(rows, key=lambda row: (not row.is_standby, row.line)):
        exited = vdraw.exit_expert(state, row.commit, SKIP_REASON[rows[row]])
        head = append_events(draw, exited.events, hand=by_system(why), now=now)
        _move_up(draw, exited, now=now)
        state = exited.state
    return state, head


@dataclass(frozen=True)
class Left:
    """A draw after somebody left it; ``head`` is that of the chain of its events, ``had_ended`` whether its
    panel was found before."""

    draw: Draw
    plan: DrawPlan
    state: vdraw.Standing
    head: str
    had_ended: bool


def leave_seat(*, invitation: Invitation, reason: str, hand: Hand, now: datetime) -> Left:
    """Take ``invitation`` (already in an exit state) off its seat; `refill` comes next.

    The caller holds the draw's row lock. ``reason`` is an exit reason of the protocol.
    """
    lock_transaction(SEATING_LOCK)
    draw = invitation.draw
    free(draw, [invitation], now=now)
    state = load_state(draw)
    step = vdraw.exit_expert(state, invitation.commit, reason)
    head = append_events(draw, step.events, hand=hand, now=now)
    had_ended = draw.status != DrawStatus.INVITING
    reopen(draw, now=now)
    plan = plan_of(draw)
    _move_up(draw, step, now=now)
    return Left(draw, plan, step.state, head, had_ended)


def carry_on(draw: Draw, *, now: datetime, entropy: Entropy) -> None:
    """Fill what is due in a running draw, or end it; nothing while somebody has to answer. The caller
    holds the row lock."""
    if has_to_answer(draw):
        return
    lock_transaction(SEATING_LOCK)
    fill_or_end(draw, load_state(draw), plan_of(draw), now=now, entropy=entropy)


def refill(left: Left, *, now: datetime, entropy: Entropy) -> None:
    """Supplement the draw that somebody left, or end it. Where its panel was found before and lacks somebody
    again, whoever runs it and who decides on what hands do in it are told."""
    fill_or_end(left.draw, left.state, left.plan, now=now, entropy=entropy)
    if left.had_ended and left.draw.status == DrawStatus.INVITING:
        tell_reopened(left.draw, now=now)


def supplement_again(*, draw: Draw, actor: User, now: datetime, entropy: Entropy) -> int:
    """Walk the order again for seats still free, and log it; return how many were seated.

    For a draw that ended short: who was skipped then may be free now. The caller holds the row lock.
    Refuses (DrawNotReady; HeldRefused where that rests on sealed draws, by the same words) where nobody can
    be seated, before anything is written: the record of an ended draw ends with its end.
    """
    lock_transaction(SEATING_LOCK)
    state = load_state(draw)
    hand = Hand(StepVia.PAGE, StepReason.ASKED_AGAIN, actor)
    turns = Turns(draw, state, plan := plan_of(draw), Openings(draw, state.order.sealed), now=now)
    seated = ask_again(draw, state, plan, hand, turns, now=now, entropy=entropy)
    if not seated and not waits_for_supervisor(draw):
        raise (HeldRefused if turns.rests_on_sealed() else DrawNotReady)(NOBODY_LEFT)
    return seated


def ask_again(
    draw: Draw,
    state: vdraw.Standing,
    plan: DrawPlan,
    hand: Hand,
    turns: Turns | None = None,
    *,
    now: datetime,
    entropy: Entropy,
) -> int:
    """Fill seats of a draw that ended short, and return how many; where nobody can be seated nothing
    is written, and it stands as it ended."""
    openings = Openings(draw, state.order.sealed)
    turns = turns or Turns(draw, state, plan, openings, now=now)
    step = vdraw.supplement(state, turns) if _may_ask(state, now) else None
    hands = hands_in(draw, turns.lost, turns=turns.count, now=now)
    if hands.fresh:
        reopen(draw, now=now)
        stop_for_supervisor(draw, hands, now=now)
        return 0
    if step is None or not step.seats:
        finish_if_answered(draw, state, now=now)
        return 0
    reopen(draw, now=now)
    _store_supplement(draw, step, hand, hands, now=now)
    _seat_rows(draw, plan, step, openings, Origin.SUPPLEMENT, now=now, entropy=entropy)
    return len(step.seats)


def _store_supplement(
    draw: Draw, step: vdraw.Step, hand: Hand, hands: HandsIn, *, now: datetime
) -> None:
    skips = dict.fromkeys(hands.by_hand, by_system(StepReason.POOL_CHANGED))
    head = append_events(draw, step.events, hand=hand, skips=skips, now=now)
    after = {"补抽人数": len(step.seats)} | at_head(head)
    record("draw.supplement", actor=hand.actor, now=now, subject=draw, after=after)


def finish_if_answered(draw: Draw, state: vdraw.Standing, *, now: datetime) -> None:
    """End the draw when nobody is left to answer: success, success by supplement, unsatisfied.
    Once the panel sits also with a seat that somebody left. Announces DrawEnded.
    """
    if draw.status != DrawStatus.INVITING:
        return
    if has_to_answer(draw):
        return
    sits = state.has_opened(now)
    if not sits and waits_for_supervisor(draw):
        return
    if state.end is not None:  # it was to be supplemented once more, and nobody was
        end_as(draw, DrawStatus(str(state.end)), now=now)
        return
    step = vdraw.end_draw(state, closed=sits)
    why = StepReason.PANEL_SITS if sits else StepReason.ALL_ANSWERED
    head = append_events(draw, step.events, hand=by_system(why), now=now)
    end_as(draw, DrawStatus(str(step.state.end)), now=now, head=head)


def end_as(draw: Draw, status: DrawStatus, *, now: datetime, head: str = "") -> None:
    """Write how a draw ended, with the ``head`` of the chain of its events; its sheet is kept. Whoever runs it,
    and who decides on what hands do in it, are told where its panel is short. Announces DrawEnded."""
    set_draw_status(draw, status, actor=None, now=now)
    after = {"状态": draw.status_label} | at_head(head)
    record("draw.end", actor=None, now=now, subject=draw, after=after)
    defer("draws.store_sheet", lock=f"draw-sheet-{draw.pk}", draw_id=draw.pk)
    lacking = board_of(*valid_draws(draw.project)).lacking_words
    if status == DrawStatus.UNSATISFIED and lacking:
        tell_short(draw, lacking, now=now)


def fill_or_end(
    draw: Draw, state: vdraw.Standing, plan: DrawPlan, *, now: datetime, entropy: Entropy
) -> None:
    """Supplement ``draw`` where that is due, or end it where nobody has to answer; the caller holds
    the row lock and the seating lock."""
    if state.is_due and state.has_free_seats and _may_ask(state, now):
        if waits_for_supervisor(draw):
            return
        openings = Openings(draw, state.order.sealed)
        turns = Turns(draw, state, plan, openings, now=now)
        step = vdraw.supplement(state, turns)
        hands = hands_in(draw, turns.lost, turns=turns.count, now=now)
        if hands.fresh:
            stop_for_supervisor(draw, hands, now=now)
            return
        _store_supplement(draw, step, by_system(StepReason.SEAT_FREE), hands, now=now)
        _seat_rows(draw, plan, step, openings, Origin.SUPPLEMENT, now=now, entropy=entropy)
        if step.seats:
            return  # they have to answer first
        state = step.state
    finish_if_answered(draw, state, now=now)


def _may_ask(state: vdraw.Standing, now: datetime) -> bool:
    """Whether somebody new is asked: once the panel sits his time would be over before it began."""
    return not state.has_opened(now)


def _seat_rows(
    draw: Draw,
    plan: DrawPlan,
    step: vdraw.Step,
    openings: Openings,
    origin: Origin,
    lost: Mapping[str, Lost] = NOBODY,
    away: Collection[str] = (),
    *,
    now: datetime,
    entropy: Entropy,
) -> list[Invitation]:
    """Store the newly seated and invite them; return, uninvited, those who are ``lost`` (by
    commitment). Nobody holds those ``away``, who are held elsewhere. Whoever a supplement seats was asked about when his turn came."""
    # Somebody who sits takes a seat of another group, so that one more finds place.
    for seat in step.moved:
        Invitation.objects.filter(draw=draw, commit=seat.commit).update(
            group=seat.group, level=seat.level
        )
    people = openings.of(seat.commit for seat in step.seats)
    line = len(step.state.used) - len(step.seats)  # whoever was ever seated has one
    places = [
        Place(
            people[seat.commit],
            seat,
            line + n,
            conflict=seat.commit in lost,
            away=seat.commit in away,
        )
        for n, seat in enumerate(step.seats, start=1)
    ]
    rows = invite(
        draw=draw,
        places=places,
        origin=origin,
        now=now,
        entropy=entropy,
        channels=with_calls(draw, plan.channels),
    )
    return [row for row in rows if row.commit in lost]


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


def reopen(draw: Draw, *, now: datetime) -> None:
    """Take an ended draw back to inviting, since a seat became free again."""
    if draw.status != DrawStatus.INVITING:
        set_draw_status(draw, DrawStatus.INVITING, actor=None, now=now)


def plan_of(draw: Draw) -> DrawPlan:
    """Read the plan, and the locked project of ``draw`` with what letters say of it."""
    plan: DrawPlan | None = _plans.first(project=draw.project_id)
    if plan is None:
        raise DrawPlan.DoesNotExist
    draw.project = plan.project
    return plan


_plans = Prepared(
    lambda: DrawPlan.objects.select_related("project__purchaser", "project__department").filter(
        project=Given("project")
    )
)


def has_more(draw: Draw, *, now: datetime) -> bool:
    """Tell whether a supplement of ``draw`` would fill a seat of the panel now, or stop for somebody
    whose turn a hand of the office takes. The caller holds the seating lock, and nothing changes."""
    state = load_state(draw)
    if not state.lacking:
        return False
    openings = Openings(draw, state.order.sealed)
    turns = Turns(draw, state, plan_of(draw), openings, now=now)
    step = vdraw.supplement(state, turns)
    if hands_in(draw, turns.lost, turns=turns.count, now=now).fresh:
        return True
    return sum(step.state.lacking.values()) < sum(state.lacking.values())
