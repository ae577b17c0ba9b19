"""The menu entries of this app."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.registry import MOST_WAITING, MenuItem
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.inspections import to_decide


def waiting_for_user(user: User) -> QuerySet[Any] | int:
    return to_decide(user)[:MOST_WAITING] if user.has_permission(MANAGE) else 0


ITEMS = (
    MenuItem(
        "inspections",
        "专家年检",
        "calendar-check",
        "inspections:list",
        permissions=(VIEW, MANAGE),
        order=44,
        count=waiting_for_user,
        active=(
            "inspections:round",
            "inspections:create",
            "inspections:edit",
            "inspections:detail",
            "inspections:decide",
            "inspections:reopen",
            "inspections:lift",
        ),
        group="experts",
    ),
    MenuItem(
        "my_inspections",
        "我的年检",
        "calendar-check",
        "inspections:own",
        permissions=("experts.self",),
        order=53,
        active=("inspections:fill",),
        group="home",
    ),
)
