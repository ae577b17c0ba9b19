"""Coming seats of experts who leave the pool or go on leave: shown to who may read the names, and given
up by the request that a second person confirms, as always (docs/decisions/0097, 0128)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import Invitation
from expertpool.draws.queries.coming import coming_seats_for, expert_rows
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.policy import ground_of_gone, grounds_of
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.names import readable_draws
from expertpool.draws.settings import OTHER_GROUND
from expertpool.experts.models import Leave
from expertpool.experts.queries.coming import ComingSeat, Period


def find_seats(
    user: User, experts: Collection[int], during: Period | None, now: datetime
) -> list[ComingSeat]:
    """Return the coming seats of ``experts`` (ids) of which ``user`` may know."""
    rows = expert_rows(experts, readable_draws(user, now=now))
    return coming_seats_for(user, rows, during, now)


def give_up_seats(
    keys: Collection[str], user: User, leave: Leave | None, reason: str, now: datetime
) -> tuple[int, list[str]]:
    """Ask as ``user`` for the seats ``keys`` to be given up, for ``leave`` (none: out of the pool); return how many, and why not the others."""
    own = draws_visible_to(user, "draws.record_reply")
    rows = Invitation.objects.filter(pk__in=keys, draw__in=own.values("pk")).order_by("pk")
    asked, refused = 0, []
    for row in rows.select_related("draw__project"):
        try:
            _ask(row, user, leave, reason, now)
        except DrawError as refusal:
            refused.append(f"{row.draw.number} 第 {row.line} 行：{refusal}")
        else:
            asked += 1
    return asked, refused


def _ask(row: Invitation, user: User, leave: Leave | None, reason: str, now: datetime) -> None:
    if leave:
        accepted = row.state == InvitationState.ACCEPTED
        state = InvitationState.LEAVE if accepted else InvitationState.DECLINED
        ground, words = OTHER_GROUND, f"登记请假：{reason}"
    else:
        state, ground = InvitationState.REPLACED, ground_of_gone(grounds_of(row.draw))
        # The reason of the office is for the record of the expert, not for that of the draw.
        words = "" if ground != OTHER_GROUND else "已不在库"
    request_answer(
        invitation=row,
        state=state,
        ground=ground,
        reason=words[:150],
        leave=leave,
        actor=user,
        now=now,
    )
