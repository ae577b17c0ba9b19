"""How draws are listed and how the states of draws and invitations look."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import ListTab
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.projects.enums import DrawState

DRAW_TONES: dict[str, str] = {
    DrawStatus.SEALED: "amber",
    DrawStatus.INVITING: "blue",
    DrawStatus.SUCCESS: "green",
    DrawStatus.SUCCESS_SUPPLEMENT: "green",
    DrawStatus.UNSATISFIED: "red",
    DrawStatus.ABANDONED: "grey",
    DrawStatus.VOID: "grey",
}
# Of one whose panel stands otherwise (`queries.panel_state`).
PANEL_TONES: dict[DrawState, str] = {
    DrawState.DRAWING: "blue",
    DrawState.SUCCESS: "green",
    DrawState.SUCCESS_SUPPLEMENT: "green",
    DrawState.UNSATISFIED: "red",
}
INVITATION_TONES: dict[str, str] = {
    InvitationState.INVITED: "amber",
    InvitationState.ACCEPTED: "green",
    InvitationState.DECLINED: "red",
    InvitationState.NO_ANSWER: "grey",
    InvitationState.UNREACHED: "grey",
    InvitationState.LEAVE: "orange",
    InvitationState.REPLACED: "grey",
    InvitationState.CONFLICT: "grey",
    InvitationState.CANCELLED: "grey",
}

TABS = (
    ListTab("", "全部"),
    *(ListTab(status.value, str(status.label), Q(status=status)) for status in DrawStatus),
)
SORTS = {
    "number": "number",
    "project": "project__name",
    "sealed": "sealed_at",
    "drawn": "drawn_count",
    "accepted": "accepted_count",
}
