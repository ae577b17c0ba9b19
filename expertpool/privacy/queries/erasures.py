"""Who can be erased, what of him would go and what would stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import (
    ERASERS,
    KEEPERS,
    name_needed_until,
    why_not_erased,
)
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.periods import years_until_erased

YEAR = timedelta(days=366)
LATELY = timedelta(days=30)  # letters are delivered, or given up, before


@dataclass(frozen=True)
class Erasure:
    """What would go (title, rows), what stays (title, why), until when his name is needed, and what keeps from it."""

    goes: list[tuple[str, int]]
    stays: list[tuple[str, str]]
    name_until: date | None
    holds: list[str]

    @property
    def words(self) -> str:
        """In one line, without anything that he is."""
        gone = "，".join(f"{title} {count}" for title, count in self.goes)
        name = f"姓名依法保留至 {self.name_until.year} 年底" if self.name_until else "姓名一并抹去"
        return f"{gone}；{name}"[:500]


def erasure_of(expert: Expert) -> Erasure:
    """Return what erasing ``expert`` would mean now."""
    goes = [(one.title, one.count(expert)) for one in ERASERS]
    return Erasure(
        [(title, count) for title, count in goes if count],
        [(one.title, one.law) for one in KEEPERS],
        name_needed_until(expert),
        why_not_erased(expert),
    )


def erasable_visible_to(user: User) -> QuerySet[Expert]:
    """Return the experts in the scope of ``user``, who asks for it or agrees, that left the pool or were erased, but
    for records that were merged into others."""
    if not user.has_permission(DECIDE):
        return Expert.objects.none()
    rows = experts_visible_to(user, DECIDE).filter(
        status=ExpertStatus.DELETED, merged_into__isnull=True
    )
    return rows.select_related("employer")


def over_their_time(now: datetime) -> QuerySet[Expert]:
    """Return who left the pool longer ago than the office keeps records (`years_until_erased`), the longest first."""
    rows = Expert.objects.filter(
        status=ExpertStatus.DELETED, merged_into__isnull=True, erased_at__isnull=True
    )
    if not (years := years_until_erased(now)):
        return rows.none()
    return rows.filter(deleted_at__lt=now - years * YEAR).order_by("deleted_at", "pk")


def told_since(now: datetime) -> QuerySet[Expert]:
    """Return who was erased lately: what was on its way to him then has arrived meanwhile."""
    return Expert.objects.filter(erased_at__gte=now - LATELY)
