"""How the lists of points are ordered and split into tabs."""

from django.db.models import Q

from expertpool.core.views.listing import ListTab

ACCOUNT_SORTS: dict[str, str | tuple[str, ...]] = {
    "balance": ("balance", "id"),
    "updated": ("updated_at", "id"),
    "number": "expert__number",
}
ENTRY_SORTS: dict[str, str | tuple[str, ...]] = {"at": ("at", "id"), "points": ("points", "id")}
REQUEST_SORTS: dict[str, str | tuple[str, ...]] = {"asked": ("asked_at", "id")}
REQUEST_TABS = (
    ListTab("", "待答复", Q(answered_at__isnull=True)),
    ListTab("answered", "已答复", Q(answered_at__isnull=False)),
)
