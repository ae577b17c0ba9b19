from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "siteconfig",
    "站点设置",
    "settings",
    "siteconfig:index",
    permissions=("siteconfig.manage",),
    order=5,
    active=("siteconfig",),
    group="system",
    is_fixed=True,
)
