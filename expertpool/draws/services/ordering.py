"""Steps 2 and 3 of VDRAW-1: the order that seal and values give, and whom it seats first.

Whatever stops the system on the way undoes neither the seal nor a value that was given: else whoever
alters rows would have a draw drawn again until it suits him (docs/decisions/0167).
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.enums import AlarmKind, DrawKind, DrawStatus
from expertpool.draws.exceptions import DrawNotReady, of_draw
from expertpool.draws.models import Draw
from expertpool.draws.queries.given import given_values, has_all_values
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.alarms import Overdue, raise_alarm
from expertpool.draws.services.checking import check_stopped
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.reveal import defer_release
from expertpool.draws.services.seating import seat_draw
from expertpool.draws.services.state import keep_order, load_sealed
from expertpool.draws.services.status import set_draw_status

logger = logging.getLogger(__name__)


def order_draw(
    draw: Draw,
    sealed: vdraw.Sealed | None = None,
    *,
    actor: User | None,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Order ``draw``, which has all its values, and seat it; ``sealed`` where it was in this transaction. The
    caller holds its row. What stops that is told (AlarmKind.ORDER), and tried again each minute
    (`overdue`): by the same values, so that the order is the same.
    """
    try:
        with of_draw(draw.pk), transaction.atomic():
            _order(draw, sealed, actor=actor, now=now, entropy=entropy)
    except Exception as error:
        check_stopped(error)
        logger.exception("draw %s could not be ordered", draw.pk)
        # What was set on the way is undone in the database, not in the object.
        draw.refresh_from_db()
        raise_alarm(Overdue(draw.pk, AlarmKind.ORDER), now=now)


def unordered(*, now: datetime) -> list[int]:
    """Return the draws that have all their values and no order: nobody left them so, since both come in one
    transaction. Whose panel sits by now finds nobody any more."""
    draws = Draw.objects.filter(kind=DrawKind.RANDOM, status=DrawStatus.SEALED).order_by("pk")
    coming = (draw for draw in draws if draw.next_sitting > now)
    return [draw.pk for draw in coming if has_all_values(draw)]


@transaction.atomic
def order_due(*, draw_id: int, now: datetime, entropy: Entropy) -> None:
    """Order a draw of `unordered`; nothing where it is none any more."""
    draw = lock_draw(draw_id, archived=DrawNotReady(ARCHIVED))
    if draw.pk in unordered(now=now):
        _order(draw, actor=None, now=now, entropy=entropy)


def _order(
    draw: Draw,
    sealed: vdraw.Sealed | None = None,
    *,
    actor: User | None,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Reveal the nonce, derive the order, seat and invite."""
    given = given_values(draw)
    reveals = [
        vdraw.Reveal(vdraw.SYSTEM_ROLE, draw.nonce.hex()),
        *(vdraw.Reveal(role, given[role].value) for role in draw.rule.contributors),
    ]
    order = vdraw.order_candidates(sealed or load_sealed(draw), reveals)
    revealed = [{"role": reveal.role, "value": reveal.value} for reveal in reveals]
    changes = {"reveals": revealed, "seed": order.seed}
    set_draw_status(draw, DrawStatus.INVITING, actor=actor, now=now, changes=changes)
    # Its first events need no second seal of all candidates; the check that they cause makes one.
    keep_order(draw, order)
    record("draw.order", actor=actor, now=now, subject=draw, after={"种子": draw.seed})
    seat_draw(draw=draw, order=order, is_fresh=sealed is not None, now=now, entropy=entropy)
    defer_release(draw, now=now)
