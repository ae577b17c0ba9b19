"""The filters of the lists of experts, leaves and the blacklist."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import Context, CriteriaError, Node, parse, to_q
from expertpool.core.views.filters import DateRangeField, within_days
from expertpool.core.views.listing import FilterForm
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.queries import dictionary_names
from expertpool.experts.enums import ExpertKind, ExpertSource
from expertpool.experts.forms.fields import DivisionsField, SpecialtiesField, UnitField
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.search import find, search

ANY = [("", "全部")]


def keyword_field(hint: str = "姓名、首字母、编号、单位或专业") -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": hint, "autocomplete": "off"})
    return forms.CharField(label="关键词", max_length=100, widget=widget)


class ExpertFilter(FilterForm):
    """``where`` is a condition of the builder, as JSON."""

    q = keyword_field()
    specialty = SpecialtiesField()
    title_level = forms.ChoiceField(
        label="职称级别",
        choices=[
            *ANY,
            *(
                # Beyond the top there is nothing, and none is no level.
                (value, f"{label}及以上" if 0 < value < 4 else label)
                for value, label in TitleLevel.choices
            ),
        ],
    )
    term = DateRangeField(label="聘期届满")
    division = DivisionsField()
    tag = forms.ModelMultipleChoiceField(Tag.objects.all(), label="分组")
    employer = UnitField()
    kind = forms.ChoiceField(label="类别", choices=[*ANY, *ExpertKind.choices])
    expert_type = forms.ChoiceField(label="专家类型")
    education = forms.ChoiceField(label="学历")
    source = forms.ChoiceField(label="来源", choices=[*ANY, *ExpertSource.choices])
    where = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        for name, code in (
            ("expert_type", DictionaryCode.EXPERT_TYPE),
            ("education", DictionaryCode.EDUCATION),
        ):
            field: Any = self.fields[name]
            field.choices = [*ANY, *((entry, entry) for entry in dictionary_names(code))]

    def clean_where(self) -> Node | None:
        text = self.cleaned_data["where"]
        try:
            return parse(SUBJECT, text, viewer=self.user) if text else None
        except CriteriaError as error:
            raise forms.ValidationError(f"高级条件有误：{error}") from None

    def narrow(self, rows: QuerySet[Expert]) -> QuerySet[Expert]:
        for leaf in self._leaves():
            rows = rows.filter(to_q(parse(SUBJECT, leaf), self._context))
        if self.value("where"):
            rows = rows.filter(to_q(self.value("where"), self._context))
        if self.value("term"):
            rows = rows.filter(term_end_date__range=self.value("term"))
        by_name = self.data.get("sort", "").removeprefix("-") == "name"
        found = find(rows, self.value("q") or "", self.user, by_name=by_name)
        self.some = found.some
        return found.rows

    @property
    def _context(self) -> Context:
        return Context(now=timezone.now())

    def _leaves(self) -> list[dict[str, Any]]:
        """The simple filters, as conditions of the same fields that the builder offers."""
        trees = {name: self.value(name) for name in ("specialty", "division", "tag")}
        names = {name: self.value(name) for name in ("kind", "expert_type", "education", "source")}
        leaves: list[dict[str, Any]] = [
            {"field": name, "op": "in", "value": [row.pk for row in rows]}
            for name, rows in trees.items()
            if rows
        ]
        leaves += [{"field": name, "op": "eq", "value": one} for name, one in names.items() if one]
        if employer := self.value("employer"):
            leaves.append({"field": "employer", "op": "in", "value": [str(employer.pk)]})
        if level := self.value("title_level"):
            op = "gte" if level != "0" else "eq"
            leaves.append({"field": "title_level", "op": op, "value": int(level)})
        return leaves


class LeaveFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    at = DateRangeField(label="请假时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if days := self.value("at"):
            rows = rows.filter(during__overlap=_moments(days))
        return rows


def _moments(days: tuple[date, date]) -> tuple[datetime, datetime]:
    return day_start(days[0]), day_start(days[1] + timedelta(days=1))


class EntryFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    added = DateRangeField(label="移入时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if days := self.value("added"):
            rows = rows.filter(within_days("added_at", days))
        return rows


class DeletedFilter(FilterForm):
    q = keyword_field()
    deleted = DateRangeField(label="删除时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Expert]) -> QuerySet[Expert]:
        if days := self.value("deleted"):
            rows = rows.filter(within_days("deleted_at", days))
        return search(rows, self.value("q") or "", self.user)
