"""What the home page of a user shows: numbers that lead to lists, and what waits for him.

Each entry belongs to a permission; who has several roles sees all of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.queries import locked_users, login_records_visible_to, users_visible_to
from expertpool.core.registry import MenuItem, menu_for
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.queries import (
    projects_editable_by,
    projects_to_decide,
    projects_visible_to,
)

MOST_TODOS = 5  # of one kind; the list behind has all


@dataclass(frozen=True)
class Stat:
    """A number and the list that it counts."""

    label: str
    value: int
    url: str
    icon: str
    tone: str = "blue"
    note: str = ""


@dataclass(frozen=True)
class Todo:
    """Something that waits for this user."""

    title: str
    text: str
    url: str
    icon: str
    tone: str = "blue"
    action: str = "处理"


def stats_for(user: User, *, now: datetime) -> list[Stat]:
    """Return the numbers of the areas that ``user`` may see, in the order of the menu."""
    return [
        stat
        for permission, make in STATS
        if user.has_permission(permission)
        for stat in make(user, now)
    ]


def todos_for(user: User, *, now: datetime) -> list[Todo]:
    """Return what waits for ``user``, at most MOST_TODOS of a kind."""
    return [
        todo
        for permission, make in TODOS
        if user.has_permission(permission)
        for todo in make(user, now)
    ]


def quick_links(user: User) -> list[MenuItem]:
    """Return the entries of the user's menu but the home page itself."""
    return [item for _, items in menu_for(user) for item in items if item.code != "portal.home"]


# --- Numbers -----------------------------------------------------------------------------------


def _project_stats(user: User, now: datetime) -> list[Stat]:
    projects = projects_visible_to(user)
    url = reverse("projects:list")
    to_draw = projects.filter(status=ProjectStatus.APPROVED, draw_state=DrawState.NOT_DRAWN)
    return [
        Stat("项目", projects.count(), url, "briefcase"),
        Stat("待抽取项目", to_draw.count(), f"{url}?tab=not_drawn", "dice-5", "orange"),
    ]


def _user_stats(user: User, now: datetime) -> list[Stat]:
    users = users_visible_to(user).filter(is_active=True)
    url = reverse("accounts:user_list")
    locked = locked_users(now).count()
    return [
        Stat("启用用户", users.count(), f"{url}?tab=active", "users"),
        Stat("锁定账号", locked, f"{url}?tab=locked", "lock", "red" if locked else "grey"),
    ]


def _login_stats(user: User, now: datetime) -> list[Stat]:
    records = login_records_visible_to(user).filter(at__gte=_start_of_day(now))
    failures = records.exclude(outcome=LoginOutcome.SUCCESS).count()
    url = reverse("accounts:login_list")
    day = timezone.localdate(now).isoformat()
    tone = "amber" if failures else "grey"
    return [Stat("今日登录失败", failures, f"{url}?tab=failure&days={day}", "shield-x", tone)]


def _start_of_day(now: datetime) -> datetime:
    return datetime.combine(timezone.localdate(now), time(), tzinfo=timezone.get_current_timezone())


# --- What waits --------------------------------------------------------------------------------


def _decisions(user: User, now: datetime) -> list[Todo]:
    return [
        Todo(
            f"审核项目：{project.name}",
            f"{project.created_by} 提交，{timezone.localtime(project.opening_at):%m-%d %H:%M} 评审",
            reverse("projects:detail", args=[project.pk]),
            "clipboard-check",
            "amber",
            "审核",
        )
        for project in projects_to_decide(user)[:MOST_TODOS]
    ]


def _returned_projects(user: User, now: datetime) -> list[Todo]:
    returned = projects_editable_by(user).filter(status=ProjectStatus.REJECTED, created_by=user)
    return [
        Todo(
            f"修改项目：{project.name}",
            f"已退回：{project.decision_note or '未写意见'}",
            reverse("projects:detail", args=[project.pk]),
            "arrow-back-up",
            "red",
            "修改",
        )
        for project in returned[:MOST_TODOS]
    ]


def _locked_accounts(user: User, now: datetime) -> list[Todo]:
    locked = locked_users(now).count()
    if not locked:
        return []
    url = f"{reverse('accounts:user_list')}?tab=locked"
    return [Todo("账号锁定", f"{locked} 个账号因连续登录失败锁定", url, "lock", "red", "查看")]


Make = Callable[[User, datetime], list[Stat]]
MakeTodo = Callable[[User, datetime], list[Todo]]

STATS: tuple[tuple[str, Make], ...] = (
    ("projects.view", _project_stats),
    ("accounts.users", _user_stats),
    ("accounts.logins", _login_stats),
)
TODOS: tuple[tuple[str, MakeTodo], ...] = (
    ("projects.approve", _decisions),
    ("projects.edit", _returned_projects),
    ("accounts.users", _locked_accounts),
)
