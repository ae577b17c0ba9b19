"""Which departments are compared, of which period: page, file and print are made from the same `Comparison`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.core.lookups import within_days
from expertpool.core.text import moment_text
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.reports.forms.statistics import FRESH
from expertpool.reports.queries.departments import beside, departments_counted_by
from expertpool.reports.queries.project_statistics import PROJECTS
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Line,
    Measure,
    Statistic,
    Topic,
    statistic_of,
)
from expertpool.reports.queries.tallies import tallied_at

MOST = 8  # side by side
FEWEST = 4


class ComparisonFilter(FilterForm):
    """The period in which reviews began, and the departments; without them this year, and those with most projects."""

    days = DateRangeField(label="评审时间")
    department = forms.ModelMultipleChoiceField(
        label="部门",
        queryset=Department.objects.none(),
        widget=forms.SelectMultiple(attrs={"data-enhance": "select"}),
        error_messages={"invalid_choice": "没有这个部门，或不在您的统计范围内。"},
    )
    measure = forms.ChoiceField(label="图中数字")

    def __init__(self, data: Any, *, asked: Asked, viewer: User) -> None:
        super().__init__(data)
        departments: Any = self.fields["department"]
        departments.queryset = departments_counted_by(viewer)
        self.measures = {one.code: one for one in PROJECTS.measures_for(asked)}
        measures: Any = self.fields["measure"]
        measures.choices = [(code, one.label) for code, one in self.measures.items()]

    def clean_department(self) -> QuerySet[Department]:
        chosen: QuerySet[Department] = self.cleaned_data["department"]
        if chosen.count() > MOST:
            message = f"最多比较 {MOST} 个部门，请减少。"
            raise forms.ValidationError(message)
        return chosen


@dataclass
class Comparison:
    """What departments come to side by side; each with those below it."""

    user: User
    asked: Asked
    form: ComparisonFilter
    params: QueryDict
    title = "部门对比"

    @property
    def topic(self) -> Topic:
        return PROJECTS

    @property
    def dimension(self) -> Dimension:
        return PROJECTS.dimension("department")

    @property
    def measure(self) -> Measure:
        code = self.form.value("measure") if self.form.is_valid() else None
        return self.form.measures.get(code or "") or next(iter(self.form.measures.values()))

    @cached_property
    def days(self) -> tuple[date, date]:
        chosen = self.form.value("days") if self.form.is_valid() else None
        year = timezone.localdate(self.asked.now).year
        days: tuple[date, date] = chosen or (date(year, 1, 1), date(year, 12, 31))
        return days

    @cached_property
    def found(self) -> Statistic:
        rows = PROJECTS.rows_for(self.user).filter(within_days("opening_at", self.days))
        if not self.form.is_valid():
            rows = rows.none()
        found = statistic_of(PROJECTS, rows, self.dimension, self.asked)
        chosen = self.form.value("department") if self.form.is_valid() else None
        if chosen is not None:
            return beside(found, chosen.order_by("path"))
        reach = departments_counted_by(self.user)
        shown = [int(line.key) for line in found.lines[:MOST]]
        if len(shown) < FEWEST:  # beside one that has projects stand some that have none
            others = reach.filter(active=True).exclude(pk__in=shown).order_by("path")
            shown += others.values_list("pk", flat=True)[: FEWEST - len(shown)]
        return beside(found, reach.filter(pk__in=shown).order_by("path"))

    @property
    def conditions(self) -> list[str]:
        words = [f"评审时间 {self.days[0]} 至 {self.days[1]}", "各部门含下级部门"]
        at = self.found.counted_at
        return [*words, f"数字截至 {moment_text(at)}"] if at else words

    @property
    def fresh_url(self) -> str:
        """Return the address of the same, counted now."""
        query = self.params.copy()
        query[FRESH] = "1"
        return f"?{query.urlencode()}"

    @cached_property
    def has_list(self) -> bool:
        return PROJECTS.has_list(self.user)

    def behind(self, line: Line, measure: Measure) -> str:
        """Return the address of the list of the projects that ``line`` counts; nothing of a number of others."""
        if not (self.has_list and measure.counts_rows):
            return ""
        query = {"opening": f"{self.days[0]} 至 {self.days[1]}"}
        if line is not self.found.total:
            query["department"] = line.key
        return f"{reverse(PROJECTS.url)}?{urlencode(query)}"


def read_comparison(params: QueryDict, *, user: User, now: datetime) -> Comparison:
    at = None if params.get(FRESH) else tallied_at(PROJECTS, now=now)
    asked = Asked(user, now, at)
    form = ComparisonFilter(params, asked=asked, viewer=user)
    return Comparison(user, asked, form, params)
