"""What this app adds to the menus."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "secondfactor",
    "第二步验证",
    "shield-check",
    "secondfactor:list",
    ("accounts.security",),
    45,
    active=("secondfactor:list",),
    group="system",
    is_fixed=True,
)
OWN = MenuItem("secondfactor.own", "第二步验证", "shield-check", "secondfactor:own", order=20)
