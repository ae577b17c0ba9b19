"""The seats of one expert, for himself: found by keys that say nothing to anybody else."""

from __future__ import annotations

import logging

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.crypto import DecryptionError
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.clock import pool_pauses
from expertpool.draws.queries.identity import open_identity, seat_key
from expertpool.draws.queries.untold import sealed_draws
from expertpool.draws.queries.written import as_written
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for

logger = logging.getLogger(__name__)


def invitations_of(expert: Expert) -> list[Invitation]:
    """Return the invitations of ``expert``, with draw and project loaded, latest opening first; while
    names are sealed, too."""
    rows = (
        _seats_of(expert)
        .select_related("draw__project__batch")
        .prefetch_related("draw__projects")
        .order_by("-draw__project__opening_at", "-pk")
    )
    return as_written([row for row in rows if _is_of(row, expert)])


def invitation_of(expert: Expert, pk: int) -> Invitation | None:
    """Return the invitation ``pk``, if it is that of ``expert``."""
    row = _seats_of(expert).filter(pk=pk).select_related("draw__project__batch").first()
    return as_written([row])[0] if row and _is_of(row, expert) else None


def own_invitation_ids(user: User) -> list[int]:
    """Return the ids of the invitations of whoever signs in as ``user``, if he has an area of his own
    to read them in: of everybody else no page asks whether he is an expert."""
    expert = expert_for(user) if user.has_permission("experts.self") else None
    return list(_seats_of(expert).values_list("pk", flat=True)) if expert else []


def _seats_of(expert: Expert) -> QuerySet[Invitation]:
    numbers = sealed_draws().values_list("number", flat=True)
    keys = [seat_key(number, expert.pk) for number in numbers]
    # Nobody is invited while his draw stands for a supervisor (docs/decisions/0112).
    stopped = pool_pauses().values("draw")
    rows = Invitation.objects.filter(Q(expert=expert) | Q(seat_key__in=keys))
    return rows.exclude(draw__in=stopped, state=InvitationState.INVITED, reached_at__isnull=True)


def _is_of(row: Invitation, expert: Expert) -> bool:
    """Whether the sealed word says so, too: rows can be written, and ids exchanged."""
    try:
        who = open_identity(row)
    except DecryptionError:
        logger.exception("invitation %s cannot be opened", row.pk)
        return False
    return (who.expert_id, who.ref) == (expert.pk, expert.number)
