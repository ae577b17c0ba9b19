"""How the lists of ratings are ordered and split into tabs."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import ListTab

EVALUATION_SORTS: dict[str, str | tuple[str, ...]] = {
    "opening": ("project__opening_at", "id"),
    "due": ("due_at", "id"),
}
EVALUATION_TABS = (
    ListTab("", "评价中", Q(closed_at__isnull=True)),
    ListTab("closed", "已结束", Q(closed_at__isnull=False)),
    ListTab("all", "全部"),
)
RATING_SORTS: dict[str, str | tuple[str, ...]] = {
    "given": ("given_at", "id"),
    "total": ("total", "id"),
}
