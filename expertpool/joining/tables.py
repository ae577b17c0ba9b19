"""How the list of applications is ordered and split into tabs."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import ListTab
from expertpool.joining.enums import State

SORTS: dict[str, str | tuple[str, ...]] = {"handed_in": "handed_in_at", "name": "name"}
TABS = (
    ListTab("", "全部"),
    *(
        ListTab(state.value, str(state.label), Q(state=state))
        for state in (
            State.PENDING,
            State.RETURNED,
            State.APPROVED,
            State.REJECTED,
            State.WITHDRAWN,
        )
    ),
)
