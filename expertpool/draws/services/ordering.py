"""Steps 2 and 3 of VDRAW-1: the order that seal and values give, and whom it seats first.

Whatever stops the system on the way undoes neither the seal nor a value that was given: else whoever
alters rows would have a draw drawn again until it suits him (docs/decisions/0167).
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import proven, record
from expertpool.draws.enums import CONTRIBUTOR_LABEL, AlarmKind, DrawStatus
from expertpool.draws.exceptions import DrawNotReady, of_draw
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import first_opening
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
        draw.refresh_from_db()
        raise_alarm(Overdue(draw.pk, AlarmKind.ORDER), now=now)


def unordered(*, now: datetime) -> list[int]:
    """Return the draws that have all their values and no order: nobody left them so, since both come in one
    transaction. Whose panel sits by now finds nobody any more."""
    rows = Draw.objects.filter(status=DrawStatus.SEALED).annotate(
        named=F("rule_content__contributors")
    )
    complete = [
        pk
        for pk, reveals, named in rows.order_by("pk").values_list("pk", "reveals", "named")
        if len(reveals) == len(named)
    ]
    draws = Draw.objects.filter(pk__in=complete)
    return [draw.pk for draw in draws if first_opening(draw.covered) > now]


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
    _check_given(draw)
    given = {one.role: one.value for one in draw.revealed}
    reveals = [
        vdraw.Reveal(vdraw.SYSTEM_ROLE, draw.nonce.hex()),
        *(vdraw.Reveal(role, given[role]) for role in draw.rule.contributors if role in given),
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


def _check_given(draw: Draw) -> None:
    """Refuse (EngineError) values that stand in the row and that nobody gave by the log: a draw that waits
    for its order is ordered by no others."""
    entries = Entry.objects.filter(
        action="draw.contribute",
        subject_type=draw._meta.label_lower,
        subject_id=str(draw.pk),
    )
    said = [entry.after for entry in proven(entries) if entry.after]
    logged = {(one["角色"], vdraw.encode_contribution(one["值"])) for one in said}
    given = {(str(CONTRIBUTOR_LABEL[one.role]), one.value) for one in draw.revealed}
    if not given <= logged:
        message = "随机值不是提供人在系统中给的：数据被改动过，抽取停止。"
        raise vdraw.EngineError(message)
