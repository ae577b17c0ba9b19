"""Which monthly report is looked at: of all departments in one month, or of one department over the months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.accounts.models import Department, User
from expertpool.core.mandates import vouched
from expertpool.core.views.listing import FilterForm
from expertpool.reports.models import DepartmentMonth
from expertpool.reports.queries.months import (
    BY_DEPARTMENT,
    BY_MONTH,
    kept_months,
    kept_statistic,
    months_visible_to,
)
from expertpool.reports.queries.project_statistics import PROJECTS
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Line,
    Measure,
    Statistic,
    Topic,
)

MOST = 24  # months of one department


class MonthFilter(FilterForm):
    month = forms.ChoiceField(label="月份")
    department = forms.ModelChoiceField(
        label="部门",
        queryset=Department.objects.none(),
        empty_label="全部部门",
        error_messages={"invalid_choice": "没有这个部门，或不在您的统计范围内。"},
    )
    measure = forms.ChoiceField(label="图中数字")

    def __init__(self, data: Any, *, viewer: User, asked: Asked) -> None:
        super().__init__(data)
        self.months = kept_months(viewer)
        months: Any = self.fields["month"]
        months.choices = [(one.isoformat(), f"{one:%Y-%m}") for one in self.months]
        departments: Any = self.fields["department"]
        rows = months_visible_to(viewer).order_by().values("department")
        departments.queryset = Department.objects.filter(pk__in=rows)
        self.measures = {one.code: one for one in PROJECTS.measures_for(asked)}
        measures: Any = self.fields["measure"]
        measures.choices = [(code, one.label) for code, one in self.measures.items()]


@dataclass
class MonthReading:
    """Kept reports as an address asks for them. Numbers are those of when they were counted: they lead to no list,
    which would be that of today."""

    user: User
    asked: Asked
    form: MonthFilter
    has_list = False

    @property
    def topic(self) -> Topic:
        return PROJECTS

    @cached_property
    def department(self) -> Department | None:
        return self.form.value("department") if self.form.is_valid() else None

    @cached_property
    def month(self) -> date | None:
        said = self.form.value("month") if self.form.is_valid() else None
        if said:
            return date.fromisoformat(said)
        return self.form.months[0] if self.form.months else None

    @property
    def title(self) -> str:
        if self.department:
            return f"专家使用月报：{self.department}"
        return f"专家使用月报（{self.month:%Y-%m}）" if self.month else "专家使用月报"

    @property
    def dimension(self) -> Dimension:
        return BY_MONTH if self.department else BY_DEPARTMENT

    @property
    def measure(self) -> Measure:
        code = self.form.value("measure") if self.form.is_valid() else None
        return next(
            (one for one in self.found.measures if one.code == code), self.found.measures[0]
        )

    @cached_property
    def rows(self) -> list[DepartmentMonth]:
        """The reports that this system wrote."""
        return vouched(self.kept)

    @property
    def left_out(self) -> int:
        """How many it did not write, which count for nothing."""
        return len(self.kept) - len(self.rows)

    @cached_property
    def kept(self) -> list[DepartmentMonth]:
        if not self.form.is_valid() or self.month is None:
            return []
        rows = months_visible_to(self.user)
        if self.department:
            found = rows.filter(department=self.department).order_by("-month")[:MOST]
            return list(found)[::-1]
        return list(rows.filter(month=self.month).order_by("department__path"))

    @cached_property
    def found(self) -> Statistic:
        return kept_statistic(self.rows, self.dimension, self.asked)

    @property
    def counted_at(self) -> datetime | None:
        return max((row.counted_at for row in self.rows), default=None)

    @property
    def conditions(self) -> list[str]:
        return ["评审时间在当月的项目", "各部门含下级部门"]

    def behind(self, line: Line, measure: Measure) -> str:
        return ""


def read_months(params: QueryDict, *, user: User, now: datetime) -> MonthReading:
    asked = Asked(user, now)
    return MonthReading(user, asked, MonthFilter(params, viewer=user, asked=asked))
