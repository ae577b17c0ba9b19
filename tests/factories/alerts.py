"""Checks that turned bad, for tests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.core.health import Health
from expertpool.operations.models import Alert


def make_alert(label: str = "磁盘", **values: Any) -> Alert:
    """Store an alert that was told."""
    now = timezone.now()
    given = {
        "check_code": label,
        "label": label,
        "state": Health.FAILED,
        "sentence": "磁盘快满了。",
        "began_at": now,
        "told_at": now,
        "told_state": Health.FAILED,
    }
    return Alert.objects.create(**given | values)
