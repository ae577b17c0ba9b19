"""Inviting seated experts: their rows, their holds, their letters on every channel, a deadline."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from expertpool.core.jobs import defer_batch
from expertpool.core.text import moment_text
from expertpool.draws.enums import HOW, DrawKind, InvitationState, Origin, ReplyVia
from expertpool.draws.models import Draw, DrawPlan, Hold, Invitation
from expertpool.draws.occasions import INVITATION, MOVED_UP, STANDBY_INVITATION
from expertpool.draws.queries.identity import (
    Identity,
    holder_key,
    known_as,
    open_identity,
    pack_identity,
)
from expertpool.draws.queries.meetings import next_opening, periods_of, words_of
from expertpool.draws.registry import reply_path
from expertpool.draws.services.entropy import Entropy
from expertpool.experts.models import Expert
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from vdraw import Seat

# What the letter may say of the projects; see the placeholders of its occasion.
NAMED = ("项目名称", "项目编号", "评审时间", "评审地点", "预计时长", "联系人", "联系电话")
TOKEN_BYTES = 18  # 24 characters in base64url: fits an SMS, cannot be guessed


@dataclass(frozen=True)
class Place:
    """A seat that was just given out: who sits there, and in what line of the sheet."""

    who: Identity
    seat: Seat
    line: int
    conflict: bool = False  # he cannot come any more: no hold, no letter


def invite(
    *,
    draw: Draw,
    plan: DrawPlan,
    places: Sequence[Place],
    origin: Origin,
    now: datetime,
    entropy: Entropy,
) -> list[Invitation]:
    """Store the newly seated, hold them and send their letters, except those in conflict.

    All of it commits with the seating; letters are jobs of this transaction. The clock starts when
    one has gone out (`services.clock`); whoever none reaches is asked until the panel sits.
    Raises IntegrityError when an expert is held elsewhere at that time: the constraint's word.
    """
    # The letter alone has them: the row keeps a hash.
    tokens = [make_token(entropy) for _ in places]
    projects = draw.covered
    # Once the panel sits no answer is of use.
    closing = next_opening(projects, now=now)
    # `release` runs once: who is seated after it is in clear from the start.
    clear = (
        Expert.objects.select_related("employer").in_bulk([one.who.expert_id for one in places])
        if draw.released_at is not None
        else {}
    )
    invitations = Invitation.objects.bulk_create(
        Invitation(
            draw=draw,
            commit=place.seat.commit,
            opening=pack_identity(place.who),
            line=place.line,
            group=place.seat.group,
            level=place.seat.level,
            origin=origin,
            state=InvitationState.CONFLICT if place.conflict else InvitationState.INVITED,
            expert=clear.get(place.who.expert_id),
            released_as=known_as(clear[place.who.expert_id]) if clear else None,
            token_hash=hash_token(token),
            invited_at=now,
            deadline_at=closing,  # until a letter has gone out: `services.clock`
            replied_at=now if place.conflict else None,
            replied_via=ReplyVia.SYSTEM if place.conflict else "",
        )
        for place, token in zip(places, tokens, strict=True)
    )
    asked = [
        (invitation, place.who.expert_id, token)
        for invitation, place, token in zip(invitations, places, tokens, strict=True)
        if invitation.state == InvitationState.INVITED
    ]
    Hold.objects.bulk_create(
        Hold(invitation=invitation, meeting=n, holder=holder_key(expert_id), during=period)
        for invitation, expert_id, _ in asked
        for n, period in enumerate(periods_of(projects))
    )
    experts = Expert.objects.in_bulk([expert_id for _, expert_id, _ in asked])
    known = words_of(projects)
    words = {name: known[name] for name in NAMED}
    for occasion, standby in ((INVITATION, False), (STANDBY_INVITATION, True)):
        envelopes = [
            _envelope(row, experts[expert_id], token, words)
            for row, expert_id, token in asked
            if row.is_standby is standby
        ]
        if envelopes:
            send_messages(
                occasion=occasion.code, envelopes=envelopes, channels=plan.channels, now=now
            )
    jobs = [{"invitation_id": invitation.pk} for invitation, _, _ in asked]
    defer_batch("draws.expire_invitation", jobs, at=closing)
    return invitations


def tell_moved_up(*, plan: DrawPlan, invitation: Invitation, now: datetime) -> None:
    """Tell a standby, once, that he sits in the panel now; who has not answered still has to."""
    expert = Expert.objects.get(pk=open_identity(invitation).expert_id)
    words = words_of(invitation.draw.covered)
    answered = invitation.state == InvitationState.ACCEPTED
    deadline = invitation.runs_until
    before = f"于 {moment_text(deadline)} 前" if deadline else "尽快"
    until = f"请{before}用原来的链接答复，逾期视为不参加。"
    envelope = Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "答复要求": "您已同意参加，无需再答复。" if answered else until,
            **{name: words[name] for name in NAMED},
        },
        about=invitation,
        key=f"moved_up:{invitation.pk}",
    )
    send_messages(occasion=MOVED_UP.code, envelopes=[envelope], channels=plan.channels, now=now)


def recipient_of(expert: Expert) -> Recipient:
    """Return where ``expert`` is told."""
    return Recipient(
        user_id=expert.user_id, name=expert.name, phone=expert.phone, email=expert.email
    )


def make_token(entropy: Entropy) -> str:
    """Return a fresh token of a personal link."""
    return base64.urlsafe_b64encode(entropy.token_bytes(TOKEN_BYTES)).decode()


def hash_token(token: str) -> bytes:
    """What the database keeps of a token: nobody can make a link from it."""
    return hashlib.sha256(token.encode()).digest()


def _envelope(
    invitation: Invitation, expert: Expert, token: str, words: dict[str, str]
) -> Envelope:
    return Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "产生方式": HOW[DrawKind(invitation.draw.kind)],
            "答复链接": settings.SITE_URL + reply_path(token),
            **words,
        },
        about=invitation,
        key=f"invitation:{invitation.pk}",
    )
