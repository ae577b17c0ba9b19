"""What an office has set, without the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from expertpool.accounts.models import User
from expertpool.core.configuration import Setting
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.stored import proof_of_change
from expertpool.siteconfig.services import _next_id, store

T = TypeVar("T")


def note_change(setting: Setting[Any], *, at: datetime, actor: User) -> SettingChange:
    """Note that ``setting`` was changed, as the service does, and store nothing."""
    change = SettingChange(
        pk=_next_id(), code=setting.code, at=at, actor=actor, was_default=True, reset=False
    )
    change.proof = proof_of_change(change)
    change.save(force_insert=True)
    return change


def configure(setting: Setting[T], value: T) -> None:
    """Store ``value``; its bounds are the test's own business."""
    newest = SettingChange.objects.filter(code=setting.code).order_by("-id").first()
    store(setting, value, change=newest.pk if newest else 0)
