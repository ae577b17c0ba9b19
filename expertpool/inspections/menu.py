"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuItem
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.inspections import to_decide
from expertpool.inspections.queries.renewals import RIGHT
from expertpool.inspections.queries.renewals import to_decide as renewals_to_decide

ITEMS = (
    MenuItem(
        "inspections",
        "专家年检",
        "calendar-check",
        "inspections:list",
        permissions=(VIEW, MANAGE),
        order=44,
        count=WaitingFor(
            lambda user, now: to_decide(user)[:MOST_WAITING] if user.has_permission(MANAGE) else 0
        ),
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
        "renewals",
        "聘期与续聘",
        "calendar-plus",
        "inspections:renewals",
        permissions=(RIGHT,),
        order=45,
        count=WaitingFor(lambda user, now: renewals_to_decide(user)[:MOST_WAITING]),
        active=(
            "inspections:renewal",
            "inspections:renewal_decide",
            "inspections:renew_many",
            "inspections:renewal_run",
        ),
        group="experts",
    ),
    MenuItem(
        "my_inspections",
        "年检与续聘",
        "calendar-check",
        "inspections:own",
        permissions=("experts.self",),
        order=53,
        active=("inspections:fill", "inspections:renewal_ask"),
        group="home",
    ),
)
