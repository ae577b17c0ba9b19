"""Invitations as the invited experts see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django.db.models import Q, QuerySet

from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import ENDED
from expertpool.draws.queries.identity import holder_key
from expertpool.experts.models import Expert


class Stage(Enum):
    """What an invitation is to its expert now."""

    OPEN = "open"  # waits for his answer
    COMING = "coming"  # he agreed
    ANSWERED = "answered"  # he declined or took leave
    EXPIRED = "expired"  # he did not answer in time
    CANCELLED = "cancelled"  # replaced, or the draw was given up


def stage_of(invitation: Invitation, *, now: datetime) -> Stage:
    """Return where ``invitation`` stands for its expert at ``now``."""
    state = invitation.state
    if invitation.draw.status in ENDED or state in {
        InvitationState.REPLACED,
        InvitationState.CONFLICT,
    }:
        return Stage.CANCELLED
    if state == InvitationState.INVITED:
        return Stage.OPEN if now < invitation.deadline_at else Stage.EXPIRED
    if state == InvitationState.NO_ANSWER:
        return Stage.EXPIRED
    return Stage.COMING if state == InvitationState.ACCEPTED else Stage.ANSWERED


def invitations_of(expert: Expert) -> QuerySet[Invitation]:
    """Return the invitations of ``expert``, with draw and project loaded, latest opening first.

    While names are sealed he is found by his active hold; after the release by his name. What he
    declined in a draw still sealed is therefore left out.
    """
    return (
        Invitation.objects.filter(
            Q(hold__holder=holder_key(expert.pk), hold__active=True) | Q(expert=expert)
        )
        .select_related("draw__project", "candidate")
        .order_by("-draw__project__opening_at", "-pk")
    )
