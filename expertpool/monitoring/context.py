"""What each page of the shell is told of heartbeats."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from expertpool.core.addresses import address
from expertpool.core.configuration import value_of
from expertpool.core.registry import is_narrowed
from expertpool.monitoring.settings import BEAT_SECONDS


def beat(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how often an open page says that it is, and where."""
    user = getattr(request, "user", None)
    # A narrowed session may not: each page of it would ask in vain.
    if user is None or not user.is_authenticated or is_narrowed(user):
        return {}
    return {
        "beat_url": address("monitoring:beat"),
        "beat_seconds": lambda: value_of(BEAT_SECONDS),
    }
