"""By what firings and errands are narrowed, and how an errand is finished."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.automation.models import EventRule
from expertpool.automation.registry import EVENT_KINDS
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm


class FiringFilter(FilterForm):
    rule = forms.ModelChoiceField(EventRule.objects.all(), label="规则", empty_label="全部")
    event = forms.ChoiceField(label="事件")
    created = DateRangeField(label="触发时间")

    def __init__(self, data: Any = None, **kw: Any) -> None:
        super().__init__(data, **kw)
        events: Any = self.fields["event"]
        events.choices = [("", "全部"), *((one.code, one.label) for one in EVENT_KINDS)]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if rule := self.value("rule"):
            rows = rows.filter(rule=rule)
        if event := self.value("event"):
            rows = rows.filter(occurrence__kind=event)
        if days := self.value("created"):
            rows = rows.filter(within_days("created_at", days))
        return rows


class FinishForm(forms.Form):
    note = forms.CharField(
        label="办理情况",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
