from __future__ import annotations

from expertpool.automation.permissions import CONFIRM, ERRANDS, MANAGE, VIEW
from expertpool.core.registry import MenuItem

ITEMS = (
    MenuItem(
        "errands",
        "规则待办",
        "list-check",
        "automation:errands",
        permissions=(ERRANDS,),
        order=22,
        active=("automation:errand_done",),
        group="home",
    ),
    MenuItem(
        "automation",
        "事件规则",
        "bolt",
        "automation:list",
        permissions=(MANAGE, CONFIRM, VIEW),
        order=58,
        active=(
            *("automation:create", "automation:detail", "automation:edit"),
            *("automation:firings", "automation:firing"),
        ),
        group="system",
        is_fixed=True,
    ),
)
