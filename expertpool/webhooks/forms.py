"""What a subscription is, and by what deliveries are narrowed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.webhooks.enums import OTHERS, EventCode
from expertpool.webhooks.models import Subscription


class SubscriptionForm(forms.Form):
    name = forms.CharField(label="名称", max_length=40, help_text="推送给谁，如「交易平台」。")
    url = forms.CharField(
        label="推送地址",
        max_length=500,
        help_text="事件发生后向它 POST 一段 JSON；对方答复 2xx 为送达，否则在两天内再试 7 次。",
    )
    events = forms.MultipleChoiceField(
        label="事件",
        choices=EventCode.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个事件。"},
        help_text="内容只有编号和状态，没有专家姓名。",
    )
    active = forms.BooleanField(label="启用", required=False)
    wide = {"url", "events"}

    def __init__(self, data: Any = None, *, subscription: Subscription | None = None) -> None:
        initial = {}
        if subscription is not None:
            names = ("name", "url", "events", "active")
            initial = {name: getattr(subscription, name) for name in names}
        super().__init__(data, initial=initial)
        if subscription is None:
            # A new one is on.
            del self.fields["active"]


class DeliveryFilter(FilterForm):
    subscription = forms.ModelChoiceField(
        Subscription.objects.all(), label="推送", empty_label="全部"
    )
    event = forms.ChoiceField(
        label="事件", choices=[("", "全部"), *EventCode.choices, *OTHERS.items()]
    )
    created = DateRangeField(label="事件时间")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if subscription := self.value("subscription"):
            rows = rows.filter(subscription=subscription)
        if event := self.value("event"):
            rows = rows.filter(event=event)
        if days := self.value("created"):
            rows = rows.filter(within_days("created_at", days))
        return rows
