"""Which rate counts when, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.fields import is_vouched
from expertpool.fees.models import FeeRate
from expertpool.projects.models import Project


def latest_rate(name: str) -> FeeRate | None:
    """Return the latest version of the rate ``name``, used or not."""
    return FeeRate.objects.filter(name=name).order_by("-version").first()


def versions_of(rate: FeeRate) -> QuerySet[FeeRate]:
    """Return all versions of ``rate``, the latest first."""
    return (
        FeeRate.objects.filter(name=rate.name)
        .select_related("by", "department")
        .order_by("-version")
    )


def latest_rates() -> QuerySet[FeeRate]:
    """Return the latest version of each rate."""
    rows = FeeRate.objects.order_by("name", "-version").distinct("name")
    return (
        FeeRate.objects.filter(pk__in=rows.values("pk"))
        .select_related("by", "department")
        .order_by("name")
    )


def rates_on(day: date) -> list[FeeRate]:
    """Return what is in force on ``day``: of each name the latest version that has begun, if it is used. A version that
    somebody else has written is none."""
    # Looked at after they were told apart: a version that is not in use ends its name, rather than leave the one before.
    rows = FeeRate.objects.filter(effective_on__lte=day).select_related("department")
    rows = rows.order_by("name", "-version")
    return [one for one in rows.distinct("name") if one.active and is_vouched(one)]


def rates_for(project: Project) -> list[FeeRate]:
    """Return the rates that may be used for ``project``, those first that say most narrowly that they hold for it."""
    rows = rates_on(timezone.localdate(project.opening_at))
    found = [one for one in rows if _holds(one, project)]
    return sorted(found, key=lambda one: (*(-part for part in one.specificity), one.name))


def best_of(rates: Sequence[FeeRate]) -> list[FeeRate]:
    """Return those of ``rates`` (`rates_for`) that hold most narrowly: of several somebody has to choose."""
    return [one for one in rates if one.specificity == rates[0].specificity]


def _holds(rate: FeeRate, project: Project) -> bool:
    kinds = rate.project_kind in ("", project.kind) and rate.regime in ("", project.regime)
    return kinds and (
        rate.department is None or project.department.path.startswith(rate.department.path)
    )
