from __future__ import annotations

from expertpool.core.registry import MenuItem
from expertpool.projects.queries import count_to_decide
from expertpool.projects.queries.follow_up import count_open_tasks

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
            "draws:exclusions",
        ),
    ),
    MenuItem(
        "project_batches",
        "项目批次",
        "stack-2",
        "projects:batch_list",
        permissions=("projects.view",),
        order=15,
        active=("projects:batch_",),
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
    MenuItem(
        "project_tasks",
        "项目任务",
        "list-check",
        "projects:task_list",
        permissions=("projects.view",),
        order=25,
        count=count_open_tasks,
    ),
    MenuItem(
        "project_statistics",
        "项目统计",
        "chart-bar",
        "projects:statistics",
        permissions=("projects.view",),
        order=60,
    ),
    MenuItem(
        "project_archive",
        "归档项目",
        "archive",
        "projects:archive_list",
        permissions=("projects.view",),
        order=70,
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
