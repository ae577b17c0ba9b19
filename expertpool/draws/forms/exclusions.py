"""The filter of the excluded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.core.text import clean_code
from expertpool.core.views.listing import FilterForm
from expertpool.draws.queries.exclusions import TOLD


class ExclusionFilter(FilterForm):
    number = forms.CharField(label="专家编号", max_length=20)
    reason = forms.ChoiceField(
        label="排除原因", choices=[("", "全部"), *((one.value, one.label) for one in TOLD)]
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if number := self.value("number"):
            rows = rows.filter(number__istartswith=clean_code(number))
        if reason := self.value("reason"):
            rows = rows.filter(reason=reason)
        return rows
