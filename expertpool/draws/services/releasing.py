"""Making names public before their time: two persons and a reason, as for voiding."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason, moment_text
from expertpool.draws.enums import ActionCode, NoteCode, StepReason, StepVia
from expertpool.draws.exceptions import ReleaseRefused
from expertpool.draws.models import Draw, ReleaseRequest
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.obstacles import check_release
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.waiting import waits_for_answers
from expertpool.draws.services.hands import CONFIRMATION, Hand, confirmation_of
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.names import release
from expertpool.draws.services.refusals import log_refusals
from expertpool.draws.services.reveal import FIELDS, set_reveal
from expertpool.draws.services.state import at_head, write_note
from expertpool.workflow.queries.matters import matter_of
from expertpool.workflow.services.two_persons import ask, settle

ATTEMPT = "提前公开名单"


def request_release(*, draw: Draw, reason: str, actor: User, now: datetime) -> ReleaseRequest:
    """Ask for the names of a draw to be made public now; nothing is, until a second person agrees.

    Refuses (ReleaseRefused) without a reason, for a draw that has no list yet, is void or whose
    names are public, before the earliest time that was sealed, for an archived project, and while another request is open; the attempt is
    logged.
    """
    with (
        log_refusals(subject=draw, actor=actor, now=now, attempt=ATTEMPT),
        transaction.atomic(),
    ):
        draw = _lock(draw)
        check_action(ActionCode.ASK_RELEASE, draw, actor=actor, now=now)
        if not is_reason(reason):
            raise ReleaseRefused(f"请写明提前公开的原因{SAY_MORE}。")
        request = ReleaseRequest(draw=draw, reason=reason, requested_at=now)
        _check_in_time(request, now=now)
        ask(request, action="draw.release_request", actor=actor, now=now, refused=ReleaseRefused)
        return request


def decide_release(
    *, request: ReleaseRequest, agree: bool, note: str, actor: User, now: datetime
) -> ReleaseRequest:
    """Agree to a request, which makes the names public at once, or turn it down.

    The reveal time becomes now; roles with a time of their own keep it. Announces NamesReleased.
    Refuses (ReleaseRefused) the person who asked, a request that was decided, and what
    `request_release` refuses by now; the attempt is logged.
    """
    with (
        log_refusals(subject=request.draw, actor=actor, now=now, attempt=ATTEMPT),
        transaction.atomic(),
    ):
        draw = _lock(request.draw)
        settle(request, agree=agree, note=note, actor=actor, now=now, refused=ReleaseRefused)
        if not agree:
            record("draw.release_refuse", actor=actor, now=now, subject=draw, note=note.strip())
            return request
        check_release(draw, now=now)
        planned = draw.reveal_at
        set_reveal(draw, reveal_at=now, by=actor)
        draw.save(update_fields=FIELDS)
        witness = confirmation_of(request)
        hand = Hand(
            StepVia.PAGE,
            StepReason.TWO_PERSONS,
            request.requested_by,
            second=actor,
            witness=witness,
        )
        head = write_note(draw, NoteCode.EARLY_RELEASE, hand=hand, now=now)
        record(
            "draw.release_early",
            actor=actor,
            now=now,
            subject=draw,
            before={"名单公开时间": moment_text(planned)},
            after={"名单公开时间": moment_text(now), CONFIRMATION: witness} | at_head(head),
            note=request.reason,
        )
        # Also while somebody has not answered: two persons have decided so.
        release(draw_id=draw.pk, now=now, unanswered=True)
        return request


def _check_in_time(request: ReleaseRequest, *, now: datetime) -> None:
    """Refuse (ReleaseRefused) to ask for names that are public by themselves before anybody may agree."""
    draw, agreeable = request.draw, matter_of(request).agreeable_at(request)
    if now < draw.reveal_at <= agreeable and not waits_for_answers(draw, now=draw.reveal_at):
        opens, begins = moment_text(draw.reveal_at), moment_text(agreeable)
        raise ReleaseRefused(
            f"名单 {opens} 自行公开，而申请要到 {begins} 才能确认，无需申请提前公开。"
        )


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=ReleaseRefused(ARCHIVED))
