"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import FoundFor
from expertpool.core.home import MOST_TODOS, Number, Source, Todo
from expertpool.core.prepared import Given
from expertpool.core.registry import MenuItem
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries import (
    projects_editable_by,
    projects_to_decide,
    projects_visible_to,
)
from expertpool.projects.queries.follow_up import open_tasks_for


def project_numbers(user: User, now: datetime) -> Iterator[Number]:
    projects = projects_visible_to(user)
    url = reverse("projects:list")
    to_draw = projects.filter(status=ProjectStatus.APPROVED, draw_state=DrawState.NOT_DRAWN)
    yield Number("项目", projects, url, "briefcase")
    yield Number("待抽取项目", to_draw, f"{url}?tab=not_drawn", "dice-5", "orange")


def _pending() -> QuerySet[Project]:
    return Project.objects.filter(status=ProjectStatus.PENDING)


def decisions(user: User, now: datetime) -> Iterator[Todo]:
    for project in _to_decide(user):
        opening = timezone.localtime(project.opening_at)
        yield Todo(
            f"审核项目：{project.name}",
            f"{project.created_by} 提交，{opening:%m-%d %H:%M} 评审",
            reverse("projects:detail", args=[project.pk]),
            "clipboard-check",
            "amber",
            "审核",
        )


_to_decide = FoundFor(lambda user: projects_to_decide(user)[:MOST_TODOS], called="decisions")


def _returned() -> QuerySet[Project]:
    return Project.objects.filter(status=ProjectStatus.REJECTED, created_by=Given("user"))


def returned_projects(user: User, now: datetime) -> Iterator[Todo]:
    # His own only: what is sent back goes to the applicant, whoever else may edit it.
    returned = projects_editable_by(user).filter(status=ProjectStatus.REJECTED, created_by=user)
    for project in returned[:MOST_TODOS]:
        yield Todo(
            f"修改项目：{project.name}",
            f"已退回：{project.decision_note or '没有写意见'}",
            reverse("projects:detail", args=[project.pk]),
            "arrow-back-up",
            "red",
            "修改",
        )


def tasks(user: User, now: datetime) -> Iterator[Todo]:
    """Tasks of projects given to him or his department; it need not be a project he sees."""
    today = timezone.localdate(now)
    for task in _tasks(user):
        late = task.is_overdue(today)
        yield Todo(
            f"项目任务：{task.title}",
            f"{task.project.name}，{'已逾期，' if late else ''}期限 {task.due_date}",
            reverse("projects:task_list"),
            "list-check",
            "red" if late else "blue",
            "去完成",
        )


_tasks = FoundFor(lambda user: open_tasks_for(user)[:MOST_TODOS], called="tasks")
NUMBERS = (Source("projects", "projects.view", 30, project_numbers),)
TODOS = (
    Source("project_decisions", "projects.approve", 70, decisions, _pending),
    Source("returned_projects", "projects.edit", 80, returned_projects, _returned),
    Source("project_tasks", "projects.view", 90, tasks),
)
SHORTCUTS = (
    MenuItem("projects.add", "申请项目", "file-plus", "projects:create", ("projects.add",), 10),
    MenuItem(
        "projects.approve",
        "审核项目",
        "clipboard-check",
        "projects:approvals",
        ("projects.approve",),
        20,
    ),
    MenuItem("projects.list", "查看项目", "briefcase", "projects:list", ("projects.view",), 70),
)
