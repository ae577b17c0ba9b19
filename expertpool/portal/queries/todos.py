"""What waits for a user, on his home page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import locked_users
from expertpool.draws.enums import DrawKind, DrawStatus
from expertpool.draws.models import Draw, PickRequest, ReleaseRequest, TwoPersonRequest, VoidRequest
from expertpool.draws.queries.draws import draws_visible_to, projects_to_draw
from expertpool.draws.queries.picking import lists_to_complete
from expertpool.draws.queries.requests import requests_to_decide
from expertpool.draws.services.sealing import CONTRIBUTOR_PERMISSION
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_editable_by, projects_to_decide
from expertpool.projects.queries.follow_up import open_tasks_for

MOST = 5  # of one kind; the list behind has all


@dataclass(frozen=True)
class Todo:
    """Something that waits for this user."""

    title: str
    text: str
    url: str
    icon: str
    tone: str = "blue"
    action: str = "处理"


def todos_for(user: User, *, now: datetime) -> list[Todo]:
    """Return what waits for ``user``, the most urgent kind first, at most MOST of a kind."""
    return [
        todo
        for permission, make in TODOS
        if user.has_permission(permission)
        for todo in make(user, now)
    ]


def may_have_todos(user: User) -> bool:
    return any(user.has_permission(permission) for permission, _ in TODOS)


def _contributions(user: User, permission: str) -> Iterator[Todo]:
    """Draws that are sealed and wait for the value of a role that ``user`` may act as."""
    role = next(role for role, code in CONTRIBUTOR_PERMISSION.items() if code == permission)
    sealed = draws_visible_to(user, permission).filter(
        status=DrawStatus.SEALED, rule_content__contributors__contains=[role]
    )
    for draw in sealed[:MOST]:
        if role not in {reveal["role"] for reveal in draw.reveals}:
            yield Todo(
                f"提供随机值：{draw.title}",
                f"{draw.number} 已封存，等待您提供随机值后定序",
                reverse("draws:detail", args=[draw.pk]),
                "arrows-shuffle",
                "red",
                "提供",
            )


def _as_supervisor(user: User, now: datetime) -> Iterator[Todo]:
    yield from _contributions(user, "draws.contribute")


def _to_draw(user: User, now: datetime) -> Iterator[Todo]:
    yield from _contributions(user, "draws.run")
    projects = projects_to_draw(user, "draws.run").filter(
        Q(batch__isnull=True) | Q(leads_batch=True),  # a batch is drawn once
        status=ProjectStatus.APPROVED,
        draw_state__in=(DrawState.NOT_DRAWN, DrawState.UNSATISFIED),
        opening_at__gt=now,
    )
    by_hand = Draw.objects.filter(status=DrawStatus.UNSATISFIED).exclude(kind=DrawKind.RANDOM)
    projects = projects.exclude(pk__in=by_hand.values("projects"))  # see `_lists_to_complete`
    for project in projects.select_related("batch").order_by("opening_at")[:MOST]:
        short = project.draw_state == DrawState.UNSATISFIED
        yield Todo(
            f"{'补足' if short else '抽取'}专家：{project.batch or project.name}",
            f"{_moment(project)} 评审，{'人数不满足，请补抽或放宽条件' if short else '尚未抽取'}",
            reverse("projects:detail", args=[project.pk]) + ("?tab=plan" if short else ""),
            "dice-5",
            "orange",
            "去补足" if short else "去抽取",
        )


def _picks_to_confirm(user: User, now: datetime) -> Iterator[Todo]:
    for asked in requests_to_decide(PickRequest, user, "draws.confirm_picks")[:MOST]:
        yield Todo(
            f"确认人选：{asked.draw.title}",
            f"{asked.draw.get_kind_display()}，{_moment(asked.draw.project)} 评审，确认后发出邀请",
            reverse("draws:detail", args=[asked.draw_id]),
            "users",
            "red",
            "确认",
        )


def _voids_to_confirm(user: User, now: datetime) -> Iterator[Todo]:
    for asked in requests_to_decide(VoidRequest, user, "draws.void")[:MOST]:
        yield _to_confirm("作废抽取", asked, "ban")


def _releases_to_confirm(user: User, now: datetime) -> Iterator[Todo]:
    for asked in requests_to_decide(ReleaseRequest, user, "draws.release")[:MOST]:
        yield _to_confirm("提前公开名单", asked, "eye")


def _to_confirm(what: str, asked: TwoPersonRequest, icon: str) -> Todo:
    return Todo(
        f"确认{what}：{asked.draw.project.name}",
        f"{asked.requested_by} 申请：{asked.reason}",
        reverse("draws:detail", args=[asked.draw_id]),
        icon,
        "red",
        "确认",
    )


def _lists_to_complete(user: User, now: datetime) -> Iterator[Todo]:
    for draw in lists_to_complete(user, now=now)[:MOST]:
        yield Todo(
            f"另选专家：{draw.title}",
            f"{draw.get_kind_display()}的名单有人退出，{_moment(draw.project)} 评审",
            reverse("draws:detail", args=[draw.pk]),
            "users",
            "orange",
            "去选",
        )


def _decisions(user: User, now: datetime) -> Iterator[Todo]:
    for project in projects_to_decide(user)[:MOST]:
        yield Todo(
            f"审核项目：{project.name}",
            f"{project.created_by} 提交，{_moment(project)} 评审",
            reverse("projects:detail", args=[project.pk]),
            "clipboard-check",
            "amber",
            "审核",
        )


def _tasks(user: User, now: datetime) -> Iterator[Todo]:
    """Tasks of projects given to him or his department; it need not be a project he sees."""
    today = timezone.localdate(now)
    for task in open_tasks_for(user)[:MOST]:
        late = task.is_overdue(today)
        yield Todo(
            f"项目任务：{task.title}",
            f"{task.project.name}，{'已逾期，' if late else ''}期限 {task.due_date}",
            reverse("projects:task_list"),
            "list-check",
            "red" if late else "blue",
            "去完成",
        )


def _returned(user: User, now: datetime) -> Iterator[Todo]:
    returned = projects_editable_by(user).filter(status=ProjectStatus.REJECTED, created_by=user)
    for project in returned[:MOST]:
        yield Todo(
            f"修改项目：{project.name}",
            f"已退回：{project.decision_note or '没有写意见'}",
            reverse("projects:detail", args=[project.pk]),
            "arrow-back-up",
            "red",
            "修改",
        )


def _pending_experts(user: User, now: datetime) -> Iterator[Todo]:
    pending = experts_visible_to(user, "experts.edit").filter(status=ExpertStatus.PENDING).count()
    if pending:
        url = f"{reverse('experts:list')}?tab=pending"
        yield Todo("审核专家", f"{pending} 位专家待审核入库", url, "user-check", "amber", "审核")


def _locked(user: User, now: datetime) -> Iterator[Todo]:
    locked = locked_users(now).count()
    if locked:
        url = f"{reverse('accounts:user_list')}?tab=locked"
        yield Todo("账号锁定", f"{locked} 个账号因连续登录失败锁定", url, "lock", "red", "查看")


def _moment(project: Project) -> str:
    return f"{timezone.localtime(project.opening_at):%m-%d %H:%M}"


TODOS: tuple[tuple[str, Callable[[User, datetime], Iterator[Todo]]], ...] = (
    ("draws.contribute", _as_supervisor),
    ("draws.confirm_picks", _picks_to_confirm),
    ("draws.void", _voids_to_confirm),
    ("draws.release", _releases_to_confirm),
    ("draws.pick", _lists_to_complete),
    ("draws.run", _to_draw),
    ("projects.approve", _decisions),
    ("projects.edit", _returned),
    ("projects.view", _tasks),
    ("experts.edit", _pending_experts),
    ("accounts.users", _locked),
)
