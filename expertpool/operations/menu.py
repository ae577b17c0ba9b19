from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "operations",
    "运行状况",
    "activity",
    "operations:index",
    permissions=("operations.view",),
    order=83,
    active=("operations",),
    group="system",
    is_fixed=True,
)
