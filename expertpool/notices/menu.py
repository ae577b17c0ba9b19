"""The menu entries of this app."""

from __future__ import annotations

from expertpool.core.registry import MenuItem
from expertpool.experts.registry import ListAction
from expertpool.notices.queries.notices import SEND, VIEW, waiting_notices

ITEMS = (
    MenuItem(
        "notices",
        "专家通知",
        "speakerphone",
        "notices:list",
        permissions=(VIEW,),
        order=46,
        active=("notices:detail", "notices:preview"),
        group="notifications",
    ),
    MenuItem(
        "my_notices",
        "我的通知",
        "speakerphone",
        "notices:own",
        permissions=("experts.self",),
        order=22,
        count=waiting_notices,
        active=("notices:own_detail",),
        group="home",
    ),
)
LIST_ACTIONS = (ListAction("notices", "发通知", "speakerphone", "notices:choose", SEND),)
