from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "customforms",
    "自定义字段",
    "forms",
    "customforms:field_list",
    permissions=("customforms.manage",),
    order=56,
    active=("customforms:field_",),
    group="system",
)
