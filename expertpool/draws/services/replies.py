"""Answers to invitations: by link, in the expert's area, by the operator, or none in time.

Each answer is one conditional update: the first valid one wins, everything later is told so.
Each announces InvitationAnswered.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.draws.enums import (
    SEATED_STATES,
    ActionCode,
    DrawStatus,
    InvitationState,
    ReplyVia,
    StepReason,
    StepVia,
)
from expertpool.draws.events import InvitationAnswered
from expertpool.draws.exceptions import LinkInvalid, ReplyRefused
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.occasions import ASKING
from expertpool.draws.queries.actions import OVER, check_action, check_unpublished
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand
from expertpool.draws.services.inviting import hash_token
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.picked_seats import finish_if_settled, free_picked_seat
from expertpool.draws.services.refusals import log_refusals
from expertpool.draws.services.seating import (
    carry_on,
    finish_if_answered,
    leave_seat,
    refill,
    supplement_again,
)
from expertpool.draws.services.state import at_head, load_state
from expertpool.notifications.services.delivery import cancel_messages

# The exit reason in the record for each state that ends a seat.
EXIT_REASON: dict[str, str] = {
    InvitationState.DECLINED: "declined",
    InvitationState.NO_ANSWER: "no_answer",
    InvitationState.UNREACHED: "unreached",
    InvitationState.LEAVE: "leave",
    InvitationState.REPLACED: "replaced",
}
# Why an invitation was settled, by the way in which it was.
STEP_REASON: dict[str, StepReason] = {
    ReplyVia.LINK: StepReason.OWN_ANSWER,
    ReplyVia.PORTAL: StepReason.OWN_ANSWER,
    ReplyVia.OPERATOR: StepReason.TOLD,
    ReplyVia.DEADLINE: StepReason.DEADLINE,
}
# What nobody records: the clock says it.
BY_ITSELF = {InvitationState.NO_ANSWER, InvitationState.UNREACHED}


def invitation_for_token(token: str) -> Invitation:
    """Return the invitation behind a personal link; raises LinkInvalid for any other text."""
    found = (
        Invitation.objects.select_related("draw__project__batch")
        .prefetch_related("draw__projects")
        .filter(token_hash=hash_token(token))
        .first()
    )
    if found is None:
        raise LinkInvalid("链接无效：请使用短信或邮件中的完整链接，或联系项目联系人。")
    return found


@transaction.atomic
def answer(
    *,
    invitation: Invitation,
    accept: bool,
    reason: str,
    via: ReplyVia,
    now: datetime,
    entropy: Entropy,
) -> Invitation:
    """Record the expert's own answer. A decline needs a reason and is supplemented at once.

    Refuses (ReplyRefused) a second answer and one after the deadline.
    """
    if not accept and not reason.strip():
        raise ReplyRefused("请选择不能参加的原因。")
    invitation = _lock(invitation)
    # Who has answered hears that below, rather than that he is late.
    if now >= invitation.deadline_at and invitation.state == InvitationState.INVITED:
        raise ReplyRefused("已过答复时限，名额已按规则递补。")
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

    Refuses (ReplyRefused) later, without a reason, or for an invitation that is not accepted.
    """
    if not reason.strip():
        raise ReplyRefused("请填写请假事由。")
    invitation = _lock(invitation)
    if now > leave_until(invitation, now=now):
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


def record_answer(
    *,
    invitation: Invitation,
    state: InvitationState,
    reason: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
    witness: str = "",
) -> Invitation:
    """Record by hand what an expert told the operator: accepted, declined, leave, or replaced.

    A reason is always needed; in an emergency also the name of the supervisor who is present, other
    than the operator. Refuses (ReplyRefused) a change that his state does not allow; the
    attempt is logged: nobody is skipped by hand.
    """
    attempt = f"登记为「{state.label}」"
    with (
        log_refusals(subject=invitation, actor=actor, now=now, attempt=attempt),
        transaction.atomic(),
    ):
        return _record_answer(
            invitation, state, reason, witness.strip(), actor=actor, now=now, entropy=entropy
        )


def _record_answer(
    invitation: Invitation,
    state: InvitationState,
    reason: str,
    witness: str,
    *,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> Invitation:
    if not reason.strip():
        raise ReplyRefused("请写明登记的理由，例如「电话答复」。")
    if state not in {InvitationState.ACCEPTED, *EXIT_REASON} - BY_ITSELF:
        raise ReplyRefused("只能登记为同意、拒绝、请假或更换。")
    allowed = [InvitationState.INVITED] if state == InvitationState.ACCEPTED else SEATED_STATES
    invitation = _lock(invitation)
    _check_witness(invitation.draw, witness, actor)
    _settle(
        invitation,
        state,
        allowed=allowed,
        via=ReplyVia.OPERATOR,
        reason=reason,
        witness=witness,
        actor=actor,
        now=now,
        entropy=entropy,
    )
    return invitation


def _check_witness(draw: Draw, witness: str, actor: User) -> None:
    if emergency_of(draw) is None:
        return
    if not witness:
        raise ReplyRefused("应急抽取登记答复，请填写在场监督人的姓名。")
    if witness == actor.name:
        raise ReplyRefused("在场监督人不能是登记人自己。")


@transaction.atomic
def expire(*, invitation_id: int, now: datetime, entropy: Entropy) -> bool:
    """Count an unanswered invitation as an exit once its deadline is over; True if it was. Whoever
    no letter reached is 未送达, not 未答复."""
    invitation = Invitation.objects.select_related("draw").get(pk=invitation_id)
    # Most have answered by then: they need no lock.
    if invitation.state != InvitationState.INVITED:
        return False
    invitation = _lock(invitation)
    if invitation.state != InvitationState.INVITED or now < invitation.deadline_at:
        return False
    _settle(
        invitation,
        InvitationState.NO_ANSWER if invitation.reached_at else InvitationState.UNREACHED,
        allowed=[InvitationState.INVITED],
        via=ReplyVia.DEADLINE,
        reason="",
        actor=None,
        now=now,
        entropy=entropy,
    )
    return True


@transaction.atomic
def expire_due(*, draw_id: int, now: datetime, entropy: Entropy) -> int:
    """Do `expire` for every invitation of a draw whose deadline is over; return how many were."""
    rows = Invitation.objects.filter(
        draw_id=draw_id, state=InvitationState.INVITED, deadline_at__lte=now
    )
    due = list(rows.order_by("line").values_list("pk", flat=True))
    return sum(expire(invitation_id=pk, now=now, entropy=entropy) for pk in due)


@transaction.atomic
def end_due(*, draw_id: int, now: datetime, entropy: Entropy) -> None:
    """Go on with a draw that is 抽取中 although nobody has to answer: fill what is due, or end it."""
    draw = _lock_draw(draw_id)
    if not draw.is_random:
        finish_if_settled(draw, now=now)
    elif draw.status == DrawStatus.INVITING:
        carry_on(draw, now=now, entropy=entropy)


@transaction.atomic
def add_supplement(*, draw: Draw, actor: User, now: datetime, entropy: Entropy) -> int:
    """Try again to fill the free seats of a draw that ended short; return how many were seated.

    Refuses (DrawNotReady) when no seat is free, nobody can be seated, the draw goes on, or the
    opening is over.
    """
    draw = _lock_draw(draw.pk)
    check_action(ActionCode.SUPPLEMENT, draw, actor=actor, now=now)
    return supplement_again(draw=draw, actor=actor, now=now, entropy=entropy)


def _lock_draw(draw_id: int) -> Draw:
    """Lock the draw: its answers, deadlines and supplements follow one another."""
    return lock_draw(draw_id, archived=ReplyRefused("项目已归档，不能再更改。"))


def _lock(invitation: Invitation) -> Invitation:
    draw = _lock_draw(invitation.draw_id)
    # Read under the lock: an answer may have come while we waited for it.
    invitation = Invitation.objects.get(pk=invitation.pk)
    invitation.draw = draw
    if not draw.is_valid:
        raise ReplyRefused(OVER)
    check_unpublished(draw)
    return invitation


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
    witness: str = "",
) -> None:
    before = invitation.state
    settled = {
        "state": state,
        "replied_at": now,
        "replied_via": via,
        "reason": reason.strip()[:200],
        "witness": witness,
        "changed_by": actor,
    }
    if not Invitation.objects.filter(pk=invitation.pk, state__in=allowed).update(**settled):
        raise ReplyRefused(OVER)
    for name, value in settled.items():
        setattr(invitation, name, value)
    # Nobody is asked any more; who has agreed is still told that he moved up.
    asking = () if state in EXIT_REASON else ASKING
    cancel_messages(about=invitation, occasions=asking)
    draw, left = invitation.draw, None
    if draw.is_random and state in EXIT_REASON:
        # The operator's own reason is no expert's word.
        why = StepReason.OTHER if state == InvitationState.REPLACED else STEP_REASON[via]
        hand = Hand(StepVia(via), why, actor, supervisor=witness)
        reason_of_exit = EXIT_REASON[state]
        left = leave_seat(invitation=invitation, reason=reason_of_exit, hand=hand, now=now)
    record(
        "draw.reply",
        actor=actor,
        now=now,
        subject=invitation,
        before={"参与状态": InvitationState(before).label},
        after={"参与状态": state.label, "方式": via.label}
        | ({"在场监督人": witness} if witness else {})
        | at_head(left.head if left else ""),
        note=reason.strip(),
    )
    publish(InvitationAnswered(invitation.pk))
    if left:
        refill(left, now=now, entropy=entropy)
    elif draw.is_random:
        finish_if_answered(draw, load_state(draw), now=now)
    else:
        _settle_pick(invitation, state, now=now)


def _settle_pick(invitation: Invitation, state: InvitationState, *, now: datetime) -> None:
    if state in EXIT_REASON:
        free_picked_seat(invitation=invitation, now=now)
    else:
        finish_if_settled(invitation.draw, now=now)
