"""Departments in statistics: what they are called, which ones somebody counts, and side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import departments_below
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import Line, Statistic

NOTHING = Q(pk__in=())


def department_words(keys: Sequence[Any]) -> dict[Any, str]:
    """Return the names of departments (ids); ValueError for one that is none."""
    names = dict(Department.objects.filter(pk__in=keys).values_list("pk", "name"))
    try:
        return {key: names[key] for key in keys}
    except KeyError as error:
        raise ValueError(*error.args) from None


def departments_counted_by(
    user: User, code: str = STATISTICS, *, with_below: bool = False
) -> QuerySet[Department]:
    """Return the departments, retired ones among them, all of whose rows are in the scope of ``user`` for ``code``; of those
    ``with_below``, as kept numbers count them, all rows of the departments below them as well."""
    reach, place = NOTHING, user.proven_department
    for grant in user.grants.get(code, []):
        if grant.scope == Scope.ALL:
            return Department.objects.all()
        if grant.scope == Scope.CHOSEN:
            reach |= departments_below(user, [chosen.proven_path for chosen in grant.places])
        elif place and grant.scope == Scope.DEPARTMENT:
            reach |= Q(pk=place.pk)
        elif place and grant.scope == Scope.DEPARTMENT_AND_BELOW:
            reach |= departments_below(user, [place.proven_path])
    found = Department.objects.filter(reach)
    if with_below:
        beyond = Department.objects.exclude(reach).filter(path__startswith=OuterRef("path"))
        found = found.exclude(Exists(beyond))
    return found


def beside(found: Statistic, departments: Iterable[Department]) -> Statistic:
    """Return what ``found``, split by department, comes to for each of ``departments`` with those below it."""
    paths = dict(Department.objects.values_list("pk", "path"))
    lines = [(paths[int(line.key)], line) for line in found.lines if line.key]
    return replace(
        found,
        lines=[
            Line(
                str(one.pk),
                one.name,
                {
                    measure.code: sum(
                        (
                            line.sums[measure.code]
                            for path, line in lines
                            if path.startswith(one.path)
                        ),
                        0,
                    )
                    for measure in found.measures
                },
            )
            for one in departments
        ],
    )
