from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MenuGroup, MenuItem
from expertpool.projects.queries import projects_to_decide
from expertpool.projects.queries.follow_up import open_tasks_to_count
from expertpool.workflow.queries.todo import codes_to_decide

# The group of whatever draws, in the apps above too.
GROUP = MenuGroup("projects", "抽取管理", 20)
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
        ),
        group="projects",
        api=("projects", "project-fields"),
        kept_for=(codes_to_decide, "audit.view"),
    ),
    MenuItem(
        "project_batches",
        "项目批次",
        "stack-2",
        "projects:batch_list",
        permissions=("projects.view",),
        order=15,
        active=("projects:batch_",),
        group="projects",
        api=("batches",),
    ),
    MenuItem(
        "project_approvals",
        "待审项目",
        "clipboard-check",
        "projects:approvals",
        permissions=("projects.approve",),
        order=20,
        count=WaitingFor(lambda user, now: projects_to_decide(user)),
        group="projects",
        is_fixed=True,
    ),
    MenuItem(
        "project_tasks",
        "项目任务",
        "list-check",
        "projects:task_list",
        permissions=("projects.view",),
        order=25,
        count=open_tasks_to_count,
        group="projects",
    ),
    MenuItem(
        "project_archive",
        "归档项目",
        "archive",
        "projects:archive_list",
        permissions=("projects.view",),
        order=70,
        group="projects",
    ),
    MenuItem(
        "project_rules",
        "制度规则",
        "gavel",
        "projects:rules",
        permissions=("projects.rules",),
        order=55,
        group="system",
        is_fixed=True,
    ),
)
