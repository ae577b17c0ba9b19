from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.draws.models import ConditionTemplate


def templates_for(user: User) -> QuerySet[ConditionTemplate]:
    """Return the templates from which ``user`` may start a plan: his own and the shared ones."""
    return ConditionTemplate.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")
