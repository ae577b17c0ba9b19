"""What one person asked for and another has not decided yet."""

from __future__ import annotations

from typing import TypeVar

from expertpool.draws.models import Draw, DrawRequest

Asked = TypeVar("Asked", bound=DrawRequest)


def open_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` that waits for a second person to decide about ``draw``."""
    rows = kind._default_manager.filter(draw=draw, decided_at__isnull=True)
    return rows.select_related("draw__project", "requested_by").first()


def agreed_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` about ``draw`` to which a second person agreed."""
    rows = kind._default_manager.filter(draw=draw, agreed=True)
    return rows.select_related("requested_by", "decided_by").first()
