"""Voiding a draw: two persons, a reason, and a first record that stays readable.

Only after that can the project be drawn again; the new draw names the one it supersedes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.locks import lock_transaction
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.draws.enums import (
    SEATED_STATES,
    ActionCode,
    DrawStatus,
    InvitationState,
    ReplyVia,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    EmergencyEndRequest,
    EmergencyRequest,
    Invitation,
    PickRequest,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.occasions import CANCELLED
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.facts import OfDraw
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.obstacles import check_void
from expertpool.draws.queries.picking import who_knows
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.sitting import lines_of
from expertpool.draws.services.hands import CONFIRMATION, Hand, confirmation_of
from expertpool.draws.services.holding import SEATING_LOCK, free_all
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.pick_checks import names_any, people_of
from expertpool.draws.services.state import append_events, at_head, load_state
from expertpool.draws.services.status import set_draw_status
from expertpool.draws.services.telling import tell_experts
from expertpool.draws.services.written import write_lines
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.workflow.services.two_persons import ask, end_with_subject, settle

VOIDED = "抽取已作废"
NAMES_SOMEBODY = "作废的原因在名单公开之前就能看到，不能写出名单中专家的姓名、编号、手机号、邮箱或证件号码，请改写。"
# What a letter says of the review itself: whether it is drawn for again, nobody has decided yet.
MAYBE_AGAIN = "重新抽取时抽中您的，会再次邀请。"
PANEL_STAYS = "评审照常进行，空缺的席位另行抽取专家；再次抽中您的，会再次邀请。"


@transaction.atomic
def request_void(*, draw: Draw, reason: str, actor: User, now: datetime) -> VoidRequest:
    """Ask for a draw to be voided. Changes nothing of the draw until a second person agrees.

    Refuses (VoidRefused) without a reason, for a draw that was not ordered or is void, for an
    archived project, while another request is open, for a draw that was widened: the latest
    is voided first; and a reason that names somebody of a list that is still sealed.
    """
    draw = _lock(draw)
    if not is_reason(reason):
        raise VoidRefused(f"请写明作废的原因{SAY_MORE}。")
    check_action(ActionCode.ASK_VOID, draw, actor=actor, now=now)
    _check_words(draw, reason, actor)
    request = VoidRequest(draw=draw, reason=reason)
    ask(request, action="draw.void_request", actor=actor, now=now, refused=VoidRefused)
    return request


def _check_words(draw: Draw, reason: str, actor: User) -> None:
    """Refuse what names somebody of a list whose names are sealed: more people read the reason than may read these. Only
    to who knows the whole list: a refusal would tell others who is on it."""
    is_sealed = not draw.is_random and draw.released_at is None
    if is_sealed and actor.pk in who_knows(draw) and names_any(people_of(draw)[0], reason):
        raise VoidRefused(NAMES_SOMEBODY)


@transaction.atomic
def decide_void(
    *, request: VoidRequest, agree: bool, note: str, actor: User, now: datetime
) -> VoidRequest:
    """Agree to a request, which voids the draw at once, or turn it down.

    A void draw frees all experts and calls off what still waits to be sent; who sits and knows of it
    is told that he is not expected, unless the review took place; who was asked stays in the record;
    announces DrawEnded. Refuses (VoidRefused) the person who asked, a request that was
    decided, and to void a draw that was widened.
    """
    draw = _lock(request.draw)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=VoidRefused)
    if agree:
        _void(draw, request, actor, now)
    else:
        record("draw.void_refuse", actor=actor, now=now, subject=draw, note=note.strip())
    return request


def _void(draw: Draw, request: VoidRequest, actor: User, now: datetime) -> None:
    lock_transaction(SEATING_LOCK)
    check_void(OfDraw(draw, actor, now))
    hand = Hand(StepVia.PAGE, StepReason.TWO_PERSONS, actor, witness=confirmation_of(request))
    head = ""
    if draw.is_random:
        asked = Hand(hand.via, hand.reason, request.requested_by)
        step = vdraw.void_draw(
            load_state(draw), request.reason, (asked.person(draw), hand.person(draw))
        )
        head = append_events(draw, step.events, hand=hand, now=now)
    # What still waits for a second person ends with the draw.
    for kind in (
        PickRequest,
        ReleaseRequest,
        EmergencyRequest,
        EmergencyEndRequest,
        WideningRequest,
        RescheduleRequest,
    ):
        end_with_subject(kind, draw, why=VOIDED, now=now)
    rows = Invitation.objects.filter(draw=draw)
    lines, seated = lines_of([draw]), []
    for row in lines:
        end_with_subject(AnswerRequest, row, why=VOIDED, now=now)
        cancel_messages(about=row)
        if row.state in SEATED_STATES and row.has_heard:
            seated.append(row)
    if next_opening(draw.covered, now=now) > now:
        # Of a panel that another draw found the rest still sits.
        more = {"后续安排": PANEL_STAYS if draw.widens_id else MAYBE_AGAIN}
        tell_experts(CANCELLED, seated, key="cancelled", now=now, more=more)
    free_all(rows)
    waiting = [row for row in lines if row.state == InvitationState.INVITED]
    write_lines(
        waiting, state=InvitationState.CANCELLED, replied_at=now, replied_via=ReplyVia.SYSTEM
    )
    rows.update(panel_role="")  # what is left of the panel may have another leader
    set_draw_status(draw, DrawStatus.VOID, actor=actor, now=now)
    defer("draws.store_sheet", lock=f"draw-sheet-{draw.pk}", draw_id=draw.pk)
    after = {CONFIRMATION: hand.witness} | at_head(head)
    record("draw.void", actor=actor, now=now, subject=draw, after=after, note=request.reason)


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=VoidRefused(ARCHIVED))
