"""The filters of the lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.views.listing import FilterForm
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.points.enums import Cause
from expertpool.points.queries.levels import all_levels

NO_LEVEL = "none"


class PersonFilter(FilterForm):
    """Finds experts as their own list does."""

    q = forms.CharField(
        label="专家",
        max_length=100,
        widget=forms.TextInput({"placeholder": "姓名、编号或单位", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            found = search(Expert.objects.all(), text, self.user)
            rows = rows.filter(expert__in=found)
        return rows


class AccountFilter(PersonFilter):
    level = forms.ChoiceField(label="等级")
    least = forms.IntegerField(label="积分不少于")
    most = forms.IntegerField(label="积分不多于")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, user=user)
        self.levels = all_levels()
        control: Any = self.fields["level"]
        named = [(str(one.pk), one.name) for one in self.levels]
        control.choices = [("", "全部"), *named, (NO_LEVEL, "没有等级")]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        for name, lookup in (("least", "gte"), ("most", "lte")):
            if (value := self.cleaned_data.get(name)) is not None:
                rows = rows.filter(**{f"told__{lookup}": value})
        if chosen := self.value("level"):
            rows = self._of_level(rows, chosen)
        return rows

    def _of_level(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        """From the threshold of the level to that of the next one."""
        at = next((i for i, one in enumerate(self.levels) if str(one.pk) == chosen), -1)
        if at >= 0:
            rows = rows.filter(told__gte=self.levels[at].threshold)
        ahead = self.levels[at + 1 :]
        return rows.filter(told__lt=ahead[0].threshold) if ahead else rows


class EntryFilter(PersonFilter):
    cause = forms.ChoiceField(label="来由", choices=[("", "全部"), *Cause.choices])
    since = forms.DateField(label="从")
    until = forms.DateField(label="到")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        if cause := self.value("cause"):
            rows = rows.filter(cause=cause)
        if since := self.value("since"):
            rows = rows.filter(at__date__gte=since)
        if until := self.value("until"):
            rows = rows.filter(at__date__lte=until)
        return rows
