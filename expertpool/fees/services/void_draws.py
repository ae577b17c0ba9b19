"""A fee whose draw was voided after its letter went out: it is paid only when somebody says so, and why (docs/decisions/0453)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.models.payments import OPEN
from expertpool.fees.queries.void_draws import PAID_ANYWAY, paid_anyway
from expertpool.fees.services.lines import OUTSIDER, check_written, held


@transaction.atomic
def pay_anyway(*, line: FeeLine, reason: str, actor: User, now: datetime) -> None:
    """Say that ``line``, whose draw is void, is paid all the same, for ``reason``: from now on it can go into a batch, to which a
    second person agrees. Logged; the log is where it stands. Who is not to be paid, his fee is reversed (`lines.reverse`).

    Of one that is in a batch which was agreed to before its draw was void, this is the second person's word: nobody else looks at
    it any more.

    Refuses (FeeRefused) a fee whose draw is valid, that was not sent, was reversed, paid, altered or decided, of an agreed batch whoever
    put that together, and no reason.
    """
    row = held(line)
    if is_outsider(actor):
        raise FeeRefused(OUTSIDER)
    if not row.is_of_void_draw:
        raise FeeRefused("这笔劳务费的抽取没有作废，不用决定。")
    if row.sent_at is None or row.reversed_at:
        raise FeeRefused("还没有发送，或已经冲销，不能决定照付。")
    check_written(row)
    _check_payment(row, actor)
    if row.pk in paid_anyway([row.pk]):
        raise FeeRefused("已经决定照付，请刷新页面。")
    if not is_reason(reason):
        raise FeeRefused(f"请写明为什么照付{SAY_MORE}。", field="reason")
    record(PAID_ANYWAY, actor=actor, now=now, subject=row, note=reason.strip())


def _check_payment(row: FeeLine, actor: User) -> None:
    payment = Payment.objects.filter(OPEN, line=row).select_related("batch").first()
    if payment is None:
        return
    if payment.paid_at:
        raise FeeRefused("这笔劳务费已经付款，不用决定；不应付的，请更正。")
    if payment.batch.approved_at and payment.batch.made_by_id == actor.pk:
        raise FeeRefused("这笔劳务费在您建立的、已经批准的批次里：须由另一位付款人员决定照付。")
