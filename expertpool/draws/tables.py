"""How draws are listed and how the states of draws and invitations look."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import ListTab
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.queries.ledger import IN_COURSE, IS_LOOK, IS_MANUAL

DRAW_TONES: dict[str, str] = {
    DrawStatus.SEALED: "amber",
    DrawStatus.INVITING: "blue",
    DrawStatus.SUCCESS: "green",
    DrawStatus.SUCCESS_SUPPLEMENT: "green",
    DrawStatus.UNSATISFIED: "red",
    DrawStatus.ABANDONED: "grey",
    DrawStatus.VOID: "grey",
}
INVITATION_TONES: dict[str, str] = {
    InvitationState.INVITED: "amber",
    InvitationState.ACCEPTED: "green",
    InvitationState.DECLINED: "red",
    InvitationState.NO_ANSWER: "grey",
    InvitationState.LEAVE: "orange",
    InvitationState.REPLACED: "grey",
    InvitationState.CONFLICT: "grey",
    InvitationState.CANCELLED: "grey",
    InvitationState.CANCELLED: "grey",
}

TABS = (
    ListTab("", "全部"),
    *(ListTab(status.value, str(status.label), Q(status=status)) for status in DrawStatus),
)
LEDGER_TABS = (
    ListTab("", "全部"),
    ListTab("manual", "人工操作", IS_MANUAL),
    ListTab("looks", "查看名单", IS_LOOK),
    ListTab("course", "封存与结束", IN_COURSE),
)
SORTS = {
    "number": "number",
    "project": "project__name",
    "sealed": "sealed_at",
    "drawn": "drawn_count",
    "accepted": "accepted_count",
}
