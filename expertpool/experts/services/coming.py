"""Asking for the seats of experts to be given up who leave the pool, or go on leave."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.experts.models import Leave
from expertpool.experts.queries.coming import SEAT_SOURCES, ComingSeats

UNSEEN = "这位专家有将要参加的评审，请看清下面列出的席位和去向，再提交。"


def give_up_seats(
    *, coming: ComingSeats, actor: User, leave: Leave | None = None, reason: str, now: datetime
) -> str:
    """Ask for all of ``coming`` to be given up, for ``leave`` or as he leaves the pool; return in words what came of it."""
    keys = [seat.key for seat in coming.seats if seat.may_ask]
    asked, refused = 0, []
    for source in SEAT_SOURCES:
        count, why = source.give_up(keys, actor, leave, reason, now)
        asked += count
        refused += why
    done = f"已申请让出 {asked} 个席位，监督人确认后递补" if asked else ""
    return "；".join(filter(None, (done, *dict.fromkeys(refused))))
