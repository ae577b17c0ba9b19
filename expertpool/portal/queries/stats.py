"""The numbers of the home page; each leads to the list that it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.queries import locked_users, login_records_visible_to
from expertpool.audit.queries import entries_visible_to
from expertpool.draws.enums import DrawStatus
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.queries import projects_visible_to


@dataclass(frozen=True)
class Stat:
    """A number and the list that it counts."""

    label: str
    value: int
    url: str
    icon: str
    tone: str = "blue"


def stats_for(user: User, *, now: datetime) -> list[Stat]:
    """Return the numbers of the areas that ``user`` may see, in the order of the menu."""
    return [
        stat
        for permission, make in STATS
        if user.has_permission(permission)
        for stat in make(user, now)
    ]


def _experts(user: User, now: datetime) -> list[Stat]:
    formal = experts_visible_to(user).filter(status=ExpertStatus.FORMAL).count()
    return [Stat("在库专家", formal, f"{reverse('experts:list')}?tab=formal", "users", "green")]


def _pending_experts(user: User, now: datetime) -> list[Stat]:
    count = experts_visible_to(user).filter(status=ExpertStatus.PENDING).count()
    url = f"{reverse('experts:list')}?tab=pending"
    return [Stat("待审核专家", count, url, "user-check", "amber" if count else "grey")]


def _projects(user: User, now: datetime) -> list[Stat]:
    projects = projects_visible_to(user)
    url = reverse("projects:list")
    to_draw = projects.filter(status=ProjectStatus.APPROVED, draw_state=DrawState.NOT_DRAWN)
    return [
        Stat("项目", projects.count(), url, "briefcase"),
        Stat("待抽取项目", to_draw.count(), f"{url}?tab=not_drawn", "dice-5", "orange"),
    ]


def _draws(user: User, now: datetime) -> list[Stat]:
    running = draws_visible_to(user).filter(status=DrawStatus.INVITING).count()
    return [Stat("抽取中", running, f"{reverse('draws:list')}?tab=inviting", "arrows-shuffle")]


def _locked_accounts(user: User, now: datetime) -> list[Stat]:
    count = locked_users(now).count()
    url = f"{reverse('accounts:user_list')}?tab=locked"
    return [Stat("锁定账号", count, url, "lock", "red" if count else "grey")]


def _failed_logins(user: User, now: datetime) -> list[Stat]:
    today = login_records_visible_to(user).filter(at__gte=_start_of_day(now))
    count = today.exclude(outcome=LoginOutcome.SUCCESS).count()
    url = f"{reverse('accounts:login_list')}?tab=failure&days={_day(now)}"
    return [Stat("今日登录失败", count, url, "shield-x", "amber" if count else "grey")]


def _entries(user: User, now: datetime) -> list[Stat]:
    count = entries_visible_to(user).filter(at__gte=_start_of_day(now)).count()
    url = f"{reverse('audit:entry_list')}?days={_day(now)}"
    return [Stat("今日操作", count, url, "history")]


def _start_of_day(now: datetime) -> datetime:
    return datetime.combine(timezone.localdate(now), time(), tzinfo=timezone.get_current_timezone())


def _day(now: datetime) -> str:
    return timezone.localdate(now).isoformat()


STATS: tuple[tuple[str, Callable[[User, datetime], list[Stat]]], ...] = (
    ("experts.view", _experts),
    ("experts.edit", _pending_experts),
    ("projects.view", _projects),
    ("draws.view", _draws),
    ("accounts.users", _locked_accounts),
    ("accounts.logins", _failed_logins),
    ("audit.view", _entries),
)
