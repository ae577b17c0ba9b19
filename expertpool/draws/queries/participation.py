"""Who is held and who took part when, across all draws, sealed ones included."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import QuerySet

from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.models import Hold, Invitation
from expertpool.draws.queries.identity import open_identity


def held_expert_ids(start: datetime, end: datetime) -> set[int]:
    """Experts invited or seated somewhere for a time that overlaps [start, end)."""
    rows = Hold.objects.filter(active=True, during__overlap=(start, end)).values_list(
        "invitation__expert_id", "invitation__candidate__opening"
    )
    return {expert_id or open_identity(opening).expert_id for expert_id, opening in rows}


def participations(start: datetime, end: datetime) -> Counter[int]:
    """How often each expert agreed to a review that opens in [start, end)."""
    rows = (
        accepted_invitations()
        .filter(draw__project__opening_at__gte=start, draw__project__opening_at__lt=end)
        .values_list("expert_id", "candidate__opening")
    )
    return Counter(expert_id or open_identity(opening).expert_id for expert_id, opening in rows)


def all_participations() -> Counter[int]:
    """How often each expert agreed, ever: what the condition 参评次数 counts."""
    rows = accepted_invitations().values_list("expert_id", "candidate__opening")
    return Counter(expert_id or open_identity(opening).expert_id for expert_id, opening in rows)


def accepted_invitations() -> QuerySet[Invitation]:
    """Invitations that count as taking part: accepted, in a draw that was not voided."""
    return Invitation.objects.filter(state=InvitationState.ACCEPTED).exclude(
        draw__status=DrawStatus.VOID
    )
