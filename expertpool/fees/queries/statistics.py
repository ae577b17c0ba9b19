"""What fees come to, by month, department, project or expert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.queries.lines import (
    STANDING,
    WITHHELD,
    Totals,
    fees_of,
    fees_visible_to,
)
from expertpool.fees.queries.void_draws import held_unpaid, totals_to_pay

GROUPS = {
    "month": "月份",
    "department": "所属部门",
    "project": "项目",
    "expert": "专家",
}
# Asked apart: joined, a fee that was returned and paid anew would be added up twice.
_PAID = Payment.objects.filter(line=OuterRef("pk"), paid_at__isnull=False, returned_at__isnull=True)
MOST = 1_000  # groups on the page


@dataclass(frozen=True)
class Group:
    """What the fees of a month, department, project or expert come to (yuan): ``net`` and ``payable`` as `Totals` has them;
    of that was ``paid``."""

    name: str
    note: str
    count: int
    gross: Decimal
    tax: Decimal
    travel: Decimal
    paid: Decimal
    held: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax

    @property
    def payable(self) -> Decimal:
        return self.net + self.travel - self.held


def years_of(rows: QuerySet[FeeLine]) -> list[int]:
    """Return the years in which letters of ``rows`` were sent, the latest first."""
    found = rows.filter(STANDING, sent_at__isnull=False).order_by().dates("sent_at", "year")
    return sorted((one.year for one in found), reverse=True)


def in_year(rows: QuerySet[FeeLine], year: int) -> QuerySet[FeeLine]:
    """Return those of ``rows`` whose letters were sent in ``year``."""
    first = timezone.make_aware(datetime.combine(date(year, 1, 1), time()))
    after = timezone.make_aware(datetime.combine(date(year + 1, 1, 1), time()))
    return rows.filter(STANDING, sent_at__gte=first, sent_at__lt=after)


def grouped(user: User, by: str, year: int) -> tuple[list[Group], Totals]:
    """Return what fees in the scope of ``user``, sent in ``year``, come to ``by`` one of `GROUPS`, and in all; the largest
    first, months in their order."""
    rows = in_year(fees_visible_to(user), year).order_by()
    held = held_unpaid(rows)
    rows = rows.annotate(
        is_paid=Q(Exists(_PAID)) | Q(received_at__isnull=False), withheld_tax=WITHHELD
    )
    if by == "month":
        rows = rows.annotate(key=TruncMonth("sent_at"))
        names: tuple[str, ...] = ("key",)
    elif by == "expert":
        rows = rows.annotate(
            key=Case(When(expert__merged_into=None, then="expert"), default="expert__merged_into"),
        )
        names = ("key",)
    elif by == "project":
        rows, names = rows.annotate(key=F("project__name")), ("project", "key", "project__number")
    else:
        rows, names = (
            rows.annotate(key=F("project__department__name")),
            ("project__department", "key"),
        )
    found: Any = rows.values(*names).annotate(
        n=Count("pk"),
        all_gross=Sum("gross"),
        all_tax=Sum("withheld_tax"),
        all_travel=Sum("travel"),
        paid=Sum(F("gross") - F("withheld_tax") + F("travel"), filter=Q(is_paid=True)),
        held=Sum(F("gross") - F("withheld_tax") + F("travel"), filter=Q(pk__in=held)),
    )
    ordered = found.order_by("key") if by == "month" else found.order_by("-all_gross", "key")
    groups = list(ordered[:MOST])
    people = Expert.objects.in_bulk([one["key"] for one in groups]) if by == "expert" else {}
    return [_group(by, one, people) for one in groups], totals_to_pay(
        in_year(fees_visible_to(user), year)
    )


def _group(by: str, one: dict[str, Any], people: dict[int, Expert]) -> Group:
    name, note = str(one["key"]), ""
    if by == "month":
        name = f"{timezone.localtime(one['key']):%Y-%m}"
    elif by == "expert":
        person = people[one["key"]]
        name, note = person.name, person.number
    elif by == "project":
        note = one["project__number"]
    sums = (
        one[key] or Decimal(0) for key in ("all_gross", "all_tax", "all_travel", "paid", "held")
    )
    return Group(name, note, one["n"], *sums)


def own_year(expert: Expert, year: int) -> QuerySet[FeeLine]:
    """Return what ``expert`` was told in ``year`` and stands, as it came."""
    return in_year(fees_of(expert), year).order_by("sent_at", "pk")
