"""How the lists of this app are cut and ordered, and how a state is shown."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.core.views.listing import ListTab
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project, Task
from expertpool.projects.queries.follow_up import OPEN, open_tasks_for, overdue


def _approved(state: DrawState) -> Q:
    return Q(status=ProjectStatus.APPROVED, draw_state=state)


# First the road to approval, then the road of the draw.
TABS = (
    ListTab("", "全部"),
    *(
        ListTab(status.value, str(status.label), Q(status=status))
        for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED)
    ),
    *(ListTab(state.value, str(state.label), _approved(state)) for state in DrawState),
    ListTab(ProjectStatus.ARCHIVED.value, "已归档", Q(status=ProjectStatus.ARCHIVED)),
)

SORTS = {
    "created": "created_at",
    "number": "number",
    "name": "name",
    "department": "department__path",
    "opening": "opening_at",
}

DEFAULT_SORT = "-created"
ARCHIVE_SORTS = SORTS | {"archived": "archived_at"}
BATCH_SORTS = {
    "created": "created_at",
    "name": "name",
    "projects": "project_count",
    "opening": "first_opening",
}
TASK_SORTS: dict[str, str | tuple[str, ...]] = {
    "due": ("due_date", "id"),
    "given": "created_at",
    "done": "completed_at",
    "project": "project__name",
}


def task_tabs(user: User, today: date) -> tuple[ListTab, ...]:
    """Return the tabs of the list of tasks; the first is what ``user`` has to do."""
    return (
        ListTab("", "待我完成", Q(pk__in=open_tasks_for(user).order_by().values("pk"))),
        ListTab("open", "未完成", OPEN),
        ListTab("overdue", "已逾期", overdue(today)),
        ListTab("given", "我指派的", Q(created_by=user)),
        ListTab("done", "已完成", Q(completed_at__isnull=False)),
        ListTab("all", "全部"),
    )


def task_pill(task: Task, today: date) -> tuple[str, str]:
    """Return label and tone of where a task stands."""
    if task.cancelled_at:
        return "已撤销", "grey"
    if task.completed_at:
        return "已完成", "green"
    if task.is_overdue(today):
        return f"逾期 {(today - task.due_date).days} 天", "red"
    return ("今天到期", "orange") if task.due_date == today else ("进行中", "blue")


STATUS_TONES = {
    ProjectStatus.DRAFT: "grey",
    ProjectStatus.PENDING: "amber",
    ProjectStatus.APPROVED: "green",
    ProjectStatus.REJECTED: "red",
    ProjectStatus.ARCHIVED: "grey",
}
DRAW_TONES = {
    DrawState.NOT_DRAWN: "grey",
    DrawState.DRAWING: "blue",
    DrawState.SUCCESS: "green",
    DrawState.UNSATISFIED: "red",
    DrawState.SUCCESS_SUPPLEMENT: "green",
}


def state_pill(project: Project) -> tuple[str, str]:
    """Return label and tone of where the project stands: its approval, then its draw."""
    if project.status == ProjectStatus.APPROVED:
        draw_state = DrawState(project.draw_state)
        return str(draw_state.label), DRAW_TONES[draw_state]
    status = ProjectStatus(project.status)
    return str(status.label), STATUS_TONES[status]
