"""The filters of the lists of projects, archived projects and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import Department
from expertpool.core.criteria import Context, CriteriaError, Node, parse, to_q
from expertpool.core.criteria.forms import CriteriaField
from expertpool.core.text import clean_text
from expertpool.core.validators import is_writable
from expertpool.core.views.filters import DateRangeField, within_days
from expertpool.core.views.listing import FilterForm
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.queries import dictionary_names
from expertpool.projects.enums import Regime
from expertpool.projects.queries import matching
from expertpool.projects.queries.criteria import SUBJECT

NO_KIND = "-"


class ProjectFilter(FilterForm):
    """The filters of the project list (PRJ-03)."""

    q = forms.CharField(
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "名称、编号、部门、联系人、采购单位"}),
    )
    regime = forms.ChoiceField(label="适用制度", choices=[("", "全部"), *Regime.choices])
    department = forms.ModelChoiceField(
        label="所属部门", queryset=Department.objects.all(), empty_label="全部"
    )
    opening = DateRangeField(label="评审时间")
    kind = forms.ChoiceField(label="项目类型")
    created = DateRangeField(label="申请时间")
    only = forms.BooleanField(label="不含下级部门")
    where = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kind: Any = self.fields["kind"]
        names = dictionary_names(DictionaryCode.PROJECT_KIND)
        asked = (data or {}).get("kind", "")  # a kind that left the dictionary is still found
        if is_writable(asked) and asked not in ("", NO_KIND, *names):
            names.append(asked)
        kind.choices = [("", "全部"), *((name, name) for name in names), (NO_KIND, "未填写")]

    def clean_where(self) -> Node | None:
        text = self.cleaned_data["where"]
        try:
            # Anybody may type an address, and a bookmark outlives the fields that it names.
            return parse(SUBJECT, text) if text else None
        except CriteriaError as error:
            raise forms.ValidationError(f"高级条件有误：{error}") from None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = matching(rows, text)
        if regime := self.value("regime"):
            rows = rows.filter(regime=regime)
        if department := self.value("department"):
            below = {"department__path__startswith": department.path}
            rows = rows.filter(**{"department": department} if self.value("only") else below)
        if kind := self.value("kind"):
            rows = rows.filter(kind="" if kind == NO_KIND else kind)
        for name, column in (("opening", "opening_at"), ("created", "created_at")):
            if days := self.value(name):
                rows = rows.filter(within_days(column, days))
        if where := self.value("where"):
            rows = rows.filter(to_q(where, Context(now=timezone.now())))
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

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = matching(rows, text)
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

    where = CriteriaField(SUBJECT, label="条件", required=False)
