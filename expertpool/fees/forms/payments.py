"""Which fees are paid together, what the bank returned, and of which month the tax is declared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from expertpool.core.views.filters import keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search


class PayableFilter(FilterForm):
    """Which of the fees that were signed go into the batch."""

    q = keyword_field("专家姓名、编号或单位")
    project = forms.CharField(label="项目名称或编号", max_length=100)
    since = forms.DateField(label="签字从")
    until = forms.DateField(label="签字到")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if text := self.value("project"):
            named = rows.filter(project__name__icontains=text)
            rows = named | rows.filter(project__number__icontains=text)
        if since := self.value("since"):
            rows = rows.filter(signed_at__date__gte=since)
        if until := self.value("until"):
            rows = rows.filter(signed_at__date__lte=until)
        return rows


class BatchForm(forms.Form):
    """What the batch is called, and that exactly the fees that were shown go into it."""

    title = forms.CharField(
        label="批次名称", max_length=60, min_length=2, help_text="例如「2026 年 11 月评审劳务费」。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class BatchFilter(FilterForm):
    q = keyword_field("批次编号或名称")

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(number__icontains=text) | rows.filter(title__icontains=text)
        return rows


class PaymentFilter(FilterForm):
    q = keyword_field("专家姓名、编号或流水号")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            found = search(Expert.objects.all(), text, self.user)
            rows = rows.filter(line__expert__in=found) | rows.filter(reference__icontains=text)
        return rows


class ReturnedForm(forms.Form):
    reason = forms.CharField(label="退回原因", max_length=195, min_length=2)


class PaidForm(forms.Form):
    on = forms.DateField(
        label="付款日期",
        required=False,
        help_text="银行付出的日期，个税按这个月申报；不填的是今天。",
    )

    def __init__(self, data: Any = None, *, now: datetime) -> None:
        super().__init__(data, initial={"on": timezone.localdate(now)})


class TaxMonthForm(forms.Form):
    month = forms.CharField(
        label="税款所属期",
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month"}),
        help_text="按付款日期归月，次月 15 日前申报。",
    )
