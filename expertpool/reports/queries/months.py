"""Monthly reports of departments: what is kept, as a statistic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.fees.permissions import VIEW as FEES
from expertpool.reports.models import DepartmentMonth
from expertpool.reports.queries.departments import departments_counted_by
from expertpool.reports.queries.project_statistics import PROJECTS
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Line,
    Measure,
    Statistic,
    as_written,
)

BY_DEPARTMENT = Dimension("department", "部门", lambda asked: None, as_written)
BY_MONTH = Dimension("month", "月份", lambda asked: None, as_written, over_time=True)


def months_visible_to(user: User) -> QuerySet[DepartmentMonth]:
    """Return the reports of the departments that ``user`` counts with all below them: a report counts these, too."""
    reach = departments_counted_by(user, with_below=True)
    return DepartmentMonth.objects.filter(department__in=reach).select_related("department")


def kept_months(user: User) -> list[date]:
    """Return the months of which ``user`` has reports, the latest first."""
    rows = months_visible_to(user).order_by("-month").values_list("month", flat=True)
    return list(rows.distinct())


def measures_of(rows: Iterable[DepartmentMonth], asked: Asked) -> list[Measure]:
    """Return the numbers of ``rows`` that the user may see: fees where he sees those of each department."""
    found = PROJECTS.measures_for(asked)
    if asked.user is None:
        return found
    departments = {row.department_id for row in rows}
    # All or none: a sum over some of them would be read as that of all.
    seen = departments_counted_by(asked.user, FEES, with_below=True)
    seen_all = seen.filter(pk__in=departments).count() == len(departments)
    return [one for one in found if one.permission != FEES or seen_all]


def kept_statistic(
    rows: Sequence[DepartmentMonth], dimension: Dimension, asked: Asked
) -> Statistic:
    """Return ``rows`` as a statistic by department, or by month of one. The total counts those once that are below
    another."""
    measures = measures_of(rows, asked)
    lines = [
        Line(str(row.pk), _label(row, dimension), _sums(row.figures, measures)) for row in rows
    ]
    paths = {row.department.path for row in rows}
    top = [
        line
        for row, line in zip(rows, lines, strict=True)
        if not any(
            row.department.path.startswith(one) and row.department.path != one for one in paths
        )
    ]
    total = {one.code: sum((line.sums[one.code] for line in top), 0) for one in measures}
    return Statistic(dimension, measures, lines, Line("", "合计", total))


def _label(row: DepartmentMonth, dimension: Dimension) -> str:
    return row.department.name if dimension is BY_DEPARTMENT else f"{row.month:%Y-%m}"


def _sums(figures: dict[str, Any], measures: Iterable[Measure]) -> dict[str, int | Decimal]:
    return {
        one.code: Decimal(figures.get(one.code, 0)) if one.is_money else figures.get(one.code, 0)
        for one in measures
    }
