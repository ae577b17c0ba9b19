"""Writing an achievement, deciding on it, and the filters of the lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.achievements.enums import FIELDS, AchievementKind
from expertpool.achievements.models import RANK, YEARS, Achievement
from expertpool.achievements.queries import LABELS, labels_of
from expertpool.core.views.listing import FilterForm
from expertpool.directory.models import Specialty
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search

NAMES = ("title", "year", "number", "source", "level", "authors", "rank", "summary")


class AchievementForm(forms.Form):
    """Of one kind, whose words it has."""

    title = forms.CharField(label="名称", max_length=200)
    year = YEARS.number(label="年份")
    number = forms.CharField(max_length=100, required=False)
    source = forms.CharField(max_length=200, required=False)
    level = forms.ChoiceField(required=False)
    authors = forms.CharField(
        label="全部完成人", max_length=300, required=False, help_text="按署名次序，用顿号分开。"
    )
    rank = RANK.number(label="本人排名", required=False)
    summary = forms.CharField(
        label="内容简介", max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    wide = {"title", "authors"}

    def __init__(self, data: Any = None, *, kind: str, row: Achievement | None = None) -> None:
        # Of a new one nothing is known but the kind.
        initial = {name: getattr(row, name) for name in NAMES} if row else {}
        super().__init__(data, initial=initial)
        own, labels = FIELDS[AchievementKind(kind)], labels_of(kind)
        for name in ("number", "source", "level"):
            self.fields[name].label = labels[name]
            self.fields[name].required = name in own.needs
        control: Any = self.fields["level"]
        # The empty choice stays: a level that is proposed would be left as it stands.
        control.choices = [("", "请选择"), *((one, one) for one in own.levels)]


class DecisionForm(forms.Form):
    # Nothing is chosen beforehand: a decision is made, not left.
    agree = forms.ChoiceField(
        label="审核",
        choices=[("yes", "通过，在成果平台展示"), ("no", "退回修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择通过或退回。"},
    )
    note = forms.CharField(
        label="审核意见", max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )
    wide = {"note"}

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        for name, label in labels_of(kind).items():
            # Said by field, it stands beside what is to be mended in the expert's form.
            self.fields[f"why_{name}"] = forms.CharField(
                label=f"「{label}」要改什么", max_length=200, required=False
            )

    @property
    def reasons(self) -> dict[str, str]:
        data = self.cleaned_data
        return {name: data[f"why_{name}"] for name, _ in LABELS if data.get(f"why_{name}")}


class AchievementFilter(FilterForm):
    q = forms.CharField(
        label="关键词",
        max_length=100,
        widget=forms.TextInput(
            {"placeholder": "成果名称、编号、来源，或专家姓名", "autocomplete": "off"}
        ),
    )
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *AchievementKind.choices])
    year = YEARS.number(label="年份")
    specialty = forms.CharField(label="专业", max_length=50)

    def __init__(self, data: Any = None, *, user: User | None) -> None:
        super().__init__(data)
        self.user = user
        if user is None:  # anybody: no names, nor by what they would be found
            del self.fields["specialty"]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            found = Q(title__icontains=text) | Q(number__icontains=text) | Q(source__icontains=text)
            # A name of an expert would tell who he is, by whether something is found.
            if self.user is not None:
                found |= Q(expert__in=search(Expert.objects.all(), text, self.user))
            rows = rows.filter(found)
        for name in ("kind", "year"):
            if value := self.value(name):
                rows = rows.filter(**{name: value})
        if text := self.value("specialty"):
            # By name or code: clerks know the one, lists of others the other.
            named = Specialty.objects.filter(Q(name__icontains=text) | Q(code__istartswith=text))
            experts = Expert.objects.filter(specialty_links__specialty__in=named)
            rows = rows.filter(expert__in=experts)
        return rows
