"""Whose hand was in a step of an assignment: what its events and the log say, as of draws (docs/decisions/0056)."""

from __future__ import annotations

from typing import Any

import vdraw
from expertpool.draws.enums import StepReason, StepVia
from expertpool.draws.services.hands import CONFIRMATION, Hand, confirmation_by
from expertpool.draws.services.sealing import hash_of_new_draws
from expertpool.draws.settings import OTHER_GROUND
from expertpool.reviews.models import ItemAssignment, ReassignRequest, Reviewer

_SYSTEM = {"by": {"role": vdraw.SYSTEM_ROLE}, "via": "system"}
ORDERED, SEAT_FREE, COMPLETE = (
    _SYSTEM | {"reason_code": why} for why in ("ordered", "seat_free", "complete")
)
# Of who left before that took two persons (docs/decisions/0392).
_BY_ONE = {"by": {"role": "operator"}, "via": "page", "reason_code": "left"}


def in_log(hand: Hand) -> dict[str, str]:
    """Return what the log says of a step that two persons took."""
    return {"申请人": str(hand.actor), CONFIRMATION: hand.witness} if hand.witness else {}


def hand_of(request: ReassignRequest) -> Hand:
    """Return whose hands were in what was asked for and agreed to by ``request``."""
    sealed = request.assignment.rule_content if request.assignment else {}
    hash_name = sealed.get("hash") or hash_of_new_draws()
    return Hand(
        StepVia.OPERATOR,
        StepReason.OTHER if request.ground == OTHER_GROUND else StepReason.LISTED,
        request.requested_by,
        second=request.decided_by,
        witness=confirmation_by(request, hash_name),
    )


def hand_behind(row: ItemAssignment, reviewer: Reviewer) -> dict[str, Any]:
    """Return what events of ``row`` say of whose hands let ``reviewer`` leave."""
    asked = ReassignRequest.objects.filter(
        assignment=row, reviewer=reviewer, leaves=True, agreed=True
    ).select_related("requested_by", "decided_by", "assignment")
    request = asked.first()
    # Of who left before that took two persons.
    return hand_of(request).said(row) if request else _BY_ONE
