"""Which fees are of a draw that is void by now, and of which somebody has said that they are paid all the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.draws.enums import INVALID
from expertpool.fees.models import FeeLine, Payment, PaymentBatch
from expertpool.fees.models.payments import OPEN
from expertpool.fees.queries.lines import OF_VOID_DRAW, PAYABLE, STANDING, Totals, totals_of

PAID_ANYWAY = "fee.pay_void"
HELD = "抽取已作废，须先在这笔劳务费的页面决定照付或冲销"


def paid_anyway(lines: Iterable[int]) -> dict[int, Entry]:
    """Return the decision to pay each of ``lines`` (ids) though its draw is void, where there is one: as the log has it, of which
    what somebody else wrote is none."""
    logged = entries_for((FeeLine, [str(one) for one in lines], (PAID_ANYWAY,)))
    return {int(one.subject_id): one for one in proven(logged)}


def held_back(lines: Iterable[int]) -> set[int]:
    """Return those of ``lines`` (ids) that are not paid as long as nobody has said so: their draw is void."""
    void = FeeLine.objects.filter(OF_VOID_DRAW, pk__in=list(lines))
    found = set(void.values_list("pk", flat=True))
    return found - paid_anyway(found).keys() if found else found


def held_among(lines: Iterable[FeeLine]) -> set[int]:
    """Return which of ``lines`` (ids; ``payments`` read along) would be paid and are held: nothing is asked where no draw is void."""
    void = [one.pk for one in lines if one.is_of_void_draw and _is_due(one)]
    return set(void) - paid_anyway(void).keys() if void else set()


def _is_due(line: FeeLine) -> bool:
    is_paid = line.payment is not None and line.payment.paid_at is not None
    return line.sent_at is not None and not line.reversed_at and not is_paid and line.gross >= 0


def held_payments(payments: QuerySet[Payment]) -> set[int]:
    """Return those of ``payments`` (ids) that wait to be paid and are not, as long as nobody has said so: the draws of their fees are
    void, be it since their batch was agreed to."""
    waiting = payments.filter(
        OPEN, paid_at__isnull=True, line__invitation__draw__status__in=INVALID
    )
    found = dict(waiting.order_by().values_list("line", "pk"))
    decided = paid_anyway(found) if found else {}
    return {pk for line, pk in found.items() if line not in decided}


def held_by_batch(batches: Iterable[PaymentBatch]) -> dict[int, int]:
    """Return how many payments of each of ``batches`` are held so, by its id, where any are."""
    rows = Payment.objects.filter(batch__in=[one.pk for one in batches])
    held = list(rows.filter(pk__in=held_payments(rows)).values_list("batch", flat=True))
    return {pk: held.count(pk) for pk in held}


def unpaid_of_void(rows: QuerySet[FeeLine]) -> QuerySet[FeeLine]:
    """Return those of ``rows`` whose draw is void and that were not paid before."""
    paid = Payment.objects.filter(OPEN, line=OuterRef("pk"), paid_at__isnull=False)
    return rows.order_by().filter(STANDING, ~Exists(paid), OF_VOID_DRAW, gross__gte=0)


def held_unpaid(rows: QuerySet[FeeLine]) -> set[int]:
    """Return which of ``rows`` (ids) would be to be paid and are held; those that were entered and never sent among them."""
    return held_back(unpaid_of_void(rows).values_list("pk", flat=True))


def totals_to_pay(rows: QuerySet[FeeLine]) -> Totals:
    """Return what exactly ``rows`` come to; what of it is held is not in what is to be paid (`Totals.payable`)."""
    held, totals = held_unpaid(rows), totals_of(rows)
    if not held:
        return totals
    due = FeeLine.objects.filter(pk__in=held).annotate(due=PAYABLE)
    found: dict[str, Any] = due.aggregate(sum_of=Sum("due"))
    return replace(totals, held=found["sum_of"] or Decimal(0), held_count=len(held))


def decided_words(line: FeeLine) -> str:
    """Say who has decided that ``line`` is paid though its draw is void, and why; empty: nobody, or it is valid."""
    entry = paid_anyway([line.pk]).get(line.pk) if line.is_of_void_draw else None
    return _words(entry) if entry else ""


def void_words(batch: PaymentBatch) -> list[str]:
    """Say of each fee of ``batch`` whose draw is void who has decided that it is paid: whoever agrees to the batch reads why."""
    rows = batch.payments.filter(line__invitation__draw__status__in=INVALID)
    rows = rows.order_by("reference").select_related("line__expert")
    names = {one.line_id: one.line.expert.name for one in rows}
    found = paid_anyway(names) if names else {}
    return [
        f"{name}：{_words(found[pk]) if pk in found else '还没有人决定照付'}"
        for pk, name in names.items()
    ]


def _words(entry: Entry) -> str:
    return f"{entry.actor_name} 决定照付：{entry.note}"
