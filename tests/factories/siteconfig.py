"""What an office has set, without the page."""

from __future__ import annotations

from typing import TypeVar

from expertpool.core.configuration import Setting
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.services import store

T = TypeVar("T")


def configure(setting: Setting[T], value: T) -> None:
    """Store ``value``; its bounds are the test's own business."""
    newest = SettingChange.objects.filter(code=setting.code).order_by("-id").first()
    store(setting, value, change=newest.pk if newest else 0)
