"""应急抽取: a running draw whose opening is near gets shorter deadlines and is answered by telephone.

Nothing of the draw itself changes: the same seal, the same order, the same rules for whom comes next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer_batch
from expertpool.core.text import SAY_MORE, is_reason, moment_text, next_minute, too_long
from expertpool.draws.enums import (
    ActionCode,
    InvitationState,
    NoteCode,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.models import (
    Draw,
    Emergency,
    EmergencyEndRequest,
    EmergencyRequest,
    Invitation,
)
from expertpool.draws.occasions import EMERGENCY, EMERGENCY_ENDED
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.called_off import untold_to
from expertpool.draws.queries.clock import emergency_minutes
from expertpool.draws.queries.emergency import (
    ENDED,
    LONGER,
    proof_of,
)
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.meetings import kind_of, words_of
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.ways import channels_of
from expertpool.draws.services.calling import call_lines
from expertpool.draws.services.clock import lengthen_clocks
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import CONFIRMATION, Hand, confirmation_of
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import tell_step
from expertpool.draws.services.written import write_lines
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.notifications.services.waiting import bring_forward
from expertpool.workflow.services.two_persons import ask, end_with_subject, settle


@transaction.atomic
def request_emergency(
    *, draw: Draw, reason: str, minutes: int, actor: User, now: datetime
) -> EmergencyRequest:
    """Ask for a running draw to be declared an emergency; nothing changes until another agrees.

    Refuses (EmergencyRefused) without a reason, a draw that is not 抽取中 or is in one, an opening
    that is over, minutes outside the bounds that were sealed (`clock.emergency_minutes`), and while another request is open.
    """
    draw = _lock(draw)
    if not is_reason(reason):
        raise EmergencyRefused(f"请写明应急原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise EmergencyRefused(f"应急原因{refusal}")
    check_action(ActionCode.DECLARE_EMERGENCY, draw, actor=actor, now=now)
    may = emergency_minutes(draw, now=now)
    if not may.fewest <= minutes <= may.most:
        message = (
            f"答复时限应在 {may.fewest} 至 {may.most} 分钟之间：应急只缩短时限，不能比封存的长。"
        )
        raise EmergencyRefused(message)
    request = EmergencyRequest(draw=draw, reason=reason.strip(), minutes=minutes)
    ask(
        request,
        action="draw.emergency_request",
        actor=actor,
        now=now,
        refused=EmergencyRefused,
        after={"答复时限（分钟）": minutes},
    )
    return request


@transaction.atomic
def decide_emergency(
    *,
    request: EmergencyRequest,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> EmergencyRequest:
    """Agree to a request, which declares the draw an emergency at once, or turn it down.

    Open invitations have to be answered within the minutes asked for from now, unless their time
    ends sooner, and those who are asked are told, and called where the system can; later invitations get as many. Refuses
    (EmergencyRefused) the person who asked, a request that was decided, and a draw that cannot be
    one any more.
    """
    draw = _lock(request.draw)
    if agree:
        check_action(ActionCode.DECIDE_EMERGENCY, draw, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=EmergencyRefused)
    if agree:
        _declare(draw, request, actor, now, entropy)
    else:
        record("draw.emergency_refuse", actor=actor, now=now, subject=draw, note=note.strip())
    return request


def _declare(
    draw: Draw, request: EmergencyRequest, supervisor: User, now: datetime, entropy: Entropy
) -> None:
    minutes = request.minutes
    # One that stands there and was not declared (told by its alarm) keeps nobody from it.
    draw.emergencies.filter(ended_at=None).delete()
    declared = Emergency(
        draw=draw,
        reason=request.reason,
        supervisor=supervisor.name,
        minutes=minutes,
        declared_by=request.requested_by,
        declared_at=now,
    )
    declared.proof = proof_of(declared)
    declared.save()
    hand = Hand(
        StepVia.PAGE,
        StepReason.OPENING_NEAR,
        request.requested_by,
        second=supervisor,
        witness=confirmation_of(request),
    )
    head = write_note(draw, NoteCode.EMERGENCY, hand=hand, now=now)
    shortened = _shorten(draw, next_minute(now + timedelta(minutes=minutes)), now=now)
    asked = draw.invitations.filter(state=InvitationState.INVITED).order_by("line")
    call_lines(declared, asked, now=now, entropy=entropy)
    record(
        "draw.emergency",
        actor=supervisor,
        now=now,
        subject=draw,
        after={
            "申请人": request.requested_by.name,
            "答复时限（分钟）": minutes,
            "提前截止的邀请": len(shortened),
            CONFIRMATION: hand.witness,
        }
        | at_head(head),
        note=request.reason,
    )


@transaction.atomic
def request_emergency_end(
    *, draw: Draw, reason: str, actor: User, now: datetime
) -> EmergencyEndRequest:
    """Ask for an emergency to be taken back. Refuses (EmergencyRefused) without a reason, where there
    is none, and while another request is open."""
    draw = _lock(draw)
    check_action(ActionCode.ASK_EMERGENCY_END, draw, actor=actor, now=now)
    request = EmergencyEndRequest(draw=draw, reason=reason)
    ask(
        request,
        action="draw.emergency_end_request",
        actor=actor,
        now=now,
        refused=EmergencyRefused,
    )
    return request


@transaction.atomic
def decide_emergency_end(
    *, request: EmergencyEndRequest, agree: bool, note: str, actor: User, now: datetime
) -> EmergencyEndRequest:
    """Agree to a request, which takes the emergency back as `end_emergency` does, or turn it down."""
    draw = _lock(request.draw)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=EmergencyRefused)
    if agree:
        hand = Hand(
            StepVia.PAGE,
            StepReason.TWO_PERSONS,
            request.requested_by,
            second=actor,
            witness=confirmation_of(request),
        )
        _end(draw, request.reason, hand, actor, now)
    else:
        record("draw.emergency_end_refuse", actor=actor, now=now, subject=draw, note=note.strip())
    return request


@transaction.atomic
def end_emergency(*, draw: Draw, reason: str, actor: User, now: datetime) -> None:
    """Take an emergency back as a supervisor, who needs nobody else for it.

    Whoever has not answered yet has the time again that was sealed, of which he is told, and so have later invitations; nobody
    is shown whom to call. Tells who runs the draw and the other supervisors. Refuses (EmergencyRefused)
    without a reason and where there is none.
    """
    draw = _lock(draw)
    if not is_reason(reason):
        raise EmergencyRefused(f"请写明取消应急的原因{SAY_MORE}。")
    if refusal := too_long(reason, 500):
        raise EmergencyRefused(f"取消应急的原因{refusal}")
    hand = Hand(StepVia.PAGE, StepReason.OTHER, actor)
    _end(draw, reason.strip(), hand, actor, now)
    end_with_subject(EmergencyEndRequest, draw, why="监督人已取消应急", now=now)
    key = f"emergency-ended:{draw.pk}:{now:%Y%m%d%H%M%S}"
    what = "取消应急抽取（没有答复的专家恢复方案的答复时限）"
    tell_step(draw, what, reason.strip(), key=key, actor=actor, now=now)


def _end(draw: Draw, reason: str, hand: Hand, actor: User, now: datetime) -> None:
    check_action(ActionCode.END_EMERGENCY, draw, actor=actor, now=now)
    draw.emergencies.filter(ended_at=None).update(ended_at=now, ended_by=actor)
    head = write_note(draw, NoteCode.EMERGENCY_ENDED, hand=hand, now=now)
    longer = lengthen_clocks(draw, now=now)
    _tell_deadlines(EMERGENCY_ENDED, draw, longer, now=now)
    confirmed: dict[str, Any] = {CONFIRMATION: hand.witness} if hand.witness else {}
    confirmed |= {LONGER: len(longer)}
    record(
        ENDED,
        actor=actor,
        now=now,
        subject=draw,
        after=confirmed | at_head(head),
        note=reason,
    )


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=EmergencyRefused(ARCHIVED))


def _shorten(draw: Draw, deadline_at: datetime, *, now: datetime) -> list[Invitation]:
    """Bring deadlines forward; the job of the later one finds the invitation settled."""
    waiting = draw.invitations.filter(state=InvitationState.INVITED)
    # The clock of who was not reached will start with the shorter time; his letter goes out now.
    rows = list(waiting.filter(reached_at__isnull=False, deadline_at__gt=deadline_at))
    # Nor does anybody wait until morning who need not come.
    bring_forward(messages=letters_to(waiting), now=now)
    bring_forward(messages=untold_to(draw.invitations.all()), now=now)
    write_lines(rows, deadline_at=deadline_at)
    jobs = [{"invitation_id": row.pk} for row in rows]
    defer_batch("draws.expire_invitation", jobs, at=deadline_at)
    _tell_deadlines(EMERGENCY, draw, rows, now=now)
    return rows


def _tell_deadlines(
    occasion: Occasion, draw: Draw, rows: Sequence[Invitation], *, now: datetime
) -> None:
    """Tell who is behind ``rows`` until when he may answer now; what said otherwise and waits goes out no more."""
    for row in rows:
        cancel_messages(about=row, occasions=(EMERGENCY.code, EMERGENCY_ENDED.code))
    # What a plan calls by alone tells no deadline: then all ways that do.
    chosen = [one for one in channels_of(draw) if one in occasion.defaults] or occasion.channels
    words = words_of(draw.covered)
    send_messages(
        occasion=occasion.code,
        envelopes=[_envelope(row, occasion, words) for row in rows],
        channels=chosen,
        now=now,
        surely=True,
        kind=kind_of(draw.covered),
    )


def _envelope(row: Invitation, occasion: Occasion, words: dict[str, str]) -> Envelope:
    expert = Expert.objects.get(pk=open_identity(row).expert_id)
    return Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "评审时间": words["评审时间"],
            "答复截止": moment_text(row.deadline_at),
            "联系人": words["联系人"],
            "联系电话": words["联系电话"],
        },
        about=row,
        key=f"{occasion.code.removeprefix('draw.')}:{row.pk}:{row.deadline_at.isoformat()}",
    )
