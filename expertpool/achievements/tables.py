"""How achievements are ordered, split into tabs, and coloured."""

from django.db.models import Q

from expertpool.achievements.enums import AchievementState as State
from expertpool.core.views.listing import ListTab

SORTS: dict[str, str | tuple[str, ...]] = {
    "year": ("year", "id"),
    "title": ("title", "id"),
    "asked": ("asked_at", "id"),
}
TABS = (
    ListTab("", "全部"),
    ListTab("pending", "待审核", Q(state=State.PENDING)),
    ListTab("approved", "已通过", Q(state=State.APPROVED)),
)
TONES: dict[str, str] = {
    State.DRAFT: "grey",
    State.PENDING: "amber",
    State.RETURNED: "red",
    State.APPROVED: "green",
}
