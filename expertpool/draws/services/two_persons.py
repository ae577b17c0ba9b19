"""What two persons decide about a draw: the request of one, and the one decision of another.

The caller holds the draw's row lock and knows what the request is about.
"""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import TwoPersonRequest
from expertpool.draws.queries.requests import SETTLED, check_two_persons


def settle(
    request: TwoPersonRequest,
    *,
    agree: bool,
    note: str,
    actor: User | None,
    now: datetime,
    refused: type[DrawError],
) -> None:
    """Write what ``actor`` decided on ``request``; None: it ends without anybody's decision.

    Raises ``refused`` for the person who asked, and when the request was settled already.
    """
    if actor is not None:
        check_two_persons(request, actor, refused)
    changed = (
        type(request)
        ._default_manager.filter(pk=request.pk, decided_at__isnull=True)
        .update(decided_by=actor, decided_at=now, agreed=agree, note=note.strip()[:500])
    )
    if not changed:
        raise refused(SETTLED)
    request.refresh_from_db(fields=["decided_by", "decided_at", "agreed", "note"])
