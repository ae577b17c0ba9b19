"""What the register is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
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
