"""The menu entry of the draws app."""

from expertpool.core.registry import MenuItem

RECORDS = MenuItem(
    "draw_records",
    "抽取记录",
    "dice-5",
    "draws:list",
    permissions=("draws.view",),
    order=30,
    active=("draws:detail",),
)
