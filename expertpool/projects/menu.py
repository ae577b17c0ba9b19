from __future__ import annotations

from expertpool.core.registry import MenuItem
from expertpool.projects.queries import count_to_decide

ITEMS = (
    MenuItem(
        "projects",
        "项目管理",
        "briefcase",
        "projects:list",
        permissions=("projects.view",),
        order=10,
        active=(
            "projects:create",
            "projects:edit",
            "projects:detail",
            "projects:avoidances",
            "projects:attachments",
            "draws:plan",
            "draws:prequery",
        ),
    ),
    MenuItem(
        "project_approvals",
        "待审项目",
        "clipboard-check",
        "projects:approvals",
        permissions=("projects.approve",),
        order=20,
        count=count_to_decide,
    ),
)
SETTINGS = MenuItem(
    "project_rules",
    "制度规则",
    "gavel",
    "projects:rules",
    permissions=("projects.rules",),
    order=55,
)
