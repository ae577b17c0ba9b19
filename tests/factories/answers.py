"""What two persons did to a draw, for tests: an answer by hand, an emergency."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Emergency, Invitation
from expertpool.draws.services.answers import decide_answer, request_answer
from expertpool.draws.services.emergency import decide_emergency, request_emergency
from expertpool.draws.services.entropy import Entropy, SystemEntropy
from tests.factories.accounts import make_user


def record_answer(
    *,
    invitation: Invitation,
    state: InvitationState,
    reason: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
    second: User | None = None,
    ground: str = "其他",
) -> Invitation:
    """Ask as ``actor`` for an answer to be recorded and agree as ``second``, a supervisor."""
    ground = "" if state == InvitationState.ACCEPTED else ground
    request = request_answer(
        invitation=invitation, state=state, ground=ground, reason=reason, actor=actor, now=now
    )
    second = second or make_user("supervisor", name="吴监督")
    decide_answer(request=request, agree=True, note="", actor=second, now=now, entropy=entropy)
    invitation.refresh_from_db()
    return invitation


def declare_emergency(
    *,
    draw: Draw,
    reason: str,
    minutes: int,
    actor: User,
    now: datetime,
    second: User | None = None,
) -> Emergency:
    """Ask as ``actor`` for an emergency and agree as ``second``, a supervisor."""
    request = request_emergency(draw=draw, reason=reason, minutes=minutes, actor=actor, now=now)
    second = second or make_user("supervisor", name="周监督")
    decide_emergency(
        request=request, agree=True, note="", actor=second, now=now, entropy=SystemEntropy()
    )
    return Emergency.objects.get(draw=draw, ended_at=None)
