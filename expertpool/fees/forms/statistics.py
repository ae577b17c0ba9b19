"""By what fees are added up, and of which year."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.fees.queries.statistics import GROUPS


class StatisticsForm(forms.Form):
    by = forms.ChoiceField(label="汇总方式", choices=list(GROUPS.items()), required=False)
    year = forms.TypedChoiceField(label="年度（按发送时间）", coerce=int, required=False)

    def __init__(self, data: Any = None, *, years: list[int]) -> None:
        self.first = years[0]
        initial = {"by": "month", "year": self.first}
        super().__init__(data, initial=initial)
        field: Any = self.fields["year"]
        field.choices = [(one, f"{one} 年") for one in years]

    @property
    def said(self) -> tuple[str, int]:
        """By what, and of which year; what is no choice counts as the first."""
        if not self.is_bound or not self.is_valid():
            return "month", self.first
        return self.cleaned_data["by"] or "month", self.cleaned_data["year"] or self.first

    @property
    def label(self) -> str:
        return GROUPS[self.said[0]]
