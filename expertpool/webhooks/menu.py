from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "webhooks",
    "事件推送",
    "plug",
    "webhooks:list",
    permissions=("webhooks.manage",),
    order=81,
    active=("webhooks",),
    group="system",
    is_fixed=True,
)
