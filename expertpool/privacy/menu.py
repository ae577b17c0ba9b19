"""The menu entries of this app."""

from __future__ import annotations

from expertpool.core.registry import MenuItem
from expertpool.privacy.permissions import READS

ITEMS = (
    MenuItem(
        "privacy.reads",
        "谁看过谁",
        "eye",
        "privacy:reads",
        (READS,),
        51,
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "my_privacy",
        "个人信息权利",
        "shield-lock",
        "privacy:own",
        permissions=("experts.self",),
        order=58,
        group="home",
    ),
)
