"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuGroup, MenuItem
from expertpool.points.permissions import MANAGE, SERVE, VIEW
from expertpool.points.queries.requests import unanswered_by

GROUP = MenuGroup("points", "积分与服务", 15)
ITEMS = (
    MenuItem(
        "points",
        "专家积分",
        "trophy",
        "points:list",
        permissions=(VIEW,),
        order=10,
        active=("points:entries", "points:correct", "points:counter"),
        group="points",
        kept_for=("points.correct",),
    ),
    MenuItem(
        "points.requests",
        "服务申请",
        "message-circle",
        "points:request_list",
        permissions=(SERVE,),
        order=20,
        count=WaitingFor(lambda user, now: unanswered_by(user)[:MOST_WAITING]),
        active=("points:answer",),
        group="points",
    ),
    MenuItem(
        "points.rules",
        "积分规则",
        "list-check",
        "points:rule_list",
        permissions=(MANAGE,),
        order=30,
        active=("points:rule_",),
        group="points",
    ),
    MenuItem(
        "points.levels",
        "积分等级",
        "medal",
        "points:level_list",
        permissions=(MANAGE,),
        order=40,
        active=("points:level_",),
        group="points",
    ),
    MenuItem(
        "points.benefits",
        "专属服务",
        "star",
        "points:benefit_list",
        permissions=(MANAGE,),
        order=50,
        active=("points:benefit_",),
        group="points",
    ),
    MenuItem(
        "my_points",
        "我的积分",
        "trophy",
        "points:own",
        permissions=("experts.self",),
        order=55,
        active=("points:ask",),
        group="home",
    ),
)
