"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from expertpool.core.home import Source, Todo
from expertpool.core.registry import MenuItem
from expertpool.operations.queries.alerts import alerts_visible_to


def alerts_to_acknowledge(user: Any, _now: datetime) -> Iterator[Todo]:
    """Told, and nobody has said yet that he takes care of it."""
    rows = alerts_visible_to(user).filter(ended_at=None, acknowledged_at=None)
    url = reverse("operations:index")
    yield Todo(
        "运行报警", "项检查不正常，请处理并确认知悉", url, "alert-triangle", "red", rows=rows
    )


SHORTCUTS = (
    MenuItem("operations", "运行状况", "activity", "operations:index", ("operations.view",), 160),
)
TODOS = (Source("operations.alerts", "operations.manage", 4, alerts_to_acknowledge),)
