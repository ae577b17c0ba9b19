"""Why an expert cannot be drawn, each reason as its own condition, and who is tied to which unit.

The conditions are `Q` objects over experts; a draw counts them one by one. An expert for whom none
of them holds is available.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from expertpool.core.lookups import Among
from expertpool.core.text import spellings_of
from expertpool.core.visibility import told, told_later
from expertpool.experts.enums import PERSON_KINDS, AvoidanceKind, ExpertStatus
from expertpool.experts.models import AvoidanceUnit, BlacklistEntry, Expert, Leave
from expertpool.experts.registry import SUSPENSIONS

M = TypeVar("M", bound=Model)
PAST_YEARS = 3  # 政府采购法实施条例 第九条


class Doubts(NamedTuple):
    """Which leaves (ids) their rows alone have wrong: nobody filed them here, or nobody ended them here
    (`queries.leaves`)."""

    unfiled: frozenset[int] = frozenset()
    unended: frozenset[int] = frozenset()


NO_DOUBTS = Doubts()


def deleted() -> Q:
    """Experts that were deleted."""
    return Q(status=ExpertStatus.DELETED)


def blacklisted(now: datetime) -> Q:
    """Experts on the blacklist at ``now``; an entry whose last day is over does not block."""
    # The job that takes him off may be late. Who was not formal before is not so afterwards.
    over = BlacklistEntry.objects.filter(
        expert=OuterRef("pk"),
        removed_at__isnull=True,
        until_date__lt=timezone.localdate(now),
        status_before=ExpertStatus.FORMAL,
    )
    return Q(status=ExpertStatus.BLACKLISTED) & ~Q(Exists(over))


def not_formal() -> Q:
    """Experts who are not (or not now) members of the pool: pending or frozen."""
    return Q(status__in=(ExpertStatus.PENDING, ExpertStatus.FROZEN))


def not_in_pool(now: datetime) -> Q:
    """Experts who are no members of the pool at ``now``, for any of the reasons above."""
    return deleted() | blacklisted(now) | not_formal()


def out_of_term(at: datetime, *, now: datetime) -> Q:
    """Experts whose term has not begun or is over on the day of ``at``, or is over today."""
    day, today = timezone.localdate(at), timezone.localdate(now)
    return Q(term_start_date__gt=day) | Q(term_end_date__lt=max(day, today))


def suspended(now: datetime) -> Q:
    """Experts whom an app above keeps from being drawn anew on the day of ``now``."""
    found, day = Q(pk__in=[]), timezone.localdate(now)
    for one in SUSPENSIONS:
        found |= one.experts(day)
    return found


def on_leave(
    start: datetime, end: datetime, *, openly: bool = False, doubts: Doubts = NO_DOUBTS
) -> Q:
    """Experts with a leave that overlaps [start, end) and was not cancelled, by the rows but for ``doubts``;
    ``openly``: one that may be told of, as in all below."""
    counts = Q(cancelled_at__isnull=True)
    if doubts.unfiled:
        counts &= ~Q(Among("pk", doubts.unfiled))
    if doubts.unended:
        counts |= Q(Among("pk", doubts.unended))
    leaves = Leave.objects.filter(counts, expert=OuterRef("pk"), during__overlap=(start, end))
    return Q(Exists(_known(leaves, openly)))


def with_untold() -> set[int]:
    """Return (ids) the experts whose own leave or relation is told later."""
    return {
        pk
        for model in (Leave, AvoidanceUnit)
        for pk in model.objects.filter(told_later(model))
        .order_by()
        .values_list("expert", flat=True)
    }


def _known(rows: QuerySet[M], openly: bool) -> QuerySet[M]:
    return told(rows) if openly else rows


def tied_to_units(
    units: Collection[int], *, on: datetime, past_years: int = PAST_YEARS, openly: bool = False
) -> Q:
    """Experts who have to stay away from one of ``units`` on the day of ``on``.

    That is: employed there, or an avoidance unit of theirs that has not ended, or ended less than
    ``past_years`` years before.
    """
    ties = unit_ties(units, on=on, past_years=past_years, openly=openly)
    ties = ties.filter(expert=OuterRef("pk"))
    return Q(employer__in=list(units)) | Q(Exists(ties))


def unit_ties(
    units: Collection[int], *, on: datetime, past_years: int = PAST_YEARS, openly: bool = False
) -> QuerySet[AvoidanceUnit]:
    """Return the relations to ``units`` that count on the day of ``on``."""
    ties = AvoidanceUnit.objects.filter(_counts(on, past_years), unit__in=list(units))
    # With a person the unit only says which person is meant.
    return _known(ties.exclude(kind__in=PERSON_KINDS), openly)


def person_ties(
    name: str,
    units: Collection[int] | None,
    *,
    on: datetime,
    past_years: int = PAST_YEARS,
    openly: bool = False,
) -> QuerySet[AvoidanceUnit]:
    """Return the relations to persons of that name that count on the day of ``on``. Where both
    sides name a unit, it has to be one of ``units``; None: the person's is not known."""
    ties = AvoidanceUnit.objects.filter(
        _counts(on, past_years), kind__in=PERSON_KINDS, person_name__in=spellings_of(name)
    )
    ties = _known(ties, openly)
    if units is None:
        return ties
    return ties.filter(Q(unit__isnull=True) | Q(unit__in=units))


def _counts(on: datetime, past_years: int) -> Q:
    since = years_before(timezone.localdate(on), past_years)
    return Q(end_date__isnull=True) | Q(end_date__gte=since)


def drawable(start: datetime, end: datetime, *, now: datetime) -> Q:
    """Experts to whom none of the reasons above applies (units apart)."""
    reasons = (
        deleted(),
        blacklisted(now),
        not_formal(),
        out_of_term(start, now=now),
        suspended(now),
        on_leave(start, end),
    )
    result = Q()
    for reason in reasons:
        result &= ~reason
    return result


def avoided_expert_ids(
    units: Collection[int], *, on: datetime, past_years: int = PAST_YEARS
) -> set[int]:
    """Return the experts of `tied_to_units`."""
    tied = tied_to_units(units, on=on, past_years=past_years)
    return set(Expert.objects.filter(tied).order_by().values_list("pk", flat=True))


def expert_units(expert_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the units where each expert works now: employer and declared current employers."""
    ids = list(expert_ids)
    units: dict[int, set[int]] = {pk: set() for pk in ids}
    employers = Expert.objects.filter(pk__in=ids, employer__isnull=False).order_by()
    current = AvoidanceUnit.objects.filter(
        expert__in=ids, kind=AvoidanceKind.CURRENT_EMPLOYER, end_date__isnull=True
    ).order_by()
    for rows in (
        employers.values_list("pk", "employer_id"),
        current.values_list("expert_id", "unit_id"),
    ):
        for pk, unit in rows:
            units[pk].add(unit)
    return units


def own_avoidances(expert: Expert) -> QuerySet[AvoidanceUnit]:
    """Return the units and persons that ``expert`` stays away from, as he has them himself."""
    return expert.avoidance_units.filter(removed_at__isnull=True).select_related("unit", "expert")


def avoidance_words(row: AvoidanceUnit, *, on: date) -> tuple[str, bool]:
    """Say whether ``row`` counts on a day, by the rule of `_counts`, and tell it as well: what is over goes on
    to count for some years. ``row`` has its expert and his employer."""
    if row.end_date is None:
        if row.kind == AvoidanceKind.CURRENT_EMPLOYER and row.unit_id != row.expert.employer_id:
            return "仍回避；与现工作单位不同，已离开的请登记结束日期", True
        return "回避中", True
    until = years_before(row.end_date, -PAST_YEARS)
    if row.end_date >= on:
        return f"回避中，{row.end_date:%Y-%m-%d} 结束后仍回避至 {until:%Y-%m-%d}", True
    if row.end_date >= years_before(on, PAST_YEARS):
        return f"已结束，仍回避至 {until:%Y-%m-%d}", True
    return f"结束已满 {PAST_YEARS} 年，不再回避", False


def year_start(now: datetime) -> datetime:
    """Return when the year began in which ``now`` is."""
    return day_start(timezone.localdate(now).replace(month=1, day=1))


def years_before(day: date, years: int) -> date:
    """Return the same day ``years`` years earlier; 29 February becomes the 28th where needed."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def last_day(start: date, years: int, *, months: int = 0) -> date | None:
    """Return the last day of ``years`` and ``months`` from ``start``; None for none: without an end."""
    after = years_before(start, -years)
    if months:
        year, month = divmod(12 * after.year + after.month - 1 + months, 12)
        days = monthrange(year, month + 1)[1]
        after = date(year, month + 1, min(after.day, days))
    return after - timedelta(days=1) if years or months else None


def day_start(day: date) -> datetime:
    """Return the first moment of ``day`` in the time zone of the site."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def next_day(now: datetime) -> datetime:
    """Return when the day after ``now`` begins."""
    return day_start(timezone.localdate(now) + timedelta(days=1))
