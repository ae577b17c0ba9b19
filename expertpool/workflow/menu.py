from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "workflow",
    "审批流程",
    "rubber-stamp",
    "workflow:flow_list",
    permissions=("workflow.manage",),
    order=57,
    active=("workflow:flow",),
    group="system",
)
