"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import NOT_FAILED
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.queries import WaitingFor, locked_users, login_records_visible_to
from expertpool.core.client import untrusted_proxy
from expertpool.core.home import Number, Source, Todo, some
from expertpool.core.lookups import within_days
from expertpool.core.registry import MenuItem

_locked = WaitingFor(lambda user, now: some(locked_users(now)))


def locked_accounts(user: User, now: datetime) -> Iterator[Number]:
    url = f"{reverse('accounts:user_list')}?tab=locked"
    yield Number("锁定账号", _locked(user), url, "lock", "red", "grey")


def failed_logins(user: User, now: datetime) -> Iterator[Number]:
    today = timezone.localdate(now)
    url = f"{reverse('accounts:login_list')}?tab=failure&days={today}"
    yield Number("今日登录失败", _failed(user), url, "shield-x", "amber", "grey")


def _failed_today(user: User, _now: datetime) -> QuerySet[LoginRecord]:
    today = timezone.localdate()
    records = login_records_visible_to(user).filter(within_days("at", (today, today)))
    return records.exclude(outcome__in=NOT_FAILED)


_failed = WaitingFor(_failed_today)


def locked_to_look_at(user: User, now: datetime) -> Iterator[Todo]:
    url, text = f"{reverse('accounts:user_list')}?tab=locked", "个账号因连续登录失败须等待"
    yield Todo("账号锁定", text, url, "lock", "red", "查看", _locked(user))


NUMBERS = (
    Source("locked_accounts", "accounts.users", 50, locked_accounts),
    Source("failed_logins", "accounts.logins", 60, failed_logins),
)


def proxy_to_trust(user: User, now: datetime) -> Iterator[Todo]:
    """All sign-ins seem to come from one address, and share its limit."""
    if proxy := untrusted_proxy():
        yield Todo(
            "没有采用反向代理给出的地址",
            f"{proxy} 转来的访问带有来访地址，系统没有采用：所有人看上去来自同一地址。"
            "如果前面有反向代理，请在 .env 设置 TRUST_PROXY=1 后重新启动。",
            reverse("accounts:login_list"),
            "alert-triangle",
            "amber",
            "查看",
        )


TODOS = (
    Source("locked_accounts", "accounts.users", 110, locked_to_look_at),
    Source("untrusted_proxy", "siteconfig.manage", 120, proxy_to_trust),
)
SHORTCUTS = (
    MenuItem(
        "accounts.logins", "登录记录", "login", "accounts:login_list", ("accounts.logins",), 90
    ),
    # What an administrator comes for who has nothing to do with the business itself.
    MenuItem(
        "accounts.users",
        "用户管理",
        "users",
        "accounts:user_list",
        ("accounts.users", "accounts.roles"),
        140,
    ),
    MenuItem(
        "accounts.roles",
        "角色权限",
        "shield-lock",
        "accounts:role_list",
        ("accounts.roles",),
        150,
    ),
)
