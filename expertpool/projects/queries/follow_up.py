"""Reads of progress and tasks: of one project, and of one user across projects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.prepared import Given, Prepared, Statement
from expertpool.files.models import Attachment
from expertpool.files.queries import preview_kind
from expertpool.projects.models import ProgressEntry, Project, Task
from expertpool.projects.queries.projects import projects_editable_by, projects_visible_to

OPEN = Q(completed_at__isnull=True, cancelled_at__isnull=True)


@dataclass(frozen=True)
class Report:
    """An entry of the progress with its files; those a browser can show come with True."""

    entry: ProgressEntry
    files: list[tuple[Attachment, bool]]


def progress_of(project: Project) -> list[Report]:
    """Return the progress of ``project``, newest first; two queries. The caller checks the right."""
    entries = list(project.progress.select_related("author"))
    files: dict[str, list[tuple[Attachment, bool]]] = defaultdict(list)
    found = Attachment.objects.filter(
        subject_type=ProgressEntry._meta.label_lower,
        subject_id__in=[str(entry.pk) for entry in entries],
    )
    for file in found:
        files[file.subject_id].append((file, bool(preview_kind(file))))
    return [Report(entry, files[str(entry.pk)]) for entry in entries]


def tasks_of(project: Project) -> QuerySet[Task]:
    """Return the tasks of ``project`` by their day. The caller checks the right."""
    return project.tasks.select_related("department", "assignee", "created_by", "completed_by")


def tasks_for(user: User) -> QuerySet[Task]:
    """Return the tasks that ``user`` has to do: his own, and those his department was given
    without naming a person. He sees them even where he may not see the project."""
    return _with_names(Task.objects.filter(_of(user)))


def open_tasks_for(user: User) -> QuerySet[Task]:
    """Return what of `tasks_for` is not done yet."""
    return tasks_for(user).filter(OPEN)


def open_tasks_to_count(user: User) -> Statement:
    """Return the same rows for the menu, which counts them on every page."""
    return _open_tasks.given(user=user.pk, department=user.proven_department_id)


_open_tasks = Prepared(
    lambda: Task.objects.filter(
        Q(assignee=Given("user")) | Q(assignee__isnull=True, department=Given("department")), OPEN
    ).values("pk")
)


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """Return the tasks of the projects that ``user`` may see, and his own."""
    return _with_names(
        Task.objects.filter(Q(project__in=projects_visible_to(user).order_by()) | _of(user))
    )


def tasks_completable_by(user: User) -> QuerySet[Task]:
    """Return the open tasks that ``user`` may mark as done: his own, and those of projects he
    may change."""
    mine = Q(project__in=projects_editable_by(user).order_by()) | _of(user)
    return _with_names(Task.objects.filter(OPEN & mine))


def tasks_managed_by(user: User) -> QuerySet[Task]:
    """Return the open tasks that ``user`` may take back: those of projects he may change."""
    editable = projects_editable_by(user).order_by()
    return _with_names(Task.objects.filter(OPEN, project__in=editable))


def overdue(today: date) -> Q:
    """Tasks that are open after their day."""
    return OPEN & Q(due_date__lt=today)


def possible_assignees() -> QuerySet[User]:
    """Return the users that a task may be given to: they may see projects at all."""
    return users_with_permission("projects.view").select_related("department").order_by("name")


def responsible_users(task: Task) -> list[User]:
    """Return whom a task is to be told: its person, or everybody of its department who may see
    projects."""
    if task.assignee is not None:
        return [task.assignee]
    return list(possible_assignees().filter(department=task.department_id))


def _of(user: User) -> Q:
    mine = Q(assignee=user)
    if (place := user.proven_department_id) is not None:
        mine |= Q(assignee__isnull=True, department=place)
    return mine


def _with_names(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("project", "department", "assignee", "created_by", "completed_by")
