"""What the log is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.audit.actions import LOG_ACTIONS, all_names
from expertpool.audit.queries import anchors, kept_head, notes_read_by
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.core.visibility import Viewer


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

    def __init__(self, data: Any = None, *, viewer: Viewer) -> None:
        super().__init__(data)
        self.viewer = viewer

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if actor := self.value("actor"):
            rows = rows.filter(actor_name__icontains=actor)
        if action := self.value("action"):
            rows = rows.filter(action__in=all_names(action))
        if subject := self.value("subject"):
            noted = Q(note__icontains=subject) & notes_read_by(self.viewer)
            rows = rows.filter(Q(subject_label__icontains=subject) | noted)
        if address := self.value("address"):
            rows = rows.filter(address__startswith=address)
        return rows


class VerifyForm(forms.Form):
    wide = ("expected",)
    expected = forms.CharField(label="您留存的链头", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = anchors()
        confirmed = (
            f"锚点 {known.count} 个，最近一个在第 {known.last} 条" if known.count else "还没有锚点"
        )
        self.fields["expected"].help_text = (
            "可以不填。填每日链头通知、抽取表或公开页面上的“链长:链头”，一并核对当时以来有没有删改。"
            f"全部日志逐条重算，并与锚点（密钥不在数据库里）核对；{confirmed}。"
        )

    def clean_expected(self) -> dict[int, str]:
        text = self.cleaned_data["expected"].strip()
        try:
            return dict([kept_head(text)]) if text else {}
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
