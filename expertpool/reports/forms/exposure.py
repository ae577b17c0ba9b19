"""Of what period exposure is computed, and which experts of a report are shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.core.lookups import Among
from expertpool.core.text import clean_text
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.experts.queries.names import named_like


class PeriodForm(forms.Form):
    period = DateRangeField(
        label="时段",
        help_text="按封存日期计算。姓名已公开、评审已开始的抽取参与专家曝光的比较。",
        error_messages={"required": "请选择开始和结束日期。"},
    )


class ExposureFilter(FilterForm):
    expert = forms.CharField(label="专家", max_length=50, help_text="姓名或编号")
    shown = forms.ChoiceField(
        label="范围",
        choices=[("", "全部候选过的专家"), ("drawn", "抽中过的"), ("striking", "异常的")],
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        words = clean_text(self.value("expert") or "").split()
        for word, ids in named_like(words).items():
            rows = rows.filter(Among("expert", ids) | Q(expert__number__icontains=word))
        if self.value("shown") == "drawn":
            rows = rows.filter(Q(drawn__gt=0) | Q(supplemented__gt=0))
        if self.value("shown") == "striking":
            rows = rows.filter(is_striking=True)
        return rows
