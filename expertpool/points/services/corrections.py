"""Points by hand: one person asks with a reason, another agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.experts.models import Expert
from expertpool.points.enums import Cause
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import Correction, PointEntry
from expertpool.points.models.ledger import POINTS, signed
from expertpool.points.services.ledger import credit, take_back
from expertpool.workflow.services.two_persons import ask, settle

COUNTERED = "这一笔已经冲正过。"
LABEL, COUNTER_LABEL = "人工更正", "冲正"


@transaction.atomic
def request_correction(
    *,
    expert: Expert,
    points: int,
    reason: str,
    counters: PointEntry | None = None,
    actor: User,
    now: datetime,
) -> Correction:
    """Ask for ``points`` to be given to ``expert``, or taken (below nought); with ``counters`` for that entry to
    be taken back, whatever ``points`` says. Nothing changes until a second person agrees.

    Refuses (PointsRefused) without a reason, nought and too much, an entry of another or one that was taken back
    or takes back another itself, and while a request waits.
    """
    lock_expert(expert)
    if not is_reason(reason):
        raise PointsRefused(f"请写明更正的原因{SAY_MORE}。")
    if counters is not None:
        _check_counter(counters, expert)
        # Never as typed: an entry is taken back whole, or not at all.
        points = -counters.points
    if not points or not POINTS.low <= points <= POINTS.high:
        raise PointsRefused(f"积分不能为 0；{POINTS.sentence}")
    request = Correction(expert=expert, points=points, counters=counters, reason=reason)
    ask(
        request,
        action="points.correct_ask",
        actor=actor,
        now=now,
        refused=PointsRefused,
        after={"积分": signed(points)},
    )
    return request


@transaction.atomic
def decide_correction(
    *, request: Correction, agree: bool, note: str, actor: User, now: datetime
) -> Correction:
    """Agree to a request, which writes the points at once, or turn it down.

    Refuses (PointsRefused) the person who asked, a request that was decided, and an entry that was taken back
    meanwhile.
    """
    expert = lock_expert(request.expert)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=PointsRefused)
    after = {"积分": signed(request.points), "申请人": str(request.requested_by)}
    if not agree:
        record(
            "points.correct_refuse", actor=actor, now=now, subject=expert, after=after, note=note
        )
        return request
    if request.counters is not None:
        entry = take_back(
            request.counters, label=COUNTER_LABEL, note=request.reason, now=now, actor=actor
        )
        if entry is None:
            raise PointsRefused(COUNTERED)
    else:
        credit(
            expert_id=expert.pk,
            points=request.points,
            label=LABEL,
            key=f"correction:{request.pk}",
            now=now,
            cause=Cause.CORRECTION,
            note=request.reason,
            actor=actor,
        )
    record("points.correct", actor=actor, now=now, subject=expert, after=after, note=request.reason)
    return request


def check_correction(*, request: Correction, actor: User, now: datetime) -> None:
    """Refuse (PointsRefused) what nobody can agree to any more."""
    if request.counters is not None:
        _check_counter(request.counters, request.expert)


def _check_counter(entry: PointEntry, expert: Expert) -> None:
    if entry.expert_id != expert.pk:
        raise PointsRefused("要冲正的一笔不是这位专家的，请从他的明细里选择。")
    # A merger wrote two entries: with one of them taken back the points were there twice, or gone.
    if entry.counters_id is not None or entry.cause == Cause.MERGED:
        raise PointsRefused("冲正和档案合并的记录不能再冲正；需要时请另做更正。")
    if PointEntry.objects.filter(counters=entry).exists():
        raise PointsRefused(COUNTERED)


def lock_expert(expert: Expert) -> Expert:
    """Hold the record of ``expert``: who asks and who decides about it come one after the other."""
    rows = Expert.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=expert.pk)
