"""Kept sums of large topics: what they may stand for, and what they come to for somebody (docs/decisions/0415).

Experts are tallied by part and department, so that whoever counts by department adds up his own; projects one by one,
so that any filter fits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Max, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.reports.models import Tally, Tallying
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Measure,
    Statistic,
    Topic,
    lined_up,
)

EVERY = timedelta(minutes=10)  # as `reports.tasks` has it
MOST_AGE = timedelta(hours=1)  # older ones stand for nothing: what keeps them up does not run


def tallied_at(topic: Topic, *, now: datetime) -> datetime | None:
    """Return when the sums of ``topic`` were counted that may stand for counting; None: there are none."""
    if not topic.large:
        return None
    rows = Tallying.objects.filter(topic=topic.code, counted_at__gt=now - MOST_AGE)
    return rows.values_list("counted_at", flat=True).first()


def is_tallied(topic: Topic, dimension: Dimension) -> bool:
    """Whether sums are kept of the parts of ``dimension``: not of what differs by who reads."""
    return bool(topic.large) and not topic.tallies_rows and not dimension.permission


def tallied(
    topic: Topic, user: User | None, dimension: Dimension, asked: Asked
) -> Statistic | None:
    """Return what all rows in the scope of ``user``, or all, came to when they were tallied, by one statement; None where that is
    not kept."""
    # What is somebody's own no sum by department can tell.
    if not is_tallied(topic, dimension) or (user and _counts_own(user)):
        return None
    measures = topic.measures_for(asked)
    found, totals, at = [], [], None
    for row in _summed(_tallies_of(topic, user), dimension, measures):
        at = row["at"]
        if row["by"]:
            found.append(row | {"part": dimension.key_of(row["part"])})
        else:
            totals.append(row)
    if not totals:
        return None  # deleted meanwhile, or nobody is in his scope
    try:
        return lined_up(dimension, measures, found, totals[0], counted_at=at)
    except ValueError:  # a part is gone since
        return None


def _counts_own(user: User) -> bool:
    return any(grant.scope == Scope.OWN for grant in user.grants.get(STATISTICS, []))


def _tallies_of(topic: Topic, user: User | None) -> QuerySet[Tally]:
    rows = Tally.objects.filter(tallying__topic=topic.code)
    scope = scope_q(user, STATISTICS) if user else Q()
    # Of all of them one row is kept: nobody adds up a thousand departments.
    return rows.filter(scope, whole=False) if scope else rows.filter(whole=True)


def _summed(
    rows: QuerySet[Tally], dimension: Dimension, measures: list[Measure]
) -> QuerySet[Any, Any]:
    sums = {
        f"{one.code}_sum": Sum(Cast(KeyTextTransform(one.code, "sums"), BigIntegerField()))
        for one in measures
    }
    narrowed = rows.filter(by__in=(dimension.code, "")).order_by()
    return narrowed.values("by", "part").annotate(at=Max("tallying__counted_at"), **sums)
