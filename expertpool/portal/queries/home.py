"""The other parts of a home page: shortcuts, the next reviews, one's own doings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.actions import action_label
from expertpool.audit.queries import entries_by
from expertpool.core.registry import MenuItem
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_visible_to

# What people come for; each for holders of its permission, the first few are shown.
SHORTCUTS = (
    MenuItem("s1", "申请项目", "file-plus", "projects:create", ("projects.add",)),
    MenuItem("s2", "审核项目", "clipboard-check", "projects:approvals", ("projects.approve",)),
    MenuItem("s3", "查找专家", "user-search", "experts:list", ("experts.view",)),
    MenuItem("s4", "抽取记录", "dice-5", "draws:list", ("draws.view",)),
    MenuItem("s5", "导入专家", "file-import", "experts:import", ("experts.import",)),
    MenuItem("s6", "登记请假", "calendar-off", "experts:leave_list", ("experts.leave",)),
    MenuItem("s7", "查看项目", "briefcase", "projects:list", ("projects.view",)),
    MenuItem("s8", "操作日志", "history", "audit:entry_list", ("audit.view",)),
    MenuItem("s9", "登录记录", "login", "accounts:login_list", ("accounts.logins",)),
    MenuItem("s10", "我的评审", "calendar-event", "selfservice:reviews", ("experts.self",)),
    MenuItem("s11", "我的请假", "plane-departure", "selfservice:leaves", ("experts.self",)),
)
MOST_SHORTCUTS = 6
MOST_REVIEWS = 5
MOST_DOINGS = 6
COMING_AND_GOING = ("user.sign_in", "user.sign_out")


def shortcuts_for(user: User) -> list[MenuItem]:
    """Return what ``user`` most likely comes for."""
    found = [item for item in SHORTCUTS if any(map(user.has_permission, item.permissions))]
    return found[:MOST_SHORTCUTS]


def next_reviews(user: User, *, now: datetime) -> QuerySet[Project]:
    """Return the next approved projects that ``user`` may see, by their opening."""
    return (
        projects_visible_to(user)
        .filter(status=ProjectStatus.APPROVED, opening_at__gte=now)
        .order_by("opening_at")[:MOST_REVIEWS]
    )


def own_doings(user: User) -> list[dict[str, Any]]:
    """Return the last doings of ``user`` for a timeline: what, to whom, when."""
    return [
        {"at": entry.at, "title": action_label(entry.action), "text": entry.subject_label}
        for entry in entries_by(user).exclude(action__in=COMING_AND_GOING)[:MOST_DOINGS]
    ]
