"""The filters of the lists of projects, archived projects and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import Department
from expertpool.core.criteria.forms import CriteriaField
from expertpool.core.lookups import within_days
from expertpool.core.text import clean_text
from expertpool.core.views.declared import DeclaredFilter
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.core.visibility import Viewer
from expertpool.projects.fields import PROJECT
from expertpool.projects.queries import matching
from expertpool.projects.queries.criteria import SUBJECT


class ProjectFilter(DeclaredFilter):
    """The filters that the fields declare, and words (PRJ-03)."""

    subject = PROJECT
    q = forms.CharField(
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "名称、编号、部门、联系人、采购单位"}),
    )
    only = forms.BooleanField(label="不含下级部门")

    def __init__(self, data: Any = None, *, viewer: Viewer | None = None) -> None:
        super().__init__(data, viewer=viewer)
        self.order_fields(["q", *self.declared, "only"])

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        if text := self.value("q"):
            rows = matching(rows, text, self.viewer)
        if self.value("only") and (department := self.value("department")):
            rows = rows.filter(department=department)
        return rows


class ArchiveFilter(FilterForm):
    """The filters of the archived projects."""

    q = forms.CharField(
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "名称、编号、部门、联系人、采购单位"}),
    )
    department = forms.ModelChoiceField(
        label="所属部门", queryset=Department.objects.all(), empty_label="全部"
    )
    archived = DateRangeField(label="归档时间")

    def __init__(self, data: Any = None, *, viewer: Viewer | None = None) -> None:
        super().__init__(data)
        self.viewer = viewer

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = matching(rows, text, self.viewer)
        if department := self.value("department"):
            rows = rows.filter(department__path__startswith=department.path)
        if days := self.value("archived"):
            rows = rows.filter(within_days("archived_at", days))
        return rows


class TaskFilter(FilterForm):
    """The filters of the list of tasks."""

    q = forms.CharField(
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "任务、项目、负责人、部门"}),
    )
    due = DateRangeField(label="完成期限")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for word in clean_text(self.value("q") or "").split():
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(project__name__icontains=word)
                | Q(project__number__icontains=word)
                | Q(assignee__name__icontains=word)
                | Q(department__name__icontains=word)
            )
        if days := self.value("due"):
            rows = rows.filter(due_date__range=days)
        return rows


class WhereForm(forms.Form):
    """The condition builder over all fields of a project (PRJ-11)."""

    where = CriteriaField(SUBJECT, label="条件", required=False, keeps=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["where"]
        field.viewer = viewer
