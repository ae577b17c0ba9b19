"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuItem
from expertpool.privacy.permissions import DECIDE, READS
from expertpool.privacy.queries.requests import unanswered_by

ITEMS = (
    MenuItem(
        "privacy.requests",
        "个人信息请求",
        "shield-lock",
        "privacy:requests",
        (DECIDE,),
        47,
        count=WaitingFor(lambda user, now: unanswered_by(user)[:MOST_WAITING]),
        active=("privacy:answer",),
        group="experts",
        is_fixed=True,
    ),
    MenuItem(
        "privacy.erasures",
        "抹去个人信息",
        "eraser",
        "privacy:erasures",
        (DECIDE,),
        48,
        active=("privacy:erasure",),
        group="experts",
        is_fixed=True,
    ),
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
        active=("privacy:ask", "privacy:consent"),
        group="home",
    ),
)
