"""What one person asked for and another has not decided yet."""

from __future__ import annotations

from typing import TypeVar

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawRequest
from expertpool.draws.queries.draws import draws_visible_to

Asked = TypeVar("Asked", bound=DrawRequest)


def open_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` that waits for a second person to decide about ``draw``."""
    rows = kind._default_manager.filter(draw=draw, decided_at__isnull=True)
    return rows.select_related("draw__project", "requested_by").first()


def requests_to_decide(kind: type[Asked], user: User, code: str) -> list[Asked]:
    """Return the requests of ``kind`` that wait for ``user``, who decides by ``code``: never his
    own; the soonest opening first."""
    rows = kind._default_manager.filter(
        decided_at__isnull=True, draw__in=draws_visible_to(user, code)
    ).exclude(requested_by=user)
    found = rows.select_related("draw__project", "requested_by")
    return list(found.order_by("draw__project__opening_at"))


def agreed_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` about ``draw`` to which a second person agreed."""
    rows = kind._default_manager.filter(draw=draw, agreed=True)
    return rows.select_related("requested_by", "decided_by").first()
