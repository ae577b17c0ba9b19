"""Giving out tasks of a project, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.services import in_words, record
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.projects.exceptions import TaskRefused
from expertpool.projects.models import Project, Task
from expertpool.projects.occasions import TASK
from expertpool.projects.queries.follow_up import responsible_users
from expertpool.projects.services.state import lock_open_project

OVER = "任务已经完成或撤销，请刷新页面查看最新情况。"


@dataclass(frozen=True)
class TaskData:
    """A task as it is given out: to a person, or to a department."""

    title: str
    due_date: date
    department: Department | None = None
    assignee: User | None = None
    detail: str = ""


@transaction.atomic
def assign_task(*, project: Project, data: TaskData, actor: User, now: datetime) -> Task:
    """Give out a task and tell its person, or everybody of its department; logs it.

    Refuses an archived project (ProjectArchived), a task without anybody to do it (TaskRefused),
    and a day that is over (ValidationError).
    """
    project = lock_open_project(project)
    if data.due_date < timezone.localdate(now):
        raise ValidationError({"due_date": "完成期限不能早于今天。"})
    if data.department is None and data.assignee is None:
        raise TaskRefused("请选择负责部门或负责人。")
    task = Task(
        project=project,
        title=data.title.strip(),
        detail=data.detail.strip(),
        department=data.department,
        assignee=data.assignee,
        due_date=data.due_date,
        created_at=now,
        created_by=actor,
    )
    task.full_clean()
    # Before the task is there: a task that nobody can see would never be done.
    users = responsible_users(task)
    if not users:
        raise TaskRefused("该部门没有能查看项目的人员，请改选部门，或直接指定负责人。")
    task.save()
    after = in_words(task, "title", "department", "assignee", "due_date")
    record("project.task_assign", actor=actor, now=now, subject=project, after=after)
    _tell(task, users, now=now)
    return task


@transaction.atomic
def complete_task(*, task: Task, note: str, actor: User, now: datetime) -> None:
    """Mark a task as done, with what came of it; logs it.

    The caller has checked that ``actor`` may. Refuses an archived project (ProjectArchived) and a
    task that has ended (TaskRefused).
    """
    _end(task, {"completed_at": now, "completed_by": actor, "note": note.strip()})
    after = in_words(task, "title", "note")
    record("project.task_complete", actor=actor, now=now, subject=task.project, after=after)


@transaction.atomic
def cancel_task(*, task: Task, actor: User, now: datetime) -> None:
    """Take back a task that is no longer needed; logs it. Refuses what `complete_task` refuses."""
    _end(task, {"cancelled_at": now})
    after = in_words(task, "title")
    record("project.task_cancel", actor=actor, now=now, subject=task.project, after=after)


def _end(task: Task, values: dict[str, Any]) -> None:
    # The lock first, as whoever archives takes it; then only one of two finds the task open.
    lock_open_project(task.project)
    open_tasks = Task.objects.filter(
        pk=task.pk, completed_at__isnull=True, cancelled_at__isnull=True
    )
    if not open_tasks.update(**values):
        raise TaskRefused(OVER)
    for name, value in values.items():
        setattr(task, name, value)


def _tell(task: Task, users: list[User], *, now: datetime) -> None:
    project = task.project
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name),
            context={
                "负责人": user.name,
                "任务": task.title,
                "要求": task.detail or "无",
                "完成期限": task.due_date.isoformat(),
                "项目名称": project.name,
                "项目编号": project.number,
                "指派人": task.created_by.name,
            },
            about=project,
            # One message for each task and person, however often this is tried.
            key=f"project-task:{task.pk}:{user.pk}",
        )
        for user in users
    ]
    send_messages(
        occasion=TASK.code,
        envelopes=envelopes,
        channels=[ChannelCode.SITE],
        now=now,
        kind=project.kind,
    )
