"""The one place that writes points."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from expertpool.points.enums import Cause
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import PointAccount, PointEntry
from expertpool.points.models.ledger import BALANCE, POINTS, signed


@transaction.atomic
def credit(
    *,
    expert_id: int,
    points: int,
    label: str,
    key: str,
    now: datetime,
    cause: Cause = Cause.EVENT,
    note: str = "",
    invitation: Invitation | None = None,
    counters: PointEntry | None = None,
    actor: User | None = None,
) -> PointEntry | None:
    """Give ``points`` to an expert, or take them (below nought), once for each ``key``; return the entry, None
    where it is there already.

    They go to the record that stays, where this one was merged into another. Refuses (PointsRefused) none,
    too many at once, and a balance beyond all bounds. Logged.
    """
    if not points or not POINTS.low <= points <= POINTS.high:
        raise PointsRefused(f"积分不能为 0，{POINTS.sentence}")
    expert = Expert.objects.select_related("merged_into").get(pk=expert_id)
    return _write(
        # Whoever was merged has no account any more: his points are where he is.
        expert.merged_into or expert,
        points=points,
        label=label,
        key=key,
        now=now,
        cause=cause,
        note=note,
        invitation=invitation,
        counters=counters,
        actor=actor,
    )


def _write(
    expert: Expert,
    *,
    points: int,
    label: str,
    key: str,
    now: datetime,
    cause: Cause,
    note: str = "",
    invitation: Invitation | None = None,
    counters: PointEntry | None = None,
    actor: User | None = None,
) -> PointEntry | None:
    account = hold_account(expert, now=now)
    # Asked once the account is held: of two runs of a job the second finds what the first wrote.
    if PointEntry.objects.filter(key=key).exists():
        return None
    # By the entries, not by the account: one that somebody else has written stands there all the same, marked
    # wherever it is shown, until two persons take it back.
    last = PointEntry.objects.filter(expert=expert).order_by("-n").first()
    n, before = (last.n, last.balance) if last else (0, 0)
    balance = before + points
    if not BALANCE.low <= balance <= BALANCE.high:
        raise PointsRefused(f"{expert}的积分超出了能记的范围，请核对。")
    entry = PointEntry.objects.create(
        expert=expert,
        n=n + 1,
        points=points,
        before=before,
        balance=balance,
        cause=cause,
        label=label[:50],
        note=note[:500],
        key=key,
        invitation=invitation,
        counters=counters,
        at=now,
        actor=actor,
    )
    account.n, account.balance, account.updated_at = entry.n, balance, now
    account.save(update_fields=["n", "balance", "updated_at"])
    after = {"事由": label, "积分": signed(points), "余额": balance, "序号": entry.n}
    record("points.entry", actor=actor, now=now, subject=expert, after=after, note=note)
    return entry


def hold_account(expert: Expert, *, now: datetime) -> PointAccount:
    """Return the account of ``expert``, made when there is none, and hold it until the transaction ends."""
    # By an insert that may meet another: of two first entries at once both find the account.
    PointAccount.objects.bulk_create(
        [PointAccount(expert=expert, updated_at=now)], ignore_conflicts=True
    )
    return PointAccount.objects.select_for_update().get(expert=expert)


def take_back(
    entry: PointEntry, *, label: str, note: str, now: datetime, actor: User | None = None
) -> PointEntry | None:
    """Write the opposite of ``entry``, once; return it, None where that was done. Its caller holds a transaction."""
    return credit(
        expert_id=entry.expert_id,
        points=-entry.points,
        label=label,
        # By the entry: it is taken back once, by whomever.
        key=f"counter:{entry.pk}",
        now=now,
        cause=Cause.COUNTER,
        note=note,
        invitation=entry.invitation,
        counters=entry,
        actor=actor,
    )


@transaction.atomic
def carry_over(*, closed_id: int, kept_id: int, now: datetime) -> None:
    """Give what the record ``closed_id`` has to ``kept_id``, into which it was merged; once."""
    closed, kept = (Expert.objects.get(pk=pk) for pk in (closed_id, kept_id))
    # Two at once in one order.
    for one in sorted((closed, kept), key=lambda one: one.pk):
        hold_account(one, now=now)
    last = PointEntry.objects.filter(expert=closed).order_by("-n").first()
    balance = last.balance if last else 0
    if not balance:
        return
    for expert, points, other in ((closed, -balance, kept), (kept, balance, closed)):
        words = "并入" if expert == closed else "并入自"
        _write(
            expert,
            points=points,
            label="档案合并",
            key=f"merged:{closed.pk}:{expert.pk}",
            now=now,
            cause=Cause.MERGED,
            note=f"{words} {other.number}",
        )
