"""Form fields that several lists filter by."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.bounds import DAYS


class DateRangeField(forms.Field):
    """Two days in one box, "2026-11-01 至 2026-11-30"; a single day is a range of one day.

    Cleans to (first day, last day), or None when empty.
    """

    widget = forms.TextInput(attrs={"data-enhance": "daterange", "autocomplete": "off"})

    def to_python(self, value: Any) -> tuple[date, date] | None:
        if value in self.empty_values:
            return None
        try:
            days = [date.fromisoformat(part.strip()) for part in str(value).split("至")]
        except ValueError:
            days = []
        if len(days) not in {1, 2} or days[0] > days[-1]:
            raise ValidationError("请写成 2026-11-01 至 2026-11-30，开始不晚于结束。")
        for one in days:
            DAYS(one)
        return days[0], days[-1]


def keyword_field(hint: str) -> forms.CharField:
    """Words to look for, with what may be typed as a hint."""
    widget = forms.TextInput(attrs={"placeholder": hint, "autocomplete": "off"})
    return forms.CharField(label="关键词", max_length=100, widget=widget)
