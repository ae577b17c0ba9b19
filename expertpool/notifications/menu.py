"""The menu entries of this app, and the bell at the top of every page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from expertpool.core.registry import MenuGroup, MenuItem
from expertpool.notifications.queries.messages import count_unread

if TYPE_CHECKING:
    from django.http import HttpRequest

GROUP = MenuGroup("notifications", "通知管理", 30)
ITEMS = (
    MenuItem(
        "notifications.records",
        "通知记录",
        "mail",
        "notifications:records",
        permissions=("notifications.view",),
        order=60,
        group="notifications",
        is_fixed=True,
    ),
    MenuItem(
        "notifications.templates",
        "通知模板",
        "message",
        "notifications:templates",
        permissions=("notifications.templates",),
        order=70,
        active=("notifications:template",),
        group="notifications",
        is_fixed=True,
    ),
    MenuItem(
        "notifications.channels",
        "通知渠道",
        "send",
        "notifications:channels",
        permissions=("siteconfig.manage",),
        order=80,
        group="notifications",
        is_fixed=True,
    ),
)


def bell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: where the bell leads and how many messages wait (counted when shown)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "messages_url": reverse("notifications:inbox"),
        "unread_count": cache(lambda: count_unread(user)),
    }
