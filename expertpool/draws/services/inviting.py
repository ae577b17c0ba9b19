"""Inviting one seated expert: his row, his hold, his letter on every channel, his deadline."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from expertpool.core.jobs import defer
from expertpool.draws.engine import Seat
from expertpool.draws.enums import InvitationState, Origin, ReplyVia
from expertpool.draws.models import Candidate, Draw, DrawPlan, Hold, Invitation
from expertpool.draws.queries.identity import holder_key, open_identity
from expertpool.draws.queries.invitations import duration_text
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.tasks import expire_invitation
from expertpool.experts.models import Expert
from expertpool.notifications.services.sending import Recipient, send_message

TOKEN_BYTES = 18  # 24 characters in base64url: fits an SMS, cannot be guessed


def invite(
    *,
    draw: Draw,
    plan: DrawPlan,
    candidate: Candidate,
    seat: Seat,
    line: int,
    origin: Origin,
    now: datetime,
    entropy: Entropy,
    conflict: bool = False,
) -> Invitation:
    """Seat ``candidate`` and, unless he is in ``conflict``, hold him and send the invitation.

    All of it commits with the seating; letters and the deadline are jobs of this transaction.
    Raises IntegrityError when the expert is held elsewhere at that time: the constraint's word.
    """
    token = make_token(entropy)
    identity = open_identity(candidate.opening)
    released = draw.released_at is not None
    invitation = Invitation(
        draw=draw,
        candidate=candidate,
        line=line,
        group=seat.group,
        level=seat.level,
        origin=origin,
        state=InvitationState.CONFLICT if conflict else InvitationState.INVITED,
        expert_id=identity.expert_id if released else None,
        token_hash=hash_token(token),
        invited_at=now,
        deadline_at=_deadline(draw, plan, now),
        replied_at=now if conflict else None,
        replied_via=ReplyVia.SYSTEM if conflict else "",
    )
    invitation.save(force_insert=True)
    if conflict:
        return invitation
    project = draw.project
    Hold.objects.create(
        invitation=invitation,
        holder=holder_key(identity.expert_id),
        during=(project.opening_at, project.closing_at),
    )
    _send_letter(invitation, plan, Expert.objects.get(pk=identity.expert_id), token, now=now)
    defer(expire_invitation, at=invitation.deadline_at, invitation_id=invitation.pk)
    return invitation


def make_token(entropy: Entropy) -> str:
    """Return a fresh token of a personal link."""
    return base64.urlsafe_b64encode(entropy.token_bytes(TOKEN_BYTES)).decode()


def hash_token(token: str) -> bytes:
    """What the database keeps of a token: nobody can make a link from it."""
    return hashlib.sha256(token.encode()).digest()


def _deadline(draw: Draw, plan: DrawPlan, now: datetime) -> datetime:
    """The reply deadline, never later than the opening."""
    return min(now + timedelta(minutes=plan.reply_minutes), draw.project.opening_at)


def _send_letter(
    invitation: Invitation, plan: DrawPlan, expert: Expert, token: str, *, now: datetime
) -> None:
    project = invitation.draw.project
    send_message(
        occasion="draw.invitation",
        recipient=Recipient(
            user_id=expert.user_id, name=expert.name, phone=expert.phone, email=expert.email
        ),
        channels=plan.channels,
        context={
            "专家姓名": expert.name,
            "评审时间": _moment(project.opening_at),
            "评审地点": project.place,
            "预计时长": duration_text(project),
            "联系人": project.contact_name,
            "联系电话": project.contact_phone,
            "答复截止": _moment(invitation.deadline_at),
            "答复链接": settings.SITE_URL + reverse("draws:reply", args=[token]),
            "项目名称": project.name,
            "项目编号": project.number,
        },
        about=invitation,
        key=f"invitation:{invitation.pk}",
        now=now,
    )


def _moment(value: datetime) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
