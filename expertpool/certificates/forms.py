"""The filters of the lists, and what a designer's page sends beside the layout."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.certificates.models import Background, Design
from expertpool.certificates.models.design import COUNTER_DIGITS
from expertpool.certificates.services.designs import DesignData
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.queries import dictionary_names
from expertpool.experts.enums import ExpertKind
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(label="专家类别", choices=[("", "全部"), *ExpertKind.choices])


class CertificateFilter(FilterForm):
    q = keyword_field("证书编号，或专家姓名、编号、单位")
    issued = DateRangeField(label="签发日期")
    until = DateRangeField(label="有效期至")
    kind = _kind()
    expert_type = forms.ChoiceField(label="专家类型")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        control: Any = self.fields["expert_type"]
        names = dictionary_names(DictionaryCode.EXPERT_TYPE)
        control.choices = [("", "全部"), *((name, name) for name in names)]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            experts = search(Expert.objects.all(), text, self.user)
            rows = rows.filter(Q(number__icontains=text) | Q(expert__in=experts))
        if days := self.value("issued"):
            rows = rows.filter(within_days("issued_at", days))
        if days := self.value("until"):
            rows = rows.filter(valid_until__range=days)
        for name in ("kind", "expert_type"):
            if value := self.value(name):
                rows = rows.filter(**{name: value})
        return rows


class MissingFilter(FilterForm):
    q = keyword_field("专家姓名、编号、单位或专业")
    kind = _kind()

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        return search(rows, self.value("q") or "", self.user)


class LayoutForm(forms.Form):
    """The layout alone: for a preview."""

    # Not "elements": in the page it would hide the list of the form's controls.
    layout = forms.CharField(widget=forms.HiddenInput, max_length=200_000)
    background = forms.ModelChoiceField(
        Background.objects.defer("content"), required=False, widget=forms.HiddenInput
    )
    landscape = forms.BooleanField(required=False, widget=forms.HiddenInput)


class SampleForm(forms.Form):
    """What a preview says of the design beside its layout: each as far as it has been filled in by now."""

    kinds = forms.MultipleChoiceField(required=False, choices=ExpertKind.choices)
    types = forms.CharField(required=False, max_length=100)
    # On a page no form has a prefix of its own.
    prefix = forms.CharField(max_length=20)  # type: ignore[assignment]
    with_year = forms.BooleanField(required=False)
    digits = COUNTER_DIGITS.number()

    def designed(self, *, now: datetime) -> Design:
        """Return a design, not saved, of what has been filled in; what is wrong is said when it is saved."""
        self.is_valid()
        data = self.cleaned_data
        return Design(
            kinds=data.get("kinds", []),
            types=[data["types"]] if data.get("types") else [],
            prefix=data.get("prefix", ""),
            with_year=data["with_year"],
            digits=data.get("digits", COUNTER_DIGITS.low),
            updated_at=now,
        )


class DesignForm(LayoutForm):
    name = forms.CharField(label="样式名称", max_length=50)
    kinds = forms.MultipleChoiceField(
        label="适用的专家类别", choices=ExpertKind.choices, widget=forms.CheckboxSelectMultiple
    )
    types = forms.MultipleChoiceField(
        label="适用的专家类型",
        required=False,
        help_text="不选：没有自己样式的所有类型。",
        widget=forms.SelectMultiple(attrs={"data-enhance": "select"}),
    )
    # On a page no form has a prefix of its own.
    prefix = forms.CharField(  # type: ignore[assignment]
        label="编号前缀", max_length=20, help_text="前缀相同的样式共用一个序号，编号永不重复。"
    )
    with_year = forms.BooleanField(label="前缀后加年份", required=False, initial=True)
    digits = COUNTER_DIGITS.number(label="序号位数", initial=5)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, design: Design | None = None, **kw: Any) -> None:
        super().__init__(data, **kw)
        names = dictionary_names(DictionaryCode.EXPERT_TYPE)
        # A type that is no longer in the dictionary stays until somebody takes it out.
        names += [one for one in (design.types if design else []) if one not in names]
        control: Any = self.fields["types"]
        control.choices = [(name, name) for name in names]

    @property
    def values(self) -> DesignData:
        data = self.cleaned_data
        return DesignData(
            name=data["name"],
            kinds=data["kinds"],
            types=data["types"],
            prefix=data["prefix"],
            with_year=data["with_year"],
            digits=data["digits"],
            elements=data["layout"],
            background=data["background"],
            landscape=data["landscape"],
            seen=data["seen"] or 0,
        )
