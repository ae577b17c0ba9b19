"""What an office has set, without the page."""

from __future__ import annotations

from typing import TypeVar

from expertpool.core.configuration import Setting
from expertpool.core.configuration.reading import forget
from expertpool.siteconfig.models import StoredSetting

T = TypeVar("T")


def configure(setting: Setting[T], value: T) -> None:
    """Store ``value``; its bounds are the test's own business."""
    column = "secret" if setting.kind.is_secret else "value"
    StoredSetting.objects.update_or_create(
        code=setting.code, defaults={column: setting.kind.dump(value)}
    )
    forget()
