from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "backups",
    "备份",
    "database",
    "backups:list",
    permissions=("backups.view",),
    order=60,
    active=("backups",),
    group="system",
    is_fixed=True,
)
