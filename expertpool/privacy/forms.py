"""What is narrowed by, asked and answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.privacy.enums import RequestKind
from expertpool.privacy.queries.reads import is_read
from expertpool.privacy.registry import KINDS


class ReadFilters(FilterForm):
    days = DateRangeField(label="时间")
    actor = forms.CharField(label="查阅人", max_length=50)
    subject = forms.CharField(label="被查阅人", max_length=100)
    kind = forms.ChoiceField(label="方式", choices=(("", "全部"), *KINDS.items()))

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if actor := self.value("actor"):
            rows = rows.filter(actor_name__icontains=actor)
        if subject := self.value("subject"):
            rows = rows.filter(Q(subject_label__icontains=subject))
        if kind := self.value("kind"):
            rows = rows.filter(is_read(kind))
        return rows


class ErasureFilters(FilterForm):
    """Finds experts as their own list does."""

    q = forms.CharField(
        label="专家",
        max_length=100,
        widget=forms.TextInput({"placeholder": "姓名、编号或单位", "autocomplete": "off"}),
    )
    path = "pk__in"  # from the rows to the expert

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            found = search(Expert.objects.all(), text, self.user)
            rows = rows.filter(**{self.path: found})
        return rows


class RequestFilters(ErasureFilters):
    kind = forms.ChoiceField(label="事项", choices=(("", "全部"), *RequestKind.choices))
    path = "expert__in"

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        return rows


class AskForm(forms.Form):
    kind = forms.ChoiceField(
        label="事项",
        choices=RequestKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择事项。"},
    )
    text = forms.CharField(
        label="要求和理由",
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="写清楚是哪些信息、希望怎样处理；只有答复的人看得到。",
    )
    wide = {"kind", "text"}


class ConsentForm(forms.Form):
    """``version``: of the text that he has read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agree = forms.ChoiceField(
        label="您的决定",
        choices=[("yes", "同意"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )

    def __init__(self, *args: Any, is_given: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_given:
            self.fields["agree"].choices = [("yes", "同意新的版本"), ("no", "撤回同意")]  # type: ignore[attr-defined]
