"""Lines of draws by their expert, once names are released."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert


def released_invitations(expert: Expert) -> QuerySet[Invitation]:
    """Return the lines of ``expert`` in draws whose names are released, latest opening first."""
    return (
        Invitation.objects.filter(expert=expert, draw__released_at__isnull=False)
        .select_related("draw__project")
        .prefetch_related("draw__projects", "draw__reschedulings")
        .order_by("-draw__project__opening_at", "-pk")
    )
