"""Answers by hand: one person asks what an expert told him to be recorded, another agrees.

Until then nothing changes and the deadline runs on; whatever the expert answers himself comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import if_seen, is_reason
from expertpool.draws.enums import EXIT_REASON, ActionCode, InvitationState
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import AnswerRequest, Invitation
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.obstacles import OVER
from expertpool.draws.queries.policy import grounds_of
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.refusals import log_refusals
from expertpool.draws.services.replies import (
    BY_ITSELF,
    allowed_before,
    check_in_pool,
    lock_invitation,
    read_locked,
    settle_by_hand,
)
from expertpool.draws.settings import NOT_IN_POOL, OTHER_GROUND
from expertpool.experts.models import Leave
from expertpool.experts.queries.experts import merged_records
from expertpool.workflow.queries.asking import OPEN
from expertpool.workflow.services.two_persons import ask, end_with_subject, settle

RECORDED = {InvitationState.ACCEPTED, *EXIT_REASON} - BY_ITSELF


def request_answer(
    *,
    invitation: Invitation,
    state: InvitationState,
    reason: str,
    actor: User,
    now: datetime,
    ground: str = "",
    leave: Leave | None = None,
) -> AnswerRequest:
    """Ask for an answer to be recorded by hand: accepted, declined, leave, or replaced.

    Whatever ends a seat needs a ``ground`` from the list of the office (`policy.grounds_of`);
    其他 and what ends none need a ``reason`` in words. It ends with the ``leave`` for which it is asked. Refuses (ReplyRefused) without them, a change
    that the state of the invitation does not allow, what `check_in_pool` refuses, and while another request is open; (DrawError) what its page does not offer: of a draw
    that is not valid, published, altered or done with its last project. The attempt is logged.
    """
    attempt = f"登记为「{state.label}」"
    with (
        # Around the transaction: what was refused is undone, that it was tried stays.
        log_refusals(subject=invitation, actor=actor, now=now, attempt=attempt),
        transaction.atomic(),
    ):
        invitation = read_locked(invitation)
        check_action(ActionCode.RECORD_REPLY, invitation.draw, actor=actor, now=now)
        words = _in_words(invitation, state, ground.strip(), if_seen(reason))
        if invitation.state not in allowed_before(state):
            raise ReplyRefused(OVER)
        check_in_pool(invitation, state, ground.strip(), now=now)
        request = AnswerRequest(
            invitation=invitation,
            state=state,
            ground=ground.strip(),
            reason=words,
            leave=leave,
        )
        ask(
            request,
            action="draw.reply_request",
            actor=actor,
            now=now,
            refused=ReplyRefused,
            after={"登记为": state.label},
        )
        return request


def decide_answer(
    *,
    request: AnswerRequest,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> AnswerRequest:
    """Agree to a request, which records the answer at once and supplements an exit, or turn it down.

    Announces InvitationAnswered. Refuses (ReplyRefused) the person who asked, a request that was
    decided or ended because the expert answered, and to agree once the draw is no more valid or its
    result is published; logged.
    """
    attempt = f"确认登记为「{InvitationState(request.state).label}」"
    with (
        log_refusals(subject=request.invitation, actor=actor, now=now, attempt=attempt),
        transaction.atomic(),
    ):
        # Nothing keeps anybody from turning it down.
        invitation = (lock_invitation if agree else read_locked)(request.invitation)
        settle(request, agree=agree, note=note, actor=actor, now=now, refused=ReplyRefused)
        request.invitation = invitation
        if agree:
            settle_by_hand(request, now=now, entropy=entropy)
        else:
            record("draw.reply_refuse", actor=actor, now=now, subject=invitation, note=note.strip())
        return request


def end_for_leave(*, leave_id: int, now: datetime) -> None:
    """End what was asked for by a leave that ended early; tells who asked and who was asked, and logs it."""
    _end_asked(AnswerRequest.objects.filter(leave=leave_id), "据以申请的请假已销假", now)


def end_for_members(*, experts: Collection[int], now: datetime) -> None:
    """End what was asked for since ``experts`` (ids) had left the pool: they are back. Tells and logs the same."""
    gone = AnswerRequest.objects.filter(
        Q(ground=NOT_IN_POOL) | Q(ground=OTHER_GROUND, reason__contains=NOT_IN_POOL),
        invitation__expert__in=[*experts, *merged_records(into=experts)],
        state=InvitationState.REPLACED,
    )
    _end_asked(gone, "该专家已恢复在库", now)


def _end_asked(asked: QuerySet[AnswerRequest], why: str, now: datetime) -> None:
    for request in asked.filter(OPEN).select_related("invitation__draw"):
        end_with_subject(AnswerRequest, request.invitation, why=why, now=now, told=True)


def _in_words(invitation: Invitation, state: InvitationState, ground: str, reason: str) -> str:
    if state not in RECORDED:
        raise ReplyRefused("只能登记为同意、拒绝、请假或更换。")
    if state not in EXIT_REASON:
        if not is_reason(reason):
            raise ReplyRefused("请写明登记的理由，例如「电话答复」。")
        return reason
    return ground_in_words(ground, reason, grounds_of(invitation.draw), ReplyRefused)


def ground_in_words(
    ground: str, reason: str, grounds: Sequence[str], refused: type[Exception]
) -> str:
    """Return why a hand takes somebody off, in words: a ``ground`` of the list, and what is said of it.

    Raises ``refused`` without one of ``grounds``, and for 其他 without a reason."""
    if ground not in grounds:
        raise refused("请从列表中选择原因。")
    if ground == OTHER_GROUND:
        if not is_reason(reason):
            raise refused("原因选「其他」时，请写明登记的理由。")
        return reason
    return f"{ground}：{reason}" if reason else ground
