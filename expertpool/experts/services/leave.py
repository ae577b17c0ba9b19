"""Long leaves: filed ahead, over by themselves, cancelled early."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.events import publish
from expertpool.core.jobs import defer
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.core.visibility import told
from expertpool.experts.events import LeaveEnded, LeaveFiled
from expertpool.experts.exceptions import LeaveRefused
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.availability import next_day
from expertpool.experts.services.taking_away import stays_for_others

# The reason stands in the row alone, encrypted (docs/decisions/0185).
RECORDED = ("during",)
LONG = timedelta(days=2 * 365)  # longer is a slip as a rule, and asked about once
BEGUN_BEFORE = timedelta(days=30)  # of what he files himself: earlier is a slip


@transaction.atomic
def file_leave(
    *,
    expert: Expert,
    start: datetime,
    end: datetime,
    reason: str,
    actor: User | None,
    now: datetime,
    as_of: Leave | None = None,
) -> Leave:
    """File a leave of ``expert`` for [start, end): he is drawn for nothing in that time. ``as_of``: one of a record
    that is merged into his; it stays by whom and when that was filed.

    Refuses reversed times, an end that is past, a missing reason, and a time that overlaps another
    leave of his (LeaveRefused). Announces LeaveFiled.
    """
    if end <= start:
        raise LeaveRefused("请假的结束时间不晚于开始时间，请对调或改正。")
    if end <= now:
        raise LeaveRefused("请假的结束时间已过，请改为将来的时间。")
    if not is_reason(reason):
        raise LeaveRefused(f"请填写请假事由{SAY_MORE}。")
    leave = Leave(
        expert=expert,
        during=DateTimeTZRange(start, end),
        reason=reason.strip(),
        created_at=now,
        created_by=actor,
        is_own=_is_himself(expert, actor),
    )
    if leave.is_own and start < now - BEGUN_BEFORE:
        raise LeaveRefused(
            f"开始时间早于 {BEGUN_BEFORE.days} 天前，请核对年份；更早的请假请管理部门补登。"
        )
    leave.full_clean(validate_constraints=False)
    if other := _overlapping(leave, is_own=not leave.is_own):
        raise LeaveRefused(_overlap(other))
    if as_of is not None:
        # His own stays his own, and what he knew when he agreed to a review stays known.
        for name in ("created_by", "created_at", "is_own"):
            setattr(leave, name, getattr(as_of, name))
    # Of the same kind the database refuses it, which alone sees what is filed at this moment. One after the other: two overlapping rows written at once would wait for each other for ever.
    Expert.objects.select_for_update().only("pk").get(pk=expert.pk)
    try:
        # A savepoint: after the refusal the other leave is still looked up, to name it.
        with transaction.atomic():
            leave.save()
    except IntegrityError:
        raise LeaveRefused(_overlap(_overlapping(leave, is_own=leave.is_own))) from None
    record("expert.leave", actor=actor, now=now, subject=expert, after=in_words(leave, *RECORDED))
    publish(LeaveFiled(expert.pk, leave.pk))
    return leave


def long_told(start: datetime, end: datetime) -> str:
    """Return what is asked of a leave for [start, end), as it is filed by a page or another platform; empty: nothing."""
    return f"请假超过 {LONG.days // 365} 年，请核对年份。" if end - start > LONG else ""


def _is_himself(expert: Expert, actor: User | None) -> bool:
    return actor is not None and actor.pk == expert.user_id


def _overlapping(leave: Leave, *, is_own: bool) -> Leave | None:
    """Return a leave that stands in the way of ``leave``, of those that whoever files it may know of: of what
    an expert did himself while names are sealed a refusal would tell the office."""
    rows = Leave.objects.filter(
        expert=leave.expert,
        is_own=is_own,
        cancelled_at__isnull=True,
        during__overlap=leave.during,
    )
    return (rows if leave.is_own else told(rows)).first()


def _overlap(other: Leave | None) -> str:
    period = f"（{_period(other)}）" if other else ""
    return f"与已登记的请假{period}时间重叠，请改期或先销假。"


@transaction.atomic
def cancel_leave(*, leave: Leave, actor: User | None, now: datetime) -> Leave:
    """End a leave early: from ``now`` he can be drawn again. Of one that others know of they hear on the next day,
    where at once would tell that its expert is at his account: until then it counts.

    Refuses one that nobody filed here, and a leave that is over or was cancelled before, also at the same moment by
    another. What ended it by its row alone did not end it: then this does. Announces LeaveEnded once others hear.
    """
    # Two clicks at once: only one of them finds it open.
    leave = Leave.objects.select_for_update(of=("self",)).select_related("expert").get(pk=leave.pk)
    if not leave.is_sound:
        raise LeaveRefused("这条请假不是在系统中登记的，不影响抽取，无须销假。")
    if leave.during.upper <= now:
        raise LeaveRefused("请假已自动结束，无须销假。")
    if leave.ended_at or leave.given_back_at:
        raise LeaveRefused("该请假已经销假。")
    before = in_words(leave, *RECORDED)
    act = record("expert.cancel_leave", actor=actor, now=now, subject=leave.expert, before=before)
    later = _is_himself(leave.expert, actor) and stays_for_others(leave, act)
    _end(leave, "taken_back_at" if later else "cancelled_at", now)
    if later:
        defer("experts.end_leave", at=next_day(now), leave_id=leave.pk)
    return leave


def _end(leave: Leave, name: str, now: datetime) -> None:
    if leave.is_ended_elsewhere:
        leave.taken_back_at = None
    # What an end says stays in the database, whoever wrote it.
    setattr(leave, name, getattr(leave, name) or now)
    leave.save(update_fields=["taken_back_at", "cancelled_at", "end_proof"])
    if leave.ended_at:
        publish(LeaveEnded(leave.expert_id, leave.pk))


@transaction.atomic
def end_taken_back(*, leave_id: int, now: datetime) -> None:
    """End the leave that its expert ended the day before, unless it is over; once, however often it is called."""
    leave = Leave.objects.select_for_update(of=("self",)).select_related("expert").get(pk=leave_id)
    if leave.is_sound and leave.given_back_at and not leave.ended_at and leave.during.upper > now:
        _end(leave, "cancelled_at", now)


def _period(leave: Leave) -> str:
    start, end = (timezone.localtime(at) for at in (leave.during.lower, leave.during.upper))
    return f"{start:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M}"
