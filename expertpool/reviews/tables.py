"""How the list of reviews is ordered and split into tabs."""

from django.db.models import Q

from expertpool.core.views.listing import ListTab

REVIEW_SORTS: dict[str, str | tuple[str, ...]] = {
    "created": ("created_at", "id"),
    "opening": ("project__opening_at", "id"),
}
REVIEW_TABS = (
    ListTab("", "全部"),
    ListTab("draft", "准备中", Q(opened_at__isnull=True)),
    ListTab("open", "评审中", Q(opened_at__isnull=False, ended_at__isnull=True)),
    ListTab("ended", "已结束", Q(ended_at__isnull=False)),
)
