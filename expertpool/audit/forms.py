"""What the log is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.audit.actions import LOG_ACTIONS, all_names
from expertpool.core.views.filters import DateRangeField, within_days
from expertpool.core.views.listing import FilterForm


def action_choices() -> list[tuple[str, str]]:
    return [("", "全部"), *sorted((action.code, action.label) for action in LOG_ACTIONS)]


class EntryFilters(FilterForm):
    days = DateRangeField(label="时间")
    actor = forms.CharField(label="操作人", max_length=50)
    action = forms.ChoiceField(
        label="动作", choices=action_choices, widget=forms.Select(attrs={"data-enhance": "select"})
    )
    subject = forms.CharField(label="对象或说明", max_length=100)
    address = forms.CharField(label="IP 地址", max_length=45)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if actor := self.value("actor"):
            rows = rows.filter(actor_name__icontains=actor)
        if action := self.value("action"):
            rows = rows.filter(action__in=all_names(action))
        if subject := self.value("subject"):
            rows = rows.filter(Q(subject_label__icontains=subject) | Q(note__icontains=subject))
        if address := self.value("address"):
            rows = rows.filter(address__startswith=address)
        return rows
