"""What the pages of monitoring are narrowed by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.core.client import clean_network
from expertpool.core.lookups import within_days
from expertpool.core.segments import Chosen, SegmentField
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.monitoring.models import RegionNetwork, Visit
from expertpool.monitoring.queries.activity import HOURS
from expertpool.monitoring.queries.pages import page_label

LONGEST = 92  # days of the heat map
USUAL = timedelta(days=6)  # before today, where nothing is asked for


class VisitFilters(FilterForm):
    days = DateRangeField(label="时间")
    q = forms.CharField(label="账号 / 姓名", max_length=100)
    # Not `page`, which turns those of the list.
    part = forms.ChoiceField(label="页面")

    def __init__(self, data: Any, *, rows: QuerySet[Visit]) -> None:
        super().__init__(data)
        codes = sorted(rows.order_by().values_list("page", flat=True).distinct())
        part: Any = self.fields["part"]
        part.choices = [("", "全部"), *((code, page_label(code)) for code in codes if code)]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if text := self.value("q"):
            rows = rows.filter(Q(user__username__icontains=text) | Q(user__name__icontains=text))
        if part := self.value("part"):
            rows = rows.filter(page=part)
        return rows


class HeatFilters(FilterForm):
    days = DateRangeField(label="时间")

    def clean_days(self) -> tuple[date, date] | None:
        days: tuple[date, date] | None = self.cleaned_data["days"]
        # Each hour of each person is counted in the memory of the process.
        if days and (days[1] - days[0]).days >= LONGEST:
            raise forms.ValidationError(f"时段最长 {LONGEST} 天，请缩短。")
        return days

    @property
    def chosen(self) -> tuple[date, date] | None:
        """The days that are asked for; the last week where none are; None where what was typed is none."""
        if not self.is_valid():
            return None
        today = timezone.localdate()
        return self.value("days") or (today - USUAL, today)


class HourFilters(HeatFilters):
    """What a cell of the map counts: holders of a role, in an hour of the day."""

    role = forms.ModelChoiceField(Role.objects.all(), label="角色", empty_label="全部")
    hour = forms.ChoiceField(
        label="时段", choices=[("", "全部"), *((str(hour), f"{hour} 时") for hour in HOURS)]
    )


class OnlineFilters(FilterForm):
    """Of whom, and what a statistic of who is online counted."""

    q = forms.CharField(label="账号 / 姓名", max_length=100)

    def __init__(self, data: Any, *, viewer: User) -> None:
        super().__init__(data)
        self.fields["segment"] = SegmentField("online", viewer)

    @property
    def segments(self) -> list[Chosen]:
        return self.value("segment") or []

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(Q(user__username__icontains=text) | Q(user__name__icontains=text))
        control: Any = self.fields["segment"]
        narrowed: QuerySet[Any] = control.narrow(rows, self.segments)
        return narrowed


class RegionForm(forms.ModelForm):
    """One network and its region."""

    class Meta:
        model = RegionNetwork
        fields = ("network", "region")
        help_texts = {
            "network": "如 203.0.113.0/24；IPv6 如 2001:db8::/32。一个地址在几个网段里的，按最小的算。",
            "region": "如「湖南省长沙市」「市政府内网」。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the model's own check, which takes the one form alone.
        network: Any = self.fields["network"]
        network.validators = []

    def clean_network(self) -> str:
        return clean_network(self.cleaned_data["network"])
