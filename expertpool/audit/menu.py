"""What the log adds to the menu."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "audit.entries",
    "操作日志",
    "history",
    "audit:entry_list",
    ("audit.view",),
    50,
    active=("audit",),
    group="system",
    is_fixed=True,
)
