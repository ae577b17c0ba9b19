"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuItem
from expertpool.joining.queries.applications import applications_to_decide

ITEMS = (
    MenuItem(
        "joining.applications",
        "入库申请",
        "user-plus",
        "joining:list",
        permissions=("joining.review",),
        order=15,
        count=WaitingFor(lambda user, now: applications_to_decide(user)[:MOST_WAITING]),
        active=("joining:detail", "joining:approve", "joining:reject", "joining:return"),
        group="experts",
        is_fixed=True,
    ),
    MenuItem(
        "joining.entrance",
        "申请入口",
        "qrcode",
        "joining:entrance",
        permissions=("joining.setup",),
        order=16,
        active=("joining:poster", "joining:link_", "joining:consent_edit"),
        group="experts",
    ),
    MenuItem(
        "joining.mine",
        "我的入库申请",
        "file-text",
        "joining:mine",
        permissions=("joining.apply",),
        order=15,
        active=("joining:step",),
        group="home",
    ),
    MenuItem(
        "joining.recommendations",
        "推荐同行",
        "user-heart",
        "joining:recommendations",
        permissions=("experts.self",),
        order=60,
        active=("joining:recommend",),
        group="home",
    ),
)
