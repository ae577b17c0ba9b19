"""Answers to invitations: by link, in the expert's area, by the operator, or none in time.

Each answer is one conditional update: the first valid one wins, everything later is told so.
Each announces InvitationAnswered.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.services import keep_head, record
from expertpool.core.events import publish
from expertpool.core.fields import encrypted
from expertpool.core.jobs import defer, is_queued
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import SAY_MORE, if_seen, is_reason, next_minute
from expertpool.draws.enums import (
    BY_HIMSELF,
    EXIT_REASON,
    SEATED_STATES,
    ActionCode,
    AlarmKind,
    DrawStatus,
    InvitationState,
    ReplyVia,
    StepReason,
    StepVia,
    word_for,
)
from expertpool.draws.events import InvitationAnswered
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import AnswerRequest, Draw, DrawPlan, Invitation
from expertpool.draws.occasions import ASKING, RELEASED
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.asked import why_not_shown
from expertpool.draws.queries.clock import came_back_after, closing_of, was_cut_short
from expertpool.draws.queries.conflicts import gone_seats, gone_words, seats_to_replace
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.obstacles import OVER, check_sitting, check_unpublished
from expertpool.draws.queries.outage import off_since
from expertpool.draws.queries.presence import has_come
from expertpool.draws.queries.tries import check_tries
from expertpool.draws.queries.written import (
    answered_state,
    as_written,
    is_over,
    is_written,
    why_not_over,
)
from expertpool.draws.services.alarms import Overdue, raise_alarm
from expertpool.draws.services.covering import move_projects
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import CONFIRMATION, Hand, confirmation_of
from expertpool.draws.services.holding import hold_whoever_agrees
from expertpool.draws.services.leavers import kept_from_answering, stop_for_kept
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.picked_seats import finish_if_settled, free_picked_seat
from expertpool.draws.services.refusals import tell_held
from expertpool.draws.services.seating import (
    Left,
    carry_on,
    finish_if_answered,
    leave_seat,
    refill,
    supplement_again,
)
from expertpool.draws.services.state import at_head, load_state
from expertpool.draws.services.telling import tell_confirmed, tell_experts
from expertpool.draws.services.written import proven
from expertpool.draws.settings import NOT_IN_POOL, NOT_OF_TIME, OTHER_GROUND
from expertpool.notifications.enums import Decision
from expertpool.notifications.models import Reply
from expertpool.notifications.queries.messages import messages_about
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.workflow.services.two_persons import end_with_subject

# Why an invitation was settled, by the way in which it was.
STEP_REASON: dict[str, StepReason] = {
    ReplyVia.LINK: StepReason.OWN_ANSWER,
    ReplyVia.PORTAL: StepReason.OWN_ANSWER,
    ReplyVia.SMS: StepReason.OWN_ANSWER,
    ReplyVia.VOICE: StepReason.OWN_ANSWER,
    ReplyVia.WECHAT: StepReason.OWN_ANSWER,
    ReplyVia.OPERATOR: StepReason.TOLD,
    ReplyVia.DEADLINE: StepReason.DEADLINE,
}
# Why somebody is in conflict without a word of his.
BY_THE_CLOCK: dict[str, StepReason] = {
    ReplyVia.DEADLINE: StepReason.POOL_CHANGED,
    ReplyVia.SYSTEM: StepReason.SERVICE_OFF,
}
STEP_REASON_OF_STATE: dict[str, StepReason] = {
    InvitationState.REPLACED: StepReason.LISTED,
    InvitationState.CONFLICT: StepReason.RESCHEDULED,
}
ONLY_GONE = (
    f"原因「{NOT_IN_POOL}」只用于登记「更换」，而且须名单已公开、该专家确已不在库；请另选原因。"
)
# Said to who confirms: he cannot choose another reason.
ASK_ANEW = "请点「不同意」，申请人会收到；仍要更换的，由经办人另选原因重新申请。"
BACK = f"该专家已恢复在库，或名单不再公开，不能按「{NOT_IN_POOL}」更换。{ASK_ANEW}"
LEAVE_OVER = f"据以申请的请假已销假或无效，不能据此让出席位。{ASK_ANEW}"
WRITTEN_BACK = (
    "这一席位的参与状态与操作日志不符，可能被改动过，不能据此答复或登记；请联系项目联系人核对。"
)
# A worker that was started again has taken by then what came before.
HEARD_WITHIN = timedelta(minutes=5)
# What nobody records: the clock says it.
BY_ITSELF = {InvitationState.NO_ANSWER, InvitationState.UNREACHED}


@transaction.atomic
def answer(
    *,
    invitation: Invitation,
    accept: bool,
    reason: str,
    via: ReplyVia,
    now: datetime,
    entropy: Entropy,
    mark: str = "",
    came_at: datetime | None = None,
) -> Invitation:
    """Record the expert's own answer. A decline needs a reason and is supplemented at once. ``mark`` is that of what
    the page showed him, where he answers on one (`queries.asked`). ``came_at``: when it came, of one that a job takes:
    by that it is in time or late.

    Refuses (ReplyRefused) an answer to another time, place or role, a second answer, one after the deadline, and that
    somebody agrees who has left the pool since (blacklisted, frozen, deleted), or to a new time at which he is taken or
    away.
    """
    if not accept and not if_seen(reason):
        raise ReplyRefused("请选择不能参加的原因。")
    invitation = lock_invitation(invitation)
    # Who has answered hears that below, rather than that he is late.
    if invitation.state == InvitationState.INVITED and is_over(invitation, now=came_at or now):
        raise ReplyRefused("已过答复时限，不能再答复。")
    if (
        mark
        and invitation.state == InvitationState.INVITED
        and (why := why_not_shown(invitation, mark))
    ):
        raise ReplyRefused(why)
    # Of himself alone: what a hand could not record would tell the office who sits here.
    if accept and (why := gone_words(invitation, now=now)):
        raise ReplyRefused(why)
    state = InvitationState.ACCEPTED if accept else InvitationState.DECLINED
    _settle(
        invitation,
        state,
        allowed=[InvitationState.INVITED],
        via=via,
        reason=reason,
        actor=None,
        now=now,
        entropy=entropy,
    )
    return invitation


@transaction.atomic
def take_leave(
    *, invitation: Invitation, reason: str, via: ReplyVia, now: datetime, entropy: Entropy
) -> Invitation:
    """Let an expert who agreed withdraw, until ``leave_hours`` before the opening.

    Refuses (ReplyRefused) later, without a reason, whoever has signed in at the place, or for an invitation
    that is not accepted.
    """
    if not is_reason(reason):
        raise ReplyRefused(f"请填写请假事由{SAY_MORE}。")
    invitation = lock_invitation(invitation)
    if has_come(invitation, now=now):
        raise ReplyRefused("您已到场签到，不能再请假；确需离开的，请告诉现场工作人员。")
    if not may_take_leave(invitation, now=now):
        raise ReplyRefused("已过最晚请假时间，请直接联系项目联系人。")
    _settle(
        invitation,
        InvitationState.LEAVE,
        allowed=[InvitationState.ACCEPTED],
        via=via,
        reason=reason,
        actor=None,
        now=now,
        entropy=entropy,
    )
    return invitation


def leave_until(invitation: Invitation, *, now: datetime) -> datetime:
    """Until when the expert may take leave from the next meeting of this draw."""
    draw = invitation.draw
    hours = DrawPlan.objects.values_list("leave_hours", flat=True).get(project_id=draw.project_id)
    return next_opening(draw.covered, now=now) - timedelta(hours=hours)


def may_take_leave(invitation: Invitation, *, now: datetime) -> bool:
    """Tell whether the expert may still take leave; whoever has come may not."""
    return now <= leave_until(invitation, now=now) and not has_come(invitation, now=now)


def settle_by_hand(request: AnswerRequest, *, now: datetime, entropy: Entropy) -> None:
    """Write the answer that one person asked for and another agreed to; `services.answers` holds the
    lock.

    Refuses (ReplyRefused) a change that the state of the invitation does not allow: nobody is
    skipped by hand; and what `check_in_pool` refuses.
    """
    state = InvitationState(request.state)
    check_sitting(request.invitation.draw, now=now)
    _check_still(request, now=now)
    _settle(
        request.invitation,
        state,
        allowed=allowed_before(state),
        via=ReplyVia.OPERATOR,
        reason=request.reason,
        actor=request.requested_by,
        now=now,
        entropy=entropy,
        confirmed=request,
    )


def check_in_pool(
    invitation: Invitation, state: InvitationState, ground: str, *, now: datetime
) -> None:
    """Refuse (ReplyRefused) a hand to write that somebody agreed who has left the pool, or cannot come
    at the new time, once his name and that are public (before, the refusal would tell who sits); and that
    somebody is replaced for having left of whom that is not so, or may not be said yet, by the same words."""
    if state == InvitationState.ACCEPTED:
        why = seats_to_replace([invitation.draw], now=now).get(invitation.pk)
        if why:
            raise ReplyRefused(f"该专家{why}，不能登记为「同意」。")
    elif ground == NOT_IN_POOL:
        gone = gone_seats([invitation.draw], now=now)
        if state != InvitationState.REPLACED or invitation.pk not in gone:
            raise ReplyRefused(ONLY_GONE)


def _check_still(request: AnswerRequest, *, now: datetime) -> None:
    """Refuse (ReplyRefused) what `check_in_pool` refuses, and to agree to what was asked for by what holds no more."""
    state = InvitationState(request.state)
    if state == InvitationState.REPLACED and request.ground == NOT_IN_POOL:
        if request.invitation.pk not in gone_seats([request.invitation.draw], now=now):
            raise ReplyRefused(BACK)
    else:
        check_in_pool(request.invitation, state, request.ground, now=now)
    leave = request.leave
    if leave and (leave.ended_at or not leave.is_sound):
        raise ReplyRefused(LEAVE_OVER)


def allowed_before(state: InvitationState) -> tuple[InvitationState, ...]:
    """Return from where a hand may bring an invitation to ``state``."""
    return (InvitationState.INVITED,) if state == InvitationState.ACCEPTED else SEATED_STATES


@transaction.atomic
def expire(*, invitation_id: int, now: datetime, entropy: Entropy) -> bool:
    """Count an unanswered invitation as an exit once its deadline is over; True if it was. Whoever
    no letter reached is 未送达, not 未答复. Where somebody was out of the pool while he should have answered,
    the draw stops for a supervisor instead (`services.leavers`); once the panel sits he is in conflict.
    A line that somebody else has written waits until then, and raises an alarm, and so do all while the end of
    the log is rewritten (`queries.written.why_not_over`). After the service was off
    all wait until their time was given back (`services.outage`). Whose panel sits before his time is over is in
    conflict, never 未答复 (`queries.clock.was_cut_short`). Whose answer came in time, and is still to be taken by a
    job, is not ended before it (docs/decisions/0565)."""
    invitation = Invitation.objects.select_related("draw").get(pk=invitation_id)
    # Most have answered by then: they need no lock.
    if not _may_wait(invitation) or off_since(now):
        return False
    invitation = lock_invitation(invitation)
    waits, written = invitation.state == InvitationState.INVITED, is_written(invitation)
    if written and (not waits or now < invitation.deadline_at):
        return False
    if not (waits and is_over(invitation, now=now)):
        raise_alarm(
            Overdue(invitation.draw_id, why_not_over(invitation) or AlarmKind.LINE), now=now
        )
        return False
    if _is_to_be_heard(invitation, now=now):
        defer("draws.expire_invitation", at=next_minute(now), invitation_id=invitation.pk)
        return False
    state = InvitationState.NO_ANSWER if invitation.reached_at else InvitationState.UNREACHED
    kept = kept_from_answering(invitation.draw, now=now)
    if kept.fresh and now < closing_of(invitation):
        stop_for_kept(invitation.draw, kept, now=now)
        return False
    why: StepReason | None = None
    if invitation.commit in kept.fresh:
        state = InvitationState.CONFLICT
    elif was_cut_short(invitation):
        state, why = InvitationState.CONFLICT, StepReason.PANEL_SITS
    _settle(
        invitation,
        state,
        allowed=[InvitationState.INVITED],
        via=ReplyVia.DEADLINE,
        reason="",
        actor=None,
        now=now,
        entropy=entropy,
        why=why,
    )
    return True


def _is_to_be_heard(invitation: Invitation, *, now: datetime) -> bool:
    """Tell whether an answer in writing, or by a key, came before the deadline of ``invitation`` for which a job is
    still to come: not for longer than `HEARD_WITHIN`, or than that since the service was on again."""
    since = now - HEARD_WITHIN
    in_time = Reply.objects.filter(
        message__in=messages_about("draws.invitation", [invitation.pk]),
        decision__in=(Decision.YES, Decision.NO),
        received_at__lte=invitation.deadline_at,
    )
    if not came_back_after(invitation.draw, since):
        in_time = in_time.filter(received_at__gte=since)
    return any(is_queued("draws.take_reply", reply_id=one.pk) for one in in_time)


def _may_wait(invitation: Invitation) -> bool:
    """Tell whether an answer may be waited for: also where somebody else wrote that there is one."""
    if invitation.state == InvitationState.INVITED:
        return True
    return invitation.draw.status == DrawStatus.INVITING and not is_written(invitation)


@transaction.atomic
def end_cut_off(*, invitation_id: int, now: datetime, entropy: Entropy) -> None:
    """Let somebody leave his seat who could not answer, since the service was off until his panel sat: he is
    in conflict, never 未答复. Not whose answer came before that, and is still to be taken by a job."""
    invitation = Invitation.objects.select_related("draw").get(pk=invitation_id)
    invitation = lock_invitation(invitation)
    if _is_to_be_heard(invitation, now=now):
        defer("draws.expire_invitation", at=next_minute(now), invitation_id=invitation.pk)
        return
    _settle(
        invitation,
        InvitationState.CONFLICT,
        allowed=[InvitationState.INVITED],
        via=ReplyVia.SYSTEM,
        reason="系统停机，评审开始前未能答复",
        actor=None,
        now=now,
        entropy=entropy,
    )


@transaction.atomic
def expire_due(*, draw_id: int, now: datetime, entropy: Entropy) -> int:
    """Do `expire` for every invitation of a draw whose deadline is over, or whose row somebody else wrote; return how
    many were."""
    rows = Invitation.objects.filter(draw_id=draw_id).select_related("draw").order_by("line")
    due = [
        row.pk
        for row in as_written(list(rows))
        if row.state == InvitationState.INVITED and (row.deadline_at <= now or not is_written(row))
    ]
    return sum(expire(invitation_id=pk, now=now, entropy=entropy) for pk in due)


@transaction.atomic
def end_due(*, draw_id: int, now: datetime, entropy: Entropy) -> None:
    """Go on with a draw that is 抽取中 although nobody has to answer: fill what is due, or end it."""
    draw = _lock_draw(draw_id)
    if not draw.is_random:
        finish_if_settled(draw, now=now)
    elif draw.status == DrawStatus.INVITING:
        carry_on(draw, now=now, entropy=entropy)


def add_supplement(*, draw: Draw, actor: User, now: datetime, entropy: Entropy) -> int:
    """Try again to fill the free seats of a draw that ended short; return how many were seated: none
    where it stands for a supervisor.

    Refuses (DrawNotReady) when no seat is free, nobody can be seated, the draw goes on, or the
    opening is over. Where it rests on what is sealed that nobody can be seated, it is a try as that of a
    seal is (HeldRefused): it is told and counted, and one too many is refused.
    """
    project = draw.project
    with (
        tell_held(project=project, actor=actor, now=now, attempt="再补抽一次"),
        transaction.atomic(),
    ):
        draw = _lock_draw(draw.pk)
        check_action(ActionCode.SUPPLEMENT, draw, actor=actor, now=now)
        check_tries(project, actor, None, now=now, approvable=False, goes_on=draw)
        return supplement_again(draw=draw, actor=actor, now=now, entropy=entropy)


def _lock_draw(draw_id: int) -> Draw:
    """Lock the draw: its answers, deadlines and supplements follow one another."""
    return lock_draw(draw_id, archived=ReplyRefused("项目已归档，不能再更改。"))


def lock_invitation(invitation: Invitation) -> Invitation:
    """Do `read_locked` for who changes it; refuses (ReplyRefused) an invalid draw, a published one."""
    invitation = read_locked(invitation)
    if not invitation.draw.is_valid:
        raise ReplyRefused(OVER)
    check_unpublished(invitation.draw)
    return invitation


def read_locked(invitation: Invitation) -> Invitation:
    """Lock the draw of an invitation and read it anew, as this system wrote it."""
    draw = _lock_draw(invitation.draw_id)
    # Read under the lock: an answer may have come while we waited for it.
    read: Invitation | None = _invitations.first(invitation=invitation.pk)
    if read is None:
        raise Invitation.DoesNotExist
    read.draw = draw
    return as_written([read])[0]


_invitations = Prepared(lambda: Invitation.objects.filter(pk=Given("invitation")))


def _as_read(invitation: Invitation) -> QuerySet[Invitation]:
    """The row, if nobody has answered it since it was read."""
    return Invitation.objects.filter(pk=invitation.pk, state=invitation.row_state)


def _settle(
    invitation: Invitation,
    state: InvitationState,
    *,
    allowed: Collection[InvitationState],
    via: ReplyVia,
    reason: str,
    actor: User | None,
    now: datetime,
    entropy: Entropy,
    confirmed: AnswerRequest | None = None,
    why: StepReason | None = None,  # where way and state do not say it
) -> None:
    if via != ReplyVia.DEADLINE and not is_written(invitation):
        _check_answered(invitation, allowed)
    if invitation.state not in allowed:
        raise ReplyRefused(OVER)
    if state == InvitationState.ACCEPTED:
        hold_whoever_agrees(invitation, himself=confirmed is None, now=now)
    elif (
        state == InvitationState.DECLINED
        and invitation.asked_again_at
        and not _of_himself(confirmed)
    ):
        # Another time is no fault of his; nor does it say what the pool knew of him.
        state = InvitationState.CONFLICT
    second = confirmed.decided_by if confirmed else None
    witness = confirmation_of(confirmed) if confirmed else ""
    before, knew = invitation.state, invitation.has_heard
    settled = {
        "state": state,
        "replied_at": now,
        "replied_via": via,
        "reason": encrypted(Invitation, "reason").sealed(invitation, if_seen(reason)[:200]),
        "witness": second.name if second else "",
        "changed_by": actor,
        "reminded_at": None,
    } | ({"signed_in_at": None} if state == InvitationState.ACCEPTED else {})
    if not _as_read(invitation).update(**proven(invitation, **settled)):
        raise ReplyRefused(OVER)
    # Whoever asked to record something for him was slower.
    over = f"参与状态已是「{state.label}」"
    end_with_subject(AnswerRequest, invitation, why=over, now=now)
    # Nobody is asked any more; who has agreed is still told that he moved up.
    asking = () if state in EXIT_REASON else ASKING
    cancel_messages(about=invitation, occasions=asking)
    draw, left = invitation.draw, None
    if draw.is_random and state in EXIT_REASON:
        # The operator's own reason is no expert's word.
        hand = Hand(
            StepVia(via),
            why or _step_reason(state, via, confirmed),
            actor,
            second=second,
            witness=witness,
            ground=confirmed.ground if confirmed else "",
        )
        reason_of_exit = EXIT_REASON[state]
        left = leave_seat(invitation=invitation, reason=reason_of_exit, hand=hand, now=now)
    record(
        "draw.reply",
        actor=second or actor,
        now=now,
        subject=invitation,
        before={"参与状态": word_for(InvitationState, before)},
        after={"参与状态": state.label, "方式": via.label}
        | ({"申请人": actor.name, CONFIRMATION: witness} if actor and second else {})
        | at_head(left.head if left else ""),
        # What he writes of himself stands in his row alone, encrypted (docs/decisions/0185).
        note="" if via in BY_HIMSELF else reason.strip(),
    )
    # Beside the database, or who owns that takes an answer back before the next anchor and nobody can tell.
    transaction.on_commit(partial(keep_head, now=now), robust=True)
    if state == InvitationState.ACCEPTED:
        tell_confirmed(invitation, now=now)
    if state == InvitationState.REPLACED and knew and next_opening(draw.covered, now=now) > now:
        tell_experts(RELEASED, [invitation], key="released", now=now)
    publish(InvitationAnswered(invitation.pk))
    _go_on(invitation, state, left, now=now, entropy=entropy)


def _go_on(
    invitation: Invitation,
    state: InvitationState,
    left: Left | None,
    *,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Supplement the draw, or end it, as the answer to ``invitation`` asks for."""
    draw = invitation.draw
    if left:
        refill(left, now=now, entropy=entropy)
    elif draw.is_random:
        finish_if_answered(draw, load_state(draw), now=now)
    else:
        _settle_pick(invitation, state, now=now)
    # A review that has begun may be settled though the draw goes on for the next.
    if draw.is_shared:
        move_projects(draw, actor=None, now=now)


def _step_reason(
    state: InvitationState, via: ReplyVia, confirmed: AnswerRequest | None
) -> StepReason:
    if confirmed is not None and confirmed.ground == OTHER_GROUND:
        return StepReason.OTHER  # none of those that are listed
    if state == InvitationState.CONFLICT and via in BY_THE_CLOCK:
        return BY_THE_CLOCK[via]
    return STEP_REASON_OF_STATE.get(state) or STEP_REASON[via]


def _check_answered(invitation: Invitation, allowed: Collection[InvitationState]) -> None:
    """Refuse (ReplyRefused) to vouch by an answer for a state that somebody wrote back: log and record know
    what was answered before, and who sits."""
    answered, draw = answered_state(invitation), invitation.draw
    seated = {seat.commit for seat in load_state(draw).seats} if draw.is_random else None
    if (answered and answered not in allowed) or (seated and invitation.commit not in seated):
        raise ReplyRefused(WRITTEN_BACK)


def _of_himself(confirmed: AnswerRequest | None) -> bool:
    """Tell whether a hand wrote down a ground that has nothing to do with the time."""
    return confirmed is not None and confirmed.ground in NOT_OF_TIME


def _settle_pick(invitation: Invitation, state: InvitationState, *, now: datetime) -> None:
    if state in EXIT_REASON:
        free_picked_seat(invitation=invitation, now=now)
    else:
        finish_if_settled(invitation.draw, now=now)
