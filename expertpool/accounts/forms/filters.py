"""What the lists of users and of sign-ins are narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.forms.accounts import DepartmentField
from expertpool.accounts.models import Role, User, contact_index
from expertpool.core.lookups import within_days
from expertpool.core.segments import Chosen, SegmentField
from expertpool.core.text import clean_code
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm


class UserFilters(FilterForm):
    q = forms.CharField(label="账号 / 姓名 / 手机号", max_length=100)
    department = DepartmentField(label="部门（含下级）", empty_label="全部")
    role = forms.ModelChoiceField(Role.objects.all(), label="角色", empty_label="全部")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            match = Q(username__icontains=text) | Q(name__icontains=text)
            # phones are stored encrypted, so they are found by the whole number only
            match |= Q(phone_index=contact_index("phone", clean_code(text)))
            rows = rows.filter(match)
        if department := self.value("department"):
            rows = rows.filter(department__path__startswith=department.path)
        if role := self.value("role"):
            rows = rows.filter(roles=role)
        return rows


class LoginFilters(FilterForm):
    days = DateRangeField(label="时间")
    q = forms.CharField(label="账号 / 姓名", max_length=100)
    address = forms.CharField(label="IP 地址", max_length=45)
    outcome = forms.ChoiceField(label="结果", choices=[("", "全部"), *LoginOutcome.choices])

    def __init__(self, data: Any = None, *, viewer: User) -> None:
        super().__init__(data)
        self.fields["segment"] = SegmentField("sign_ins", viewer)  # what a statistic counted

    @property
    def segments(self) -> list[Chosen]:
        return self.value("segment") or []

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if days := self.value("days"):
            rows = rows.filter(within_days("at", days))
        if text := self.value("q"):
            rows = rows.filter(Q(account__icontains=text) | Q(user__name__icontains=text))
        if address := self.value("address"):
            rows = rows.filter(address__startswith=address)
        if outcome := self.value("outcome"):
            rows = rows.filter(outcome=outcome)
        control: Any = self.fields["segment"]
        narrowed: QuerySet[Any] = control.narrow(rows, self.segments)
        return narrowed
