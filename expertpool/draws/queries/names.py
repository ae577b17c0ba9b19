"""Lines of draws by their expert, once names are released."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert


def released_invitations(expert: Expert) -> QuerySet[Invitation]:
    """Return the lines of ``expert`` in draws whose names are released, latest opening first; those of records that
    were merged into his among them."""
    return (
        Invitation.objects.filter(
            Q(expert=expert) | Q(expert__merged_into=expert), draw__released_at__isnull=False
        )
        .select_related("draw__project")
        .prefetch_related("draw__projects", "draw__reschedulings")
        .order_by("-draw__project__opening_at", "-pk")
    )
