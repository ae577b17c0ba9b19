"""What was paid in a month: tax is withheld when something is paid, of all that one payer pays one person in the month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import vouched
from expertpool.fees.models import FeeLine, Payment, PaymentBatch
from expertpool.fees.models.payments import OPEN
from expertpool.fees.queries.lines import STANDING, fees_visible_to, month_of
from expertpool.fees.rules.tax import tax_of_next

RELATED = (
    *(
        "batch",
        "account",
        "line__rate",
        "line__corrects",
        "line__project__purchaser",
        "line__project__department",
    ),
    *("line__expert__merged_into", "line__expert__employer"),
)


def person_of(line: FeeLine) -> int:
    """Return whose income a fee is: the record that stays, of one that was merged."""
    return line.expert.merged_into_id or line.expert_id


def taxes_of(
    lines: Iterable[FeeLine], *, now: datetime, before: PaymentBatch | None = None
) -> dict[int, Decimal]:
    """Return what is withheld of each of ``lines``, if they are paid in the month of ``now``, one after the other: by its
    id. What its payer has paid the same person in the month comes before, and what waits to be paid in batches; of a batch
    that stands, ``before``, those that were made before it."""
    rows = list(lines)
    so_far = _paid_or_waiting({person_of(one) for one in rows}, now, before)
    found = {}
    for one in rows:
        whose = person_of(one), one.payer
        gross, tax = so_far.get(whose, (Decimal(0), Decimal(0)))
        found[one.pk] = tax_of_next(one.gross, paid=gross, withheld=tax)
        so_far[whose] = gross + one.gross, tax + found[one.pk]
    return found


Sums = dict[tuple[int, str], tuple[Decimal, Decimal]]


def _paid_or_waiting(people: set[int], now: datetime, before: PaymentBatch | None) -> Sums:
    first, after = month_of(now)
    whose = Q(line__expert__in=people) | Q(line__expert__merged_into__in=people)
    of_month = Q(paid_at__isnull=True) | Q(paid_at__gte=first, paid_at__lt=after)
    rows = Payment.objects.filter(OPEN, whose, of_month).select_related(*RELATED)
    if before is not None:
        rows = rows.filter(batch__lt=before.pk)
    whose = Q(expert__in=people) | Q(expert__merged_into__in=people)
    return _sums(rows, came_back(first, after).filter(whose, received_at__isnull=False))


def _sums(payments: QuerySet[Payment], back: QuerySet[FeeLine]) -> Sums:
    """Add up by who is paid and who pays; what somebody else has written withholds nothing."""
    found: Sums = {}
    sums = [(one.line, one.gross, one.tax) for one in vouched(payments)]
    sums += [(one, one.gross, one.tax) for one in vouched(back)]
    for line, more, withheld in sums:
        key = person_of(line), line.payer
        gross, tax = found.get(key, (Decimal(0), Decimal(0)))
        # Of a payment that the bank has returned since nothing is left to take off.
        found[key] = max(gross + more, Decimal(0)), tax + withheld
    return found


def came_back(first: datetime, after: datetime) -> QuerySet[FeeLine]:
    """Return the corrections by which of what was paid between two moments something comes back: it was no income of that
    month."""
    paid = Payment.objects.filter(
        OPEN, line=OuterRef("corrects"), paid_at__gte=first, paid_at__lt=after
    )
    related = [one.removeprefix("line__") for one in RELATED if one.startswith("line__")]
    return FeeLine.objects.filter(STANDING, Exists(paid), gross__lt=0).select_related(*related)


def tax_of_less(line: FeeLine, gross: Decimal, *, paid_at: datetime) -> Decimal:
    """Return what is withheld less (less than nothing) if of the fee ``line``, which was paid at ``paid_at``, ``gross`` (less than
    nothing) comes back: of the month of that payment, and what comes back of it already."""
    first, after = month_of(paid_at)
    person = person_of(line)
    whose = Q(line__expert=person) | Q(line__expert__merged_into=person)
    rows = Payment.objects.filter(OPEN, whose, paid_at__gte=first, paid_at__lt=after)
    back = came_back(first, after).filter(Q(expert=person) | Q(expert__merged_into=person))
    sums = _sums(rows.select_related(*RELATED), back)
    paid, tax = sums.get((person, line.payer), (Decimal(0), Decimal(0)))
    return tax_of_next(max(gross, -paid), paid=paid, withheld=tax)


def _bounds(month: date) -> tuple[datetime, datetime]:
    return month_of(timezone.make_aware(datetime.combine(month, time())))


def payments_in(user: User, month: date, code: str) -> QuerySet[Payment]:
    """Return what was paid in ``month`` (its first day) of fees in the scope of ``user`` for ``code``, and did not come back."""
    first, after = _bounds(month)
    rows = _reached(user, code).filter(
        returned_at__isnull=True, paid_at__gte=first, paid_at__lt=after
    )
    return rows.select_related(*RELATED).order_by("line__expert", "pk")


def taken_back_in(user: User, month: date, code: str) -> QuerySet[FeeLine]:
    """Return what of the payments of ``month`` was too much and has come back, in the scope of ``user`` for ``code``."""
    rows = came_back(*_bounds(month)).filter(received_at__isnull=False)
    return rows.filter(pk__in=fees_visible_to(user, code).order_by().values("pk"))


def came_back_after(user: User, month: date, code: str) -> int:
    """Return how many payments of ``month`` came back after it: they were declared, and are declared no more."""
    first, after = _bounds(month)
    paid = Q(paid_at__gte=first, paid_at__lt=after)
    return _reached(user, code).filter(paid, returned_at__gte=after).count()


def _reached(user: User, code: str) -> QuerySet[Payment]:
    return Payment.objects.filter(line__in=fees_visible_to(user, code).order_by().values("pk"))
