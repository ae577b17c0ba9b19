"""What the ledger is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.audit.actions import LOG_ACTIONS
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm

# What is done before there is a draw is about a plan or a template.
NOT_OF_A_DRAW = {"draw.plan", "draw.prequery", "draw.template", "draw.template_delete"}


def action_choices() -> list[tuple[str, str]]:
    return [
        ("", "全部"),
        *(
            (action.code, action.label)
            for action in LOG_ACTIONS
            if action.code.startswith("draw.") and action.code not in NOT_OF_A_DRAW
        ),
    ]


class LedgerFilter(FilterForm):
    days = DateRangeField(label="时间")
    subject = forms.CharField(
        label="抽取编号", max_length=32, widget=forms.TextInput(attrs={"placeholder": "D2026…"})
    )
    action = forms.ChoiceField(label="操作", choices=action_choices)
    actor = forms.CharField(label="操作人", max_length=50)
    note = forms.CharField(label="说明", max_length=100)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if subject := self.value("subject"):
            rows = rows.filter(subject_label__icontains=subject.strip())
        if action := self.value("action"):
            rows = rows.filter(action=action)
        if actor := self.value("actor"):
            rows = rows.filter(actor_name__icontains=actor)
        if note := self.value("note"):
            rows = rows.filter(note__icontains=note)
        return rows
