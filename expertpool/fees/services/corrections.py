"""A fee that was paid and found wrong is corrected by one of its own, more or less, as two persons decide
(docs/decisions/0459)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import whole
from expertpool.fees.enums import FeeState
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import MOST_NOTE, CorrectionRequest, FeeLine
from expertpool.fees.queries.lines import month_for, standing_gross
from expertpool.fees.queries.taxes import tax_of_less
from expertpool.fees.rules.pay import CENT
from expertpool.fees.rules.tax import tax_of_next
from expertpool.fees.services.letters import said_now
from expertpool.fees.services.lines import OUTSIDER, check_written, held
from expertpool.fees.services.telling import tell_corrected, tell_sent
from expertpool.workflow.services.two_persons import ask, settle

NOT_PAID = "还没有付款的不用更正：冲销后重新登记。"


def can_be_corrected(line: FeeLine) -> bool:
    """Whether ``line`` (``payments`` read along) was paid, and corrects nothing itself."""
    payment = line.payment
    return bool(payment and payment.paid_at) and line.corrects_id is None and not line.is_altered


@transaction.atomic
def request_correction(
    *, line: FeeLine, gross: Decimal, reason: str, actor: User, now: datetime
) -> CorrectionRequest:
    """Ask that ``line``, which was paid, be corrected by ``gross`` (yuan before tax, less than nothing: too much was paid). Logged.

    Refuses (FeeRefused) what was not paid, nothing, more than was paid, and a reason that is too long.
    """
    row = lock_line(line)
    sum_of = gross.quantize(CENT, ROUND_HALF_UP)
    _check(row, sum_of)
    # It becomes the note of the line that corrects.
    reason = whole(reason, MOST_NOTE, FeeRefused)
    request = CorrectionRequest(line=row, gross=sum_of, reason=reason)
    ask(
        request,
        action="fee.correct_ask",
        actor=actor,
        now=now,
        refused=FeeRefused,
        after={"更正金额": f"{sum_of:.2f}"},
    )
    return request


@transaction.atomic
def decide_correction(
    *, request: CorrectionRequest, agree: bool, note: str, actor: User, now: datetime
) -> CorrectionRequest:
    """Agree that a fee be corrected, or turn it down. Agreed to, its expert is told: of more he signs a letter and is paid, what was
    too much waits to come back. Logged.

    Refuses (FeeRefused) the person who asked, and to agree to what `check_correction` refuses.
    """
    request.line = lock_line(request.line)
    if agree:
        check_correction(request=request, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=FeeRefused)
    after = {"更正金额": f"{request.gross:.2f}"}
    if not agree:
        record(
            "fee.correct_refuse", actor=actor, now=now, subject=request.line, after=after, note=note
        )
        return request
    row = _enter(request, now)
    record("fee.correct", actor=actor, now=now, subject=row, after=after, note=request.reason)
    if row.gross > 0:
        tell_sent(row, now=now)
    else:
        tell_corrected(row, now=now)
    return request


def check_correction(*, request: CorrectionRequest, actor: User, now: datetime) -> None:
    """Refuse (FeeRefused) a correction of what was not paid, or came back meanwhile, and of more than was paid."""
    _check(request.line, request.gross)


def lock_line(line: FeeLine) -> FeeLine:
    """Hold ``line``: who corrects it and who says that its payment came back come one after the other."""
    return held(line)


def _check(row: FeeLine, gross: Decimal) -> None:
    check_written(row)
    if not gross:
        raise FeeRefused("请填写更正金额。", field="gross")
    if row.corrects_id is not None:
        raise FeeRefused("这是一份更正；有误的请再更正原来的那一份。")
    if not can_be_corrected(row):
        raise FeeRefused(NOT_PAID)
    stands = standing_gross(row)
    if stands + gross < 0:
        raise FeeRefused(f"最多扣回已付的应发 {stands:.2f} 元（含以前的更正）。", field="gross")


def _enter(request: CorrectionRequest, now: datetime) -> FeeLine:
    first = request.line
    row = FeeLine(
        corrects=first,
        project=first.project,
        expert=first.expert,
        invitation=first.invitation,
        rate=first.rate,
        outcome=first.outcome,
        started_at=first.started_at,
        ended_at=first.ended_at,
        break_minutes=first.break_minutes,
        days=first.days,
        note=request.reason,
        steps=[[f"更正：{request.reason}", f"{request.gross:.2f}"]],
        gross=request.gross,
        entered_at=now,
        entered_by=request.requested_by,
        sent_at=now,
    )
    # Whoever paid it corrects it, whatever the office has set since.
    row.said = said_now(row) | ({"payer": first.payer} if first.payer else {})
    payment = first.payment
    if row.gross < 0:
        paid_at = (payment and payment.paid_at) or now
        row.tax = tax_of_less(first, row.gross, paid_at=paid_at)
    else:
        month = month_for(row.expert_id, now, payer=row.payer)
        row.tax = tax_of_next(row.gross, paid=month.gross, withheld=month.tax)
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(force_insert=True)
    return row


@transaction.atomic
def mark_received(*, line: FeeLine, note: str, actor: User, now: datetime) -> FeeLine:
    """Say that what was paid too much, by the correction ``line``, has come back, and how (``note``). Logged.

    Refuses (FeeRefused) what is no such correction, was reversed, or has come back already.
    """
    row = held(line)
    if is_outsider(actor):
        raise FeeRefused(OUTSIDER)
    check_written(row)
    if row.told_state != FeeState.TO_RECEIVE:
        raise FeeRefused("没有待收回的款项，或已经登记过收回。")
    row.received_at = now
    row.save()
    record(
        "fee.received",
        actor=actor,
        now=now,
        subject=row,
        after={"应收回": f"{-row.net:.2f}"},
        note=note,
    )
    return row
