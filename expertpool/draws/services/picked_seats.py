"""Seats given by hand: invited, left and counted as those of a draw, but supplemented by nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import vdraw
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState, Origin
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.identity import Identity
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.holding import free
from expertpool.draws.services.inviting import Place, invite
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.seating import end_as, reopen
from expertpool.experts.models import Expert

ORIGIN = {DrawKind.MANUAL: Origin.PICKED, DrawKind.ALLOCATED: Origin.ALLOCATED}


def seat_picks(
    *,
    draw: Draw,
    plan: DrawPlan,
    picks: Sequence[Pick],
    levels: Mapping[int, Mapping[str, int]],
    now: datetime,
    entropy: Entropy,
) -> list[Invitation]:
    """Seat and invite the chosen. The caller holds the draw's row lock and the seating lock."""
    numbers = dict(
        Expert.objects.filter(pk__in=[pick.expert_id for pick in picks]).values_list("pk", "number")
    )
    taken = draw.invitations.count()
    places = []
    for pick in picks:
        level = levels[pick.expert_id][pick.group]
        salt = entropy.token_bytes(vdraw.SALT_BYTES).hex()
        ref = numbers[pick.expert_id]
        commit = vdraw.commit_identity(
            draw_id=draw.number, ref=ref, salt=salt, hash_name=draw.rule.hash_name
        )
        seat = vdraw.Seat(commit, pick.group, level)
        places.append((Identity(pick.expert_id, ref, salt), seat))
    # By chance within each group: a line that is left says to nobody, who chose them included, whose it was.
    at_group = {group: at for at, group in enumerate(dict.fromkeys(pick.group for pick in picks))}
    places.sort(key=lambda one: (at_group[one[1].group], one[1].commit))
    if draw.status not in (DrawStatus.SEALED, DrawStatus.INVITING):
        reopen(draw, now=now)
    origin = ORIGIN[DrawKind(draw.kind)]
    lines = [Place(*place, taken + at) for at, place in enumerate(places, start=1)]
    return invite(draw=draw, places=lines, origin=origin, now=now, entropy=entropy)


def free_picked_seat(*, invitation: Invitation, now: datetime) -> None:
    """Free the seat of ``invitation`` (already in an exit state): somebody has to choose again."""
    draw = invitation.draw
    free(draw, [invitation], now=now)
    if draw.status in (DrawStatus.SUCCESS, DrawStatus.UNSATISFIED):
        reopen(draw, now=now)
    finish_if_settled(draw, now=now)


def finish_if_settled(draw: Draw, *, now: datetime) -> None:
    """End the list when nobody is left to answer: complete, or too few."""
    if draw.status != DrawStatus.INVITING:
        return
    board = board_of(draw)
    if board.count(InvitationState.INVITED):
        return
    end_as(draw, DrawStatus.UNSATISFIED if board.lacking else DrawStatus.SUCCESS, now=now)
