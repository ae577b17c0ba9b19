"""What is to be paid, to which accounts, and what was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.crypto import proof
from expertpool.core.mandates import vouched
from expertpool.core.visibility import told_later
from expertpool.draws.enums import INVALID
from expertpool.draws.queries.untold import sealed_draws
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.fees.models import BankAccount, FeeLine, Payment, PaymentBatch
from expertpool.fees.models.payments import OPEN
from expertpool.fees.permissions import PAY
from expertpool.fees.queries.accounts import is_payable_to, told_accounts
from expertpool.fees.queries.lines import SIGNATURES, STANDING, fees_visible_to
from expertpool.fees.queries.taxes import taxes_of
from expertpool.fees.queries.void_draws import HELD, held_back

WAITS = Q(paid_at__isnull=True, returned_at__isnull=True, dropped_at__isnull=True)
MOST = 2_000  # fees in a batch


def unpaid_lines(user: User) -> QuerySet[FeeLine]:
    """Return the fees in the scope of ``user``, who pays, that were signed, as far as that is told, and are in no batch that
    stands, the oldest first: by the day, for the order in which they signed says when they were at their accounts."""
    paid = Payment.objects.filter(OPEN, line=OuterRef("pk"))
    rows = fees_visible_to(user, PAY).filter(STANDING, ~Exists(paid), signed_at__isnull=False)
    rows = rows.exclude(told_later(SIGNATURES))
    return rows.select_related("expert__merged_into__user", "project", "rate", "corrects").order_by(
        "signed_at__date", "pk"
    )


def payee_of(line: FeeLine) -> Expert:
    """Return who is paid: the record that stays, of one that was merged."""
    return line.expert.merged_into or line.expert


@dataclass(frozen=True)
class Payable:
    """A fee that is to be paid, to which account, and why it cannot be (empty: it can); what is withheld of it is the ``tax`` of
    the month in which it is paid."""

    line: FeeLine
    account: BankAccount | None
    why_not: str
    tax: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)  # what he was paid too much and has not given back (`owed_by`)

    @property
    def amount(self) -> Decimal:
        """What is paid: what is left after tax, with the costs of the way."""
        return self.line.gross - self.tax + self.line.travel

    @property
    def differs(self) -> bool:
        """Whether another tax is withheld than its letter says: of another month, or of other fees of it."""
        return not self.why_not and self.tax != self.line.tax


def payables(
    lines: Iterable[FeeLine], *, now: datetime | None = None, batch: PaymentBatch | None = None
) -> list[Payable]:
    """Return each of ``lines`` with the account to which it is paid, and what is withheld of it ``now``; of ``batch``, where
    they are in one that stands."""
    rows = list(lines)
    accounts = told_accounts({payee_of(one).pk for one in rows})
    # Else one that its expert has just replaced, which is told tomorrow, would be agreed to and paid meanwhile.
    rests = day_start(timezone.localdate()) if sealed_draws().exists() else None
    # Of what its expert has replaced today others are told that it stands: but the bank has said that it is wrong.
    ended = [one.pk for one in accounts.values() if one.ended_at]
    came_back = Payment.objects.filter(account__in=ended, returned_at__isnull=False)
    wrong = set(came_back.values_list("account", flat=True)) if ended else set()
    found = [_payable(one, accounts.get(payee_of(one).pk), rests, wrong) for one in rows]
    void = held_back(one.pk for one in rows)
    found = [replace(one, why_not=HELD) if one.line.pk in void else one for one in found]
    ready = [one.line for one in found if not one.why_not]
    taxes = taxes_of(ready, now=now or timezone.now(), before=batch)
    return [_taxed(one, taxes.get(one.line.pk)) for one in found]


def _taxed(one: Payable, tax: Decimal | None) -> Payable:
    # Only what is paid comes before what is paid next.
    if tax is None:
        return replace(one, tax=one.line.tax)
    found = replace(one, tax=tax)
    if found.amount <= 0:
        why = "没有应付的金额" if tax <= 0 else "本月补扣的个税超过应发，没有应付的金额"
        return replace(found, why_not=why)
    return found


def _payable(
    line: FeeLine, account: BankAccount | None, rests: datetime | None, wrong: set[int]
) -> Payable:
    why = ""
    if line.is_altered:
        why = "劳务费在系统之外被改动过"
    elif line.gross + line.travel <= 0:
        why = "没有应付的金额"
    elif account is None:
        why = "没有收款账户"
    elif account.pk in wrong:
        why = "收款账户待核对"
    elif account.decided_at is None:
        # The bank's words, of one to which a payment did not come.
        why = f"收款账户待核对（{account.note}）" if account.note else "收款账户待核对"
    elif not account.agreed:
        why = "收款账户未通过核对，待专家修改"
    elif rests is not None and account.decided_at >= rests:
        why = "收款账户今天刚核对，有抽取名单还没有公开，明天起可以付款"
    elif not is_payable_to(account, payee_of(line)):
        why = "收款账户与档案不一致，待重新核对"
    return Payable(line, account, why)


def owed_by(user: User, rows: Iterable[Payable]) -> list[Payable]:
    """Return ``rows`` with what each of their experts was paid too much and has not given back, of the fees that ``user``
    sees: he may arrange with the expert how it comes back before he pays him more. Nothing is kept of a payment."""
    found = list(rows)
    payees = {payee_of(one.line).pk for one in found}
    whose = Q(expert__in=payees) | Q(expert__merged_into__in=payees)
    less = fees_visible_to(user, PAY).filter(whose, STANDING, gross__lt=0, received_at__isnull=True)
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for one in vouched(less.select_related("expert__merged_into")):
        owed[payee_of(one).pk] -= one.net
    return [replace(one, owed=owed.get(payee_of(one.line).pk, Decimal(0))) for one in found]


def seen_mark(ready: Iterable[Payable]) -> str:
    """Return what names ``ready``: whoever puts them together says which he has read, to which accounts. As many for as much
    may be others meanwhile. Keyed: an account is not tried out by it."""
    said = [[one.line.pk, str(one.amount), one.account and one.account.pk] for one in ready]
    return proof("fees.payables_seen", said).hex()


def batches_visible_to(user: User, code: str = PAY) -> QuerySet[PaymentBatch]:
    """Return the batches all of whose fees are in the scope of ``user`` for ``code``, with how many of their payments were
    ``paid`` and ``returned``."""
    reached = fees_visible_to(user, code).order_by().values("pk")
    # Whole or not at all: the sum of a batch tells of fees that he may not see.
    beyond = Payment.objects.filter(batch=OuterRef("pk")).exclude(line__in=reached)
    rows = PaymentBatch.objects.filter(~Exists(beyond)).select_related("made_by")
    return rows.annotate(
        paid=Count("payments", filter=Q(payments__paid_at__isnull=False) & _OF_BATCH),
        returned=Count("payments", filter=Q(payments__returned_at__isnull=False)),
    )


_OF_BATCH = Q(payments__returned_at__isnull=True)


def payments_of(batch: PaymentBatch) -> QuerySet[Payment]:
    """Return the payments of ``batch`` by their references; ``came_back``: of its fee another was paid, and returned as somebody
    has noted; ``is_of_void_draw``: its draw is void by now."""
    before = Payment.objects.filter(line=OuterRef("line"), returned_at__isnull=False)
    related = (
        *("line__project", "line__expert__employer", "line__rate", "line__corrects"),
        "batch__made_by",
        *("account__expert__employer", "account__asked_by", "account__decided_by"),
    )
    rows = batch.payments.annotate(
        came_back=Exists(before.exclude(batch=batch)),
        is_of_void_draw=Q(line__invitation__draw__status__in=INVALID),
    )
    return rows.select_related(*related).order_by("reference")


def payments_visible_to(user: User) -> QuerySet[Payment]:
    """Return the payments of batches that ``user`` sees and that were agreed to."""
    batches = batches_visible_to(user).filter(approved_at__isnull=False).order_by().values("pk")
    rows = Payment.objects.filter(batch__in=batches)
    related = ("batch__made_by", "line__project", "line__expert", "account__expert")
    return rows.select_related(*related)


def sums_of(rows: QuerySet[Payment]) -> dict[str, Decimal]:
    """Return what payments come to: ``gross``, ``tax``, ``travel``, ``amount``."""
    names = ("gross", "tax", "travel", "amount")
    found: dict[str, Any] = rows.order_by().aggregate(**{one: Sum(one) for one in names})
    return {name: found[name] or Decimal(0) for name in names}


def paid_since(expert: Expert, since: datetime) -> Decimal:
    """Return what ``expert`` was paid since then, in yuan, after tax and with the costs of the way: by payments that this
    system wrote and the bank did not return."""
    mine = Q(line__expert=expert) | Q(line__expert__merged_into=expert)
    rows = Payment.objects.filter(mine, paid_at__gte=since, returned_at__isnull=True)
    rows = rows.select_related("batch", "line", "account")
    return sum((one.amount for one in vouched(rows)), Decimal())
