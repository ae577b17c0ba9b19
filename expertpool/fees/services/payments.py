"""Fees are paid in batches: put together by one person, agreed to by another, paid or returned as the bank says
(docs/decisions/0304)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.core.text import whole
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, Payment, PaymentBatch, PaymentRequest
from expertpool.fees.models.payments import OPEN
from expertpool.fees.queries.payments import MOST, WAITS, payables, payments_of, unpaid_lines
from expertpool.fees.queries.void_draws import HELD, held_payments
from expertpool.fees.services.accounts import reopen_account
from expertpool.fees.services.telling import tell_returned
from expertpool.workflow.services.two_persons import ask, settle

MOST_REASON = 200  # characters
RETURNED = "银行退回："
DROPPED = "已作废：抽取作废后，劳务费已经冲销；银行仍付了的，请向银行或专家追回"
TAKEN = "其中有劳务费刚刚列入了另一个批次或有了变化，请刷新页面后重新选择。"


@transaction.atomic
def make_batch(*, lines: Iterable[int], title: str, actor: User, now: datetime) -> PaymentBatch:
    """Put the fees ``lines`` (ids) into a batch ``title`` and ask for it to be paid; a second person agrees. Logged.

    Refuses (FeeRefused) no fee and too many, one that is in another batch, out of reach, unsigned, or has no account that
    finance has agreed to.
    """
    wanted = set(lines)
    if not wanted:
        raise FeeRefused("没有可以付款的劳务费。")
    if len(wanted) > MOST:
        raise FeeRefused(f"一个批次最多 {MOST} 笔，请用筛选分成几个批次。")
    # In one order, as reversals hold one at a time: whoever comes second sees the first.
    held = FeeLine.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    list(held.values_list("pk", flat=True))
    # Another batch with the same people would else withhold as if this one were none.
    people = Expert.objects.filter(pk__in=_people(wanted)).order_by("pk")
    list(people.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    found = payables(unpaid_lines(actor).filter(pk__in=wanted), now=now)
    # All or none: the sum that he has read is the sum that is paid.
    if len(found) != len(wanted):
        raise FeeRefused(TAKEN)
    if wrong := next((one for one in found if one.why_not), None):
        raise FeeRefused(f"{wrong.line.expert.name}：{wrong.why_not}。")
    # Sums are copied: what a batch says stays, whatever becomes of its fees.
    batch = PaymentBatch(
        number=_next_number(now),
        title=title,
        made_at=now,
        made_by=actor,
        count=len(found),
        total=sum((one.amount for one in found), Decimal(0)),
    )
    batch.save(force_insert=True)
    rows = [
        Payment(
            # By this number the bank's answer is found: `services.answers`.
            reference=f"{batch.number}{at:04}",
            batch=batch,
            line=one.line,
            account=one.account,
            gross=one.line.gross,
            tax=one.tax,
            travel=one.line.travel,
            amount=one.amount,
        )
        for at, one in enumerate(found, 1)
    ]
    try:
        # That a fee is in one open batch only says the constraint, whatever was read before.
        with transaction.atomic():
            Payment.objects.bulk_create(rows)
    except IntegrityError:
        raise FeeRefused(TAKEN) from None
    ask(
        PaymentRequest(batch=batch, reason=title),
        action="fee.batch",
        actor=actor,
        now=now,
        refused=FeeRefused,
        after={"笔数": batch.count, "付款合计": batch.total_text},
    )
    return batch


def _people(lines: set[int]) -> set[int]:
    rows = FeeLine.objects.filter(pk__in=lines).values_list("expert", "expert__merged_into")
    return {into or pk for pk, into in rows}


@transaction.atomic
def decide_batch(
    *, request: PaymentRequest, agree: bool, note: str, actor: User, now: datetime
) -> PaymentRequest:
    """Agree that a batch be paid, or turn it down, which gives its fees free. Logged.

    Refuses (FeeRefused) the person who put it together, and to agree to what `check_batch` refuses.
    """
    batch = lock_batch(request.batch)
    request.batch = batch
    # To turn it down, a batch may be as altered as it likes: nothing is paid by it.
    if agree:
        check_batch(request=request, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=FeeRefused)
    request.save(update_fields=["decided_proof"])
    record(
        "fee.batch_agree" if agree else "fee.batch_refuse",
        actor=actor,
        now=now,
        subject=batch,
        after={"笔数": batch.count, "付款合计": batch.total_text} | _came_back(batch),
        note=note,
    )
    if agree:
        batch.approved_at = now
        batch.save()
    else:
        _drop(batch, now=now)
    return request


def _came_back(batch: PaymentBatch) -> dict[str, int]:
    """How many are paid once more: that the bank returned them one person alone has said."""
    count = payments_of(batch).filter(came_back=True).count()  # type: ignore[misc]
    return {"退回后重付": count} if count else {}


def check_batch(*, request: PaymentRequest, actor: User, now: datetime) -> None:
    """Refuse (FeeRefused) a batch of which anything was written past this system, does not add up, or is to be paid
    otherwise by now: an account that was changed since."""
    batch = request.batch
    rows = list(payments_of(batch).select_related("line__expert__merged_into"))
    check_unaltered(batch, rows)
    # Days may lie between asking and agreeing: what is to be paid is worked out once more.
    by_now = payables((row.line for row in rows), now=now, batch=batch)
    for one, now_payable in zip(rows, by_now, strict=True):
        why = now_payable.why_not
        account = now_payable.account
        if not why and account and account.pk != one.account_id:
            why = "收款账户已更换"
        if not why and (one.gross, one.travel) != (one.line.gross, one.line.travel):
            why = "金额与确认函不符"
        # Asked in one month and agreed to in the next, or what came before it was returned meanwhile.
        if not why and now_payable.tax != one.tax:
            why = "当月合并计算的个税有了变化"
        if why:
            raise FeeRefused(f"{one.line.expert.name}：{why}；请退回这个批次后重新建立。")


def check_unaltered(batch: PaymentBatch, rows: Iterable[Payment]) -> None:
    """Refuse (FeeRefused) a ``batch`` of which anything was written past this system, ``rows`` being all of its payments, or
    that does not add up."""
    found = list(rows)
    if batch.is_altered or any(one.is_altered or one.account.is_altered for one in found):
        raise FeeRefused("批次在系统之外被改动过，不能付款；请管理员查看操作日志。")
    if (batch.count, batch.total) != (len(found), sum((one.amount for one in found), Decimal(0))):
        raise FeeRefused("批次的笔数或合计与各笔付款不符，不能付款。")


def drop_batch(*, request: PaymentRequest, actor: User | None, now: datetime) -> None:
    """Give the fees of a batch free that nobody agreed to."""
    _drop(lock_batch(request.batch), now=now)


def _drop(batch: PaymentBatch, *, now: datetime) -> None:
    batch.dropped_at = now
    batch.save()
    # One by one: each row makes its own proof.
    for one in payments_of(batch):
        one.dropped_at = now
        one.save()


def drop_held(line: FeeLine, *, actor: User, now: datetime) -> bool:
    """Take the payment of ``line``, whose draw is void, out of the agreed batch in which it is held: it is not to be paid, for the reason
    that its reversal has. Return whether there was one. Logged."""
    payment = Payment.objects.filter(OPEN, line=line, batch__approved_at__isnull=False).first()
    if payment is None:
        return False
    batch = lock_batch(payment.batch)  # who says what came of it comes before or after
    if payment.pk not in held_payments(batch.payments.all()):
        return False
    row = payments_of(batch).get(pk=payment.pk)
    _refuse_altered(row)
    row.dropped_at = now
    row.save()
    said = {"流水号": row.reference, "金额": f"{row.amount:.2f}"}
    record("fee.drop_held", actor=actor, now=now, subject=batch, after=said)
    return True


def lock_batch(batch: PaymentBatch) -> PaymentBatch:
    """Hold ``batch``: who decides about it and who says what came of it come one after the other."""
    rows = PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("made_by").get(pk=batch.pk)


@transaction.atomic
def mark_paid(
    *,
    batch: PaymentBatch,
    payments: Iterable[int] | None,
    actor: User,
    now: datetime,
    on: date | None = None,
) -> int:
    """Say that ``payments`` (ids; None: all that are left, but what is held) of an agreed ``batch`` were paid ``on`` a day (None: now),
    whose month their tax is declared with; they stay so. Return how many. Logged.

    Refuses (FeeRefused) a batch that is not agreed to, a day before it was, or to come, and a payment that is held since its draw is
    void (`queries.void_draws.held_payments`)."""
    batch = _agreed(batch)
    paid_at = day_of_payment(batch, on, now)
    rows = payments_of(batch).filter(WAITS)
    held = held_payments(batch.payments.all())
    wanted = rows.exclude(pk__in=held) if payments is None else rows.filter(pk__in=list(payments))
    found = list(wanted)
    for one in found:
        _refuse_altered(one)
        if one.pk in held:
            raise FeeRefused(f"{one.line.expert.name}（{one.reference}）：{HELD}。")
        one.paid_at = paid_at
        one.save()
    if found:
        amount = sum((one.amount for one in found), Decimal(0))
        record(
            "fee.paid",
            actor=actor,
            now=now,
            subject=batch,
            after={
                "笔数": len(found),
                "金额": f"{amount:.2f}",
                "付款日期": f"{timezone.localdate(paid_at)}",
            },
        )
    return len(found)


def day_of_payment(batch: PaymentBatch, on: date | None, now: datetime) -> datetime:
    """Return when a payment of ``batch`` was paid of which ``on`` is said. Raises FeeRefused."""
    if on is None or on == timezone.localdate(now):
        return now
    approved = batch.approved_at or now
    if not timezone.localdate(approved) <= on <= timezone.localdate(now):
        agreed = f"{timezone.localdate(approved)}"
        raise FeeRefused(f"付款日期应在批次批准（{agreed}）当天或以后、不晚于今天。", field="on")
    # Of the day the hour is not known; after it was agreed to it was.
    return max(approved, timezone.make_aware(datetime.combine(on, time(12))))


@transaction.atomic
def mark_returned(*, payment: Payment, note: str, actor: User, now: datetime) -> Payment:
    """Say that the bank has returned ``payment``, and why (``note``, the bank's words): its expert is told, and its fee waits
    until finance has looked at his account again (`accounts.reopen_account`). Logged. Refuses (FeeRefused) what is not
    agreed to, or was returned."""
    note = whole(note, MOST_REASON - len(RETURNED), FeeRefused)
    batch = _agreed(payment.batch)
    # Read again under the lock: meanwhile somebody else may have said what came of it.
    row = payments_of(batch).get(pk=payment.pk)
    if row.returned_at:
        raise FeeRefused("这一笔已经登记过退回。")
    if row.dropped_at:
        raise FeeRefused(f"这一笔{DROPPED}。")
    _refuse_altered(row)
    row.returned_at, row.note = now, note
    row.save()
    said = {"流水号": row.reference, "金额": f"{row.amount:.2f}"}
    record("fee.returned", actor=actor, now=now, subject=batch, after=said, note=note)
    reopen_account(account=row.account, reason=f"{RETURNED}{note}", actor=actor, now=now)
    tell_returned(row, now=now)
    return row


def _agreed(batch: PaymentBatch) -> PaymentBatch:
    found = lock_batch(batch)
    if found.is_altered:
        raise FeeRefused("批次在系统之外被改动过，请管理员查看操作日志。")
    if found.approved_at is None:
        raise FeeRefused("这个批次还没有批准，或已经退回。")
    return found


def _refuse_altered(row: Payment) -> None:
    if row.is_altered:
        raise FeeRefused(f"{row.reference} 在系统之外被改动过，请管理员查看操作日志。")


def _next_number(now: datetime) -> str:
    # Without gaps: a number that is missing is noticed.
    lock_transaction("fees.batches")
    prefix = f"FK{timezone.localtime(now):%Y%m}"
    last = PaymentBatch.objects.filter(number__startswith=prefix).order_by("-number").first()
    return f"{prefix}{int(last.number[len(prefix) :]) + 1 if last else 1:04}"
